"""The form of the first page: one client with one tunnel, made and tried at once."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from npsgui.app.front import Front
from npsgui.app.keys import new_key
from npsgui.app.trial import try_tunnel
from npsgui.model.entities import Client, Owner, OwnerKind, Tunnel
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.rules import problems
from npsgui.model.views import Sentence, State
from npsgui.model.words import edited
from npsgui.tasks import spawn
from npsgui.ui.sentences import Sentences


class FirstSteps(QWidget):
    """Makes what stands in it, tries it, and says what came of it."""

    begun = Signal()
    """The client and the tunnel are being made."""
    tried = Signal()
    """The trial is over; ``said`` tells what came of it."""
    finished = Signal()
    """The tunnel works and the user goes on."""

    def __init__(self, program: Front, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._sentences = Sentences(self)
        configuration = program.configuration
        self._client = Client(id=configuration.next_id(OwnerKind.CLIENT), key=new_key())
        self._tunnel = Tunnel(id=configuration.next_id(OwnerKind.TUNNEL), client=self._client.id)
        self._works = False
        self._lines = {"remark": QLineEdit(self), "port": QLineEdit(self), "targets": QLineEdit(self)}
        self._hints = {word: QLabel(self) for word in self._lines}
        self.begin = QPushButton(self)
        self.begin.setObjectName("primary")
        self.begin.clicked.connect(self._on_begin)
        self._said = QLabel(self)
        self._said.setWordWrap(True)
        self._lay_out()
        for line in self._lines.values():
            line.textEdited.connect(self._check)
            line.returnPressed.connect(self.begin.click)
        self._check()

    def fill(self, values: Mapping[str, str]) -> None:
        """Write into the fields: ``remark``, ``port`` and ``targets``."""
        for word, text in values.items():
            self._lines[word].setText(text)
        self._check()

    @property
    def said(self) -> str:
        """What came of the trial."""
        return self._said.text()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        labels = {
            "remark": (self.tr("Name"), "home-server"),
            "port": (self.tr("Port"), "8001"),
            "targets": (self.tr("Target"), "127.0.0.1:80"),
        }
        for at, (word, (text, example)) in enumerate(labels.items()):
            line, hint, label = self._lines[word], self._hints[word], QLabel(text, self)
            line.setPlaceholderText(example)
            line.setAccessibleName(text)
            label.setBuddy(line)
            hint.setObjectName("hint")
            hint.setWordWrap(True)
            hint.setAlignment(Qt.AlignmentFlag.AlignTop)
            hint.setMinimumHeight(24)
            grid.addWidget(label, 2 * at, 0)
            grid.addWidget(line, 2 * at, 1)
            grid.addWidget(hint, 2 * at + 1, 1)
        last = 2 * len(labels)
        grid.addWidget(self.begin, last + 1, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self._said, last + 2, 1)

    def _wanted(self) -> tuple[Owner, Owner]:
        """The client and the tunnel. Raises FieldError."""
        texts = {word: line.text().strip() for word, line in self._lines.items()}
        return edited(self._client, {"remark": texts["remark"]}), edited(self._tunnel, texts)

    def _check(self) -> None:
        """Say beneath each field what it is, or what is wrong with it."""
        hints = {
            "remark": self.tr("What you call the client and its tunnel"),
            "port": self.tr("Visitors come in here, on this machine"),
            "targets": self.tr("What they reach: host:port"),
        }
        ready = True
        try:
            client, tunnel = self._wanted()
            configuration = self._program.configuration.with_owner(client)
            found = [*problems(self._program.configuration, client), *problems(configuration, tunnel)]
        except FieldError as error:
            found = [error]
        for problem in found:
            ready = False
            if problem.field in hints:
                hints[problem.field] = self._sentences.of(problem)
        for word, text in hints.items():
            self._hints[word].setText(text)
        self._works = False
        self.begin.setText(self.tr("Create and test"))
        self.begin.setEnabled(ready)

    def _on_begin(self) -> None:
        if self._works:
            self.finished.emit()
        else:
            self.begin.setEnabled(False)
            self.begun.emit()
            spawn(self._make(), "first steps")

    async def _make(self) -> None:
        try:
            for owner in self._wanted():
                await self._program.put(owner)
            self._say(self.tr("Testing…"), "muted")
            self._tell(await self._try())
        except NpsError as error:
            self._say(self._sentences.of(error), "bad")
        self.begin.setEnabled(True)
        self.tried.emit()

    async def _try(self) -> Sentence | None:
        row = self._program.flow(self._tunnel.owner)
        if row.state is State.FAILED:
            return row.reason
        tunnel = self._program.configuration.tunnels[self._tunnel.id]
        return await try_tunnel(self._program.events, tunnel)

    def _tell(self, failure: Sentence | None) -> None:
        if failure is not None:
            self._say(self._sentences.of(failure), "bad")
            return
        self._works = True
        self.begin.setText(self.tr("Go on"))
        text = self.tr("It works: port {port} leads to {target}.")
        texts = {word: line.text().strip() for word, line in self._lines.items()}
        self._say(text.format(port=texts["port"], target=texts["targets"]), "good")

    def _say(self, text: str, style: str) -> None:
        self._said.setText(text)
        self._said.setObjectName(style)
        self._said.style().unpolish(self._said)
        self._said.style().polish(self._said)
