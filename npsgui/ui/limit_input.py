"""The input of a limit: a number to step, its unit, and a word for none. The model reads its text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QHBoxLayout, QLabel, QWidget

from npsgui.ui.amounts import exact, scale


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """The units to choose from, by what the user wants amounts told in."""

    per_second: bool
    count: int
    usual: int
    """Which of them is offered while there is no limit."""

    def names(self) -> list[str]:
        """The units, the smallest first."""
        suffix = "/s" if self.per_second else ""
        return [name + suffix for name in scale(per_second=self.per_second).names[: self.count]]


BYTES = UnitChoice(per_second=False, count=5, usual=3)
RATES = UnitChoice(per_second=True, count=4, usual=2)

_PARTS = re.compile(r"\s*([\d.,]+)\s*([a-zA-Z/]*)\s*")


class LimitInput(QWidget):
    """Text in, text out, as ``model/words.py`` reads it: ``10GiB``, ``512KiB/s``, ``8``, ``0`` for none.

    ``units``: those to choose from, none for a count. A unit that is typed moves into its box.
    ``none`` is the text that an empty field stands for, ``nothing`` what it shows then, ``suffix`` what
    stands behind a count.
    """

    changed = Signal()

    def __init__(
        self,
        text: str,
        units: UnitChoice | None = None,
        parent: QWidget | None = None,
        *,
        none: str = "0",
        nothing: str = "",
        suffix: str = "",
    ) -> None:
        super().__init__(parent)
        self._none = none
        self.amount = Amount(nothing or self.tr("unlimited"), self)
        self.unit: QComboBox | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.amount, 1)
        if units is not None:
            self.unit = QComboBox(self)
            self.unit.addItems(units.names())
            self.unit.setCurrentIndex(units.usual)
            self.unit.setAccessibleName(self.tr("Unit"))
            self.unit.setFixedWidth(84)
            row.addWidget(self.unit)
        if suffix:
            row.addWidget(QLabel(suffix, self))
        self._show(exact(text, per_second=units.per_second) if units is not None else text)
        self.setFocusProxy(self.amount)
        self.amount.lineEdit().textChanged.connect(self.changed)
        self.amount.editingFinished.connect(self._on_typed)
        if self.unit is not None:
            self.unit.currentIndexChanged.connect(self.changed)

    def text(self) -> str:
        """What the model is to read."""
        written = self.amount.text().strip()
        if not written or self.unit is None or not _is_number(written):
            return written or self._none
        return written + self.unit.currentText()

    def setAccessibleName(self, name: str) -> None:  # noqa: N802  # as Qt names it
        """Name the number for a screen reader."""
        self.amount.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:  # noqa: N802  # as Qt names it
        """Say what it limits to a screen reader."""
        self.amount.setAccessibleDescription(description)

    def _show(self, text: str) -> None:
        if text == "0" and self._none != text:
            text = self.tr("unlimited")
        number, unit = ("", "") if text == self._none else self._parts(text)
        if self.unit is not None and unit:
            self.unit.setCurrentText(unit)
        self.amount.lineEdit().setText(number)

    def _parts(self, text: str) -> tuple[str, str]:
        """The number and its unit's name in the box; the whole text where it has no such parts."""
        found = _PARTS.fullmatch(text)
        if found is None or self.unit is None:
            return text, ""
        wanted = found[2].lower().removesuffix("/s")
        for at in range(self.unit.count()):
            unit = self.unit.itemText(at)
            plain = unit.lower().removesuffix("/s")
            if wanted and wanted in (plain, plain.removesuffix("ib")):
                return found[1], unit
        return (found[1], "B" + self.unit.itemText(0)[1:]) if not wanted else (text, "")

    def _on_typed(self) -> None:
        if not _is_number(self.amount.text()):
            self._show(self.amount.text())


class Amount(QAbstractSpinBox):
    """A number that arrows and the wheel step. It takes any text: what is wrong with it, the model says."""

    def __init__(self, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setPlaceholderText(nothing)
        self.lineEdit().setTextMargins(8, 0, 0, 0)
        self.setMinimumWidth(104)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _number(self) -> float:
        text = self.text().strip().replace(",", ".")
        return float(text) if _is_number(text) else 0.0

    # Qt overrides

    def validate(self, input: str, pos: int) -> tuple[QValidator.State, str, int]:
        """Nothing is kept from being typed."""
        return QValidator.State.Acceptable, input, pos

    def stepBy(self, steps: int) -> None:
        """Whole numbers up and down; below 1 there is no limit."""
        wanted = max(0, int(self._number()) + steps)
        self.lineEdit().setText(str(wanted) if wanted else "")
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Up always, down as far as 0."""
        up = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        return up | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled if self._number() else up

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel changes only what the user is at."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+([.,]\d+)?|\.\d+", text.strip(), re.ASCII) is not None
