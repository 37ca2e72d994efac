"""The rows and columns of the table of periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import QObject

from npsgui.model.periods import Period
from npsgui.ui.amounts import amount
from npsgui.ui.moments import Moments
from npsgui.ui.table import Column, numeric


class PeriodColumns(QObject):
    """Makes the columns, in the user's language. ``zone`` may change: the times are read by its clock."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zone: tzinfo | None = None
        self._moments = Moments(self)

    def all(self) -> list[Column[Period]]:
        """From when until when, and what was carried, in words and to the byte."""
        numbers: list[tuple[str, str, Callable[[Period], int], Callable[[int], str], int]] = [
            ("inlet", self.tr("Inlet"), lambda period: period.inlet, amount, 88),
            ("export", self.tr("Export"), lambda period: period.export, amount, 88),
            ("sum", self.tr("Sum"), _sum, amount, 88),
            ("bytes", self.tr("Bytes"), _sum, lambda count: f"{count:,}", 124),
            ("opening", self.tr("Opening"), lambda period: period.opening, amount, 110),
            ("top_up", self.tr("Top-up"), lambda period: period.top_up, amount, 84),
        ]
        return [
            Column(
                name="from",
                title=self.tr("From"),
                value=lambda period: period.start,
                text=self.begin,
                width=184,
            ),
            Column(
                name="until",
                title=self.tr("Until"),
                value=lambda period: period.until or float("inf"),
                text=self._end,
                width=184,
            ),
            *(numeric(name, title, value, text, width=width) for name, title, value, text, width in numbers),
        ]

    def begin(self, period: Period) -> str:
        """When it began."""
        return self._moments.moment(period.start, self.zone) if period.start else self.tr("the beginning")

    def _end(self, period: Period) -> str:
        if period.until is None:
            return self.tr("still running")
        return self._moments.moment(period.until, self.zone)


def _sum(period: Period) -> int:
    return period.inlet + period.export
