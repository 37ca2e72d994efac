"""The dialog that edits one owner: a field a word of the model, the model's rule beside it.

The rules live in ``model/rules.py``, the reading of text in ``model/words.py``; here is only the form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
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
from npsgui.model.entities import Client, Everything, Owner
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.rules import problems
from npsgui.model.views import FlowRow
from npsgui.model.words import edited, shown, words_of
from npsgui.ui.limit_hints import Hint, LimitHints, Measure, Use
from npsgui.ui.limit_input import BYTES, RATES, LimitInput
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme

Input = QLineEdit | QComboBox | LimitInput

_FACTS_WIDTH, _LIMITS_WIDTH = 370, 460
_UNITS = {Measure.BYTES: BYTES, Measure.RATE: RATES}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form."""

    word: str
    """Its name in ``model/words.py``."""
    label: str
    hint: str = ""
    tip: str = ""
    """What the label means."""
    choices: tuple[tuple[str, str], ...] = ()
    """Value and text of each choice, where there is a choice."""
    use: Use | None = None
    """What is used of it, where it is a limit."""
    beside: Field | None = None
    """A choice that belongs to it, on the same line."""


class OwnerForm(QDialog):
    """An owner goes in, what was applied or None comes out. Applies itself through ``Program.put``."""

    def __init__(self, program: Program, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._theme = theme
        self._sentences = Sentences(self)
        self._limit_hints = LimitHints(self)
        self._inputs: dict[str, Input] = {}
        self._hints: dict[str, QLabel] = {}
        self._touched: set[str] = set()
        self._fields: tuple[Field, ...] = ()
        self._title = QLabel(self)
        self._title.setObjectName("title")
        self._columns = QHBoxLayout()
        self._columns.setSpacing(32)
        said = QLabel(self.tr("Applies at once; open connections stay."), self)
        said.setObjectName("hint")
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self._apply = QPushButton(self.tr("Apply"), self)
        self._apply.setObjectName("primary")
        self._apply.setDefault(True)
        self._apply.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for part, stretch in ((said, 1), (cancel, 0), (self._apply, 0)):
            buttons.addWidget(part, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(20)
        layout.addWidget(self._title)
        layout.addLayout(self._columns)
        layout.addStretch()
        layout.addLayout(buttons)

    async def ask_about(self, owner: Owner, title: str, fields: Sequence[Field]) -> Owner | None:
        """Show the form until its values are applied or given up. Raises NpsError as ``Program.put``."""
        self._owner, self._fields = owner, tuple(fields)
        self.setWindowTitle(title)
        self._title.setText(title)
        for limits in (False, True):
            part = [field for field in fields if (field.use is not None) is limits]
            if part:
                self._columns.addWidget(self._column(part, shown(owner)), 3 if limits else 2)
        self._check()
        # a choice has its first value already; what is to be typed comes first
        next(found for found in self._inputs.values() if not isinstance(found, QComboBox)).setFocus()
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

    def limit_fields(self, row: FlowRow | None, owner: Owner) -> list[Field]:
        """The fields of the limits of ``owner``, with what ``row`` says is used of them."""
        counts = (
            ("both", self.tr("inlet + export")),
            ("inlet", self.tr("inlet only")),
            ("export", self.tr("export only")),
        )
        inlet, export = (row.inlet_now, row.export_now) if row else (0.0, 0.0)
        rate, most = Measure.RATE, Measure.CONNECTIONS
        sessions = "sessions" if isinstance(owner, Everything) else "connections"
        fields = [
            Field(
                "quota",
                self.tr("Quota"),
                use=Use(Measure.BYTES, row.used if row else 0),
                beside=Field("quota_counts", self.tr("What the quota counts"), choices=counts),
            ),
            Field(
                "rate",
                self.tr("Shared rate"),
                tip=self.tr("Both directions together"),
                use=Use(rate, inlet + export),
            ),
            Field(
                "inlet_rate",
                self.tr("Inlet rate"),
                tip=self.tr("From visitors to targets"),
                use=Use(rate, inlet),
            ),
            Field(
                "export_rate",
                self.tr("Export rate"),
                tip=self.tr("From targets to visitors"),
                use=Use(rate, export),
            ),
            Field(sessions, self.tr("Connections"), use=Use(most, row.connections if row else 0)),
        ]
        if isinstance(owner, Client):
            owned = len(self._program.configuration.owned_by(owner.id))
            fields.append(Field("tunnels", self.tr("Tunnels"), use=Use(Measure.TUNNELS, owned)))
        return fields

    def input_of(self, word: str) -> Input:
        """The widget that a word is edited in."""
        return self._inputs[word]

    def text_of(self, word: str) -> str:
        """What stands in a field, as the model reads it."""
        shown_in = self.input_of(word)
        return str(shown_in.currentData()) if isinstance(shown_in, QComboBox) else shown_in.text().strip()

    def _column(self, fields: Sequence[Field], values: dict[str, str]) -> QWidget:
        column = QWidget(self)
        grid = QGridLayout(column)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        column.setMinimumWidth(_LIMITS_WIDTH if fields[0].use is not None else _FACTS_WIDTH)
        for at, field in enumerate(fields):
            shown_in = self._input(field, values[field.word])
            label, hint = QLabel(field.label, column), QLabel(column)
            label.setBuddy(shown_in)
            label.setToolTip(field.tip)
            hint.setWordWrap(True)
            hint.setAlignment(Qt.AlignmentFlag.AlignTop)
            hint.setMinimumHeight(26)
            self._hints[field.word] = hint
            grid.addWidget(label, 2 * at, 0)
            line = QHBoxLayout()
            line.setSpacing(8)
            line.addWidget(shown_in, 1)
            if field.beside is not None:
                line.addWidget(self._input(field.beside, values[field.beside.word]))
            grid.addLayout(line, 2 * at, 1)
            grid.addWidget(hint, 2 * at + 1, 1)
        grid.setRowStretch(2 * len(fields), 1)
        return column

    def _input(self, field: Field, value: str) -> Input:
        made: Input
        if field.choices:
            made = QComboBox(self)
            for data, text in field.choices:
                made.addItem(text, data)
            made.setCurrentIndex(max(0, made.findData(value)))
            changed = made.currentIndexChanged
        elif field.use is not None:
            made = LimitInput(value, _UNITS.get(field.use.measure, ()), self)
            changed = made.changed
        else:
            made = QLineEdit("" if value == "0" else value, self)
            changed = made.textChanged
        made.setAccessibleName(field.label)
        self._inputs[field.word] = made
        changed.connect(lambda *_: self._on_changed(field.word))
        return made

    def _all_fields(self) -> Iterator[Field]:
        for field in self._fields:
            yield field
            if field.beside is not None:
                yield field.beside

    def _wanted(self) -> Owner:
        return edited(self._owner, {field.word: self.text_of(field.word) for field in self._all_fields()})

    def _on_changed(self, word: str) -> None:
        self._touched.add(word)
        self._check()

    def _problems(self) -> dict[str, NpsError]:
        """What is wrong with each field, by its word."""
        wrong: dict[str, NpsError] = {}
        for field in self._fields:
            try:
                edited(self._owner, {field.word: self.text_of(field.word)})
            except FieldError as error:
                wrong[field.word] = error
        if not wrong:
            for problem in problems(self._program.configuration, self._wanted()):
                wrong.setdefault(problem.field, problem)
        return wrong

    def _check(self) -> None:
        """Say beside each field what is wrong with it; one that was not touched yet is told calmly."""
        wrong = self._problems()
        for field in self._fields:
            found = wrong.get(field.word)
            if found is not None:
                style = "bad" if field.word in self._touched else "hint"
                self._say(field.word, self._sentences.of(found), style)
            else:
                hint = self._hint(field)
                self._say(field.word, hint.text, "warn" if hint.warns else "hint")
        self._apply.setEnabled(not wrong)

    def _hint(self, field: Field) -> Hint:
        if field.use is None:
            return Hint(field.hint)
        word = words_of(self._owner.owner.kind)[field.word]
        return self._limit_hints.of(word.parse(self.text_of(field.word), field.word), field.use)

    def _say(self, word: str, text: str, style: str) -> None:
        label = self._hints[word]
        label.setText(text)
        if label.objectName() != style:
            label.setObjectName(style)
            label.style().unpolish(label)
            label.style().polish(label)
