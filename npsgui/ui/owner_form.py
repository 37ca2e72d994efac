"""The dialog that edits one owner: a field a word of the model, the model's rule beside it.

The rules live in ``model/rules.py``, the reading of text in ``model/words.py``; here is only the form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from npsgui.app.program import Program
from npsgui.model.entities import Owner
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.rules import problems
from npsgui.model.words import edited, shown
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme

LIMITS = frozenset({"quota", "rate", "inlet_rate", "export_rate", "connections", "tunnels", "sessions"})
"""The words whose empty field means unlimited."""


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form."""

    word: str
    """Its name in ``model/words.py``."""
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and text of each choice, where there is a choice."""


class OwnerForm(QDialog):
    """An owner goes in, what was applied or None comes out. Applies itself through ``Program.put``."""

    def __init__(self, program: Program, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._theme = theme
        self._sentences = Sentences(self)
        self._before: dict[str, str] = {}
        self._inputs: dict[str, QLineEdit | QComboBox] = {}
        self._hints: dict[str, QLabel] = {}
        self._fields: Sequence[Field] = ()
        self._title = QLabel(self)
        self._title.setObjectName("title")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 120)
        self._grid.setColumnStretch(1, 1)
        self._said = QLabel(self.tr("Applies at once; open connections stay."), self)
        self._said.setObjectName("hint")
        self._said.setWordWrap(True)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._apply = QPushButton(self.tr("Apply"), self)
        self._apply.setObjectName("primary")
        self._apply.setDefault(True)
        self._apply.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for part, stretch in ((self._said, 1), (cancel, 0), (self._apply, 0)):
            buttons.addWidget(part, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(20)
        layout.addWidget(self._title)
        layout.addLayout(self._grid)
        layout.addStretch()
        layout.addLayout(buttons)
        self.setMinimumWidth(560)

    async def ask_about(self, owner: Owner, title: str, fields: Sequence[Field]) -> Owner | None:
        """Show the form until its values are applied or given up. Raises NpsError as ``Program.put``."""
        self._owner, self._fields, self._before = owner, fields, shown(owner)
        self.setWindowTitle(title)
        self._title.setText(title)
        for field in fields:
            self._add(field)
        self._check()
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.finished.connect(lambda result: None if ended.done() else ended.set_result(result))
        self.open()
        try:
            if await ended != QDialog.DialogCode.Accepted:
                return None
            wanted = self._wanted()
            await self._program.put(wanted)
            return wanted
        finally:
            self.deleteLater()

    def text_of(self, word: str) -> str:
        """What stands in a field, as the model reads it."""
        shown_in = self._inputs[word]
        if isinstance(shown_in, QComboBox):
            return str(shown_in.currentData())
        text = shown_in.text().strip()
        return "0" if word in LIMITS and not text else text

    def _add(self, field: Field) -> None:
        row = self._grid.rowCount()
        label = QLabel(field.label, self)
        value = self._before[field.word]
        if field.choices:
            box = QComboBox(self)
            for data, text in field.choices:
                box.addItem(text, data)
            box.setCurrentIndex(max(0, box.findData(value)))
            box.currentIndexChanged.connect(self._check)
            shown_in: QLineEdit | QComboBox = box
        else:
            line = QLineEdit("" if field.word in LIMITS and value == "0" else value, self)
            if field.word in LIMITS:
                line.setPlaceholderText(self.tr("unlimited"))
            line.textChanged.connect(self._check)
            shown_in = line
        shown_in.setAccessibleName(field.label)
        label.setBuddy(shown_in)
        hint = QLabel(self)
        hint.setWordWrap(True)
        self._inputs[field.word], self._hints[field.word] = shown_in, hint
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(shown_in, row, 1)
        self._grid.addWidget(hint, row + 1, 1)

    def _wanted(self) -> Owner:
        return edited(self._owner, {field.word: self.text_of(field.word) for field in self._fields})

    def _check(self) -> None:
        """Say beside each field what is wrong with it."""
        wrong: dict[str, NpsError] = {}
        for field in self._fields:
            try:
                edited(self._owner, {field.word: self.text_of(field.word)})
            except FieldError as error:
                wrong[field.word] = error
        if not wrong:
            for problem in problems(self._program.configuration, self._wanted()):
                wrong.setdefault(problem.field, problem)
        for field in self._fields:
            found = wrong.get(field.word)
            hint = self._hints[field.word]
            hint.setText(field.hint if found is None else self._sentences.of(found))
            hint.setObjectName("hint" if found is None else "bad")

            hint.style().unpolish(hint)
            hint.style().polish(hint)
        self._apply.setEnabled(not wrong)
