"""The rows of a form: a label, what the value is edited in, and beneath it what is to be said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from npsgui.model.entities import Owner, OwnerKey
from npsgui.model.errors import FieldError
from npsgui.ui.inputs import Choice, Choices, Input, Line
from npsgui.ui.limit_hints import Hint, Measure, Use
from npsgui.ui.limit_input import BYTES, RATES, LimitInput

_UNITS = {Measure.BYTES: BYTES, Measure.RATE: RATES}
_FACTS_WIDTH, _LIMITS_WIDTH = 390, 480


@dataclass(frozen=True, slots=True)
class Field:
    """One row of the form."""

    word: str
    """Its name in ``model/words.py``."""
    label: str
    hint: str = ""
    tip: str = ""
    """What the label means."""
    choices: Choices = ()
    """Value and text of each choice, where there is a choice."""
    use: Use | None = None
    """What is used of it, where it is a limit."""
    beside: Field | None = None
    """A choice that belongs to it, on the same line."""
    make: Callable[[str, QWidget], Input] | None = None
    """Makes what its value is edited in, where that is not one line, a choice or a limit."""
    when: Callable[[Owner], bool] | None = None
    """Whether an owner has it at all; without it every one has."""
    advise: Callable[[Owner], Hint] | None = None
    """What to say of the value that stands there, in place of the hint."""

    def parts(self) -> Iterator[Field]:
        """This field and the one beside it."""
        yield self
        if self.beside is not None:
            yield self.beside


Column = Sequence[Field]


class FormPart(Protocol):
    """A widget of a form that is no Field: it applies itself, once the owner is put."""

    @property
    def changed(self) -> SignalInstance:
        """Something else stands in it."""

    def consider(self, owner: Owner) -> None:
        """Another owner stands in the form."""

    def problem(self) -> FieldError | None:
        """What keeps it from being applied."""

    def focus(self, word: str) -> None:
        """Bring the keys to a field of it, if it has one of this name."""

    async def apply(self, owner: OwnerKey) -> None:
        """Do what it says to the owner that was put. Raises NpsError."""

    def stop(self) -> None:
        """The form is closed."""


@dataclass(frozen=True, slots=True)
class FormPage:
    """What a form shows at once: columns of fields, and the title of its tab."""

    title: str
    columns: Sequence[Column]
    beside: Callable[[QWidget], FormPart] | None = None
    """Makes what stands at the right of the columns, where not all of it is fields of the owner."""


def side_by_side(page: QWidget) -> QHBoxLayout:
    """Where the columns of a page stand."""
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(32)
    return row


class FieldColumn(QWidget):
    """The rows of one column. Decides nothing: it shows what it is told."""

    edited = Signal(str)
    """The word of the field that was changed."""

    def __init__(self, fields: Column, values: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inputs: dict[str, Input] = {}
        self._rows: dict[str, _Row] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.setMinimumWidth(_LIMITS_WIDTH if any(field.use for field in fields) else _FACTS_WIDTH)
        for at, field in enumerate(fields):
            widgets = [self._input(part, values[part.word]) for part in field.parts()]
            self._rows[field.word] = row = _Row(field, widgets, self)
            line = QHBoxLayout()
            line.setSpacing(8)
            for place, widget in enumerate(widgets):
                line.addWidget(widget, 0 if place else 1)
            grid.addWidget(row.label, 2 * at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(line, 2 * at, 1)
            grid.addWidget(row.hint, 2 * at + 1, 1)
        grid.setRowStretch(2 * len(fields), 1)

    def say(self, word: str, text: str, style: str) -> None:
        """Put a text beneath a field: a hint, a warning, or what is wrong."""
        say(self._rows[word].hint, text, style)

    def shown_words(self) -> list[str]:
        """The words of its rows."""
        return list(self._rows)

    def show_field(self, word: str, shown: bool) -> None:
        """Show or leave out a row."""
        self._rows[word].show(shown)

    def _input(self, field: Field, value: str) -> QWidget:
        made: Input
        if field.make is not None:
            made = field.make(value, self)
        elif field.choices:
            made = Choice(value, field.choices, self)
        elif field.use is not None:
            made = LimitInput(value, _UNITS.get(field.use.measure), self)
        else:
            made = Line(value, self)
        assert isinstance(made, QWidget)
        made.setAccessibleName(field.label)
        if field.tip:
            made.setToolTip(field.tip)
            made.setAccessibleDescription(field.tip)
        self.inputs[field.word] = made
        made.changed.connect(lambda: self.edited.emit(field.word))
        return made


class _Row:
    def __init__(self, field: Field, widgets: Sequence[QWidget], parent: QWidget) -> None:
        self._widgets = widgets
        self.label, self.hint = QLabel(field.label, parent), QLabel(parent)
        self.label.setBuddy(widgets[0])
        self.label.setToolTip(field.tip)
        self.label.setMinimumHeight(32)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setContentsMargins(0, 0, 0, 8)
        self.hint.setMinimumHeight(26)

    def show(self, shown: bool) -> None:
        for widget in (self.label, self.hint, *self._widgets):
            widget.setVisible(shown)


def say(label: QLabel, text: str, style: str) -> None:
    """Put a text into a label, as a hint, a warning, or what is wrong."""
    label.setText(text)
    if label.objectName() != style:
        label.setObjectName(style)
        label.style().unpolish(label)
        label.style().polish(label)
