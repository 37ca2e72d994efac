"""What a chart says of the place that the pointer is at. Holds no data."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint

from npsgui.ui.chart.figures import Figure
from npsgui.ui.chart.marks import Mark
from npsgui.ui.chart.plot import Plot
from npsgui.ui.chart.readout import ReadOut
from npsgui.ui.moments import clock_text
from npsgui.ui.theme import Theme

_TOLD = 3
"""How many marks are read out at once."""


class Pointer(QObject):
    """Follows the pointer with crosshair and read-out."""

    def __init__(self, plot: Plot, theme: Theme, figure: Callable[[], Figure]) -> None:
        super().__init__(plot)
        self._plot, self._figure = plot, figure
        self._at: QPoint | None = None
        self.readout = ReadOut(theme, plot)
        plot.pointed.connect(self._on_pointed)
        plot.unpointed.connect(self.leave)

    @property
    def is_pointing(self) -> bool:
        """Whether a place is read out."""
        return self._at is not None

    def again(self) -> None:
        """Read out anew: other data is drawn."""
        if self._at is not None:
            self._on_pointed(self._at)

    def show_marks(self, marks: list[Mark]) -> None:
        """Mark what happened, the oldest first."""
        self._plot.show_marks(marks)
        self.again()

    def to_mark(self, *, forward: bool) -> None:
        """Go to the next mark in sight, or to the one before, and read it out."""
        plot = self._plot
        (left, right), _ = plot.board.viewRange()
        at = plot.time_at(self._at) if self._at is not None else left - 1 if forward else right + 1
        passed = {id(mark) for mark in plot.marks_at(at)}
        seen = [mark.at for mark in plot.marks.marks if left <= mark.at <= right and id(mark) not in passed]
        beyond = [moment for moment in seen if (moment > at) is forward]
        if beyond:
            x = plot.point_at(min(beyond) if forward else max(beyond), 0).x()
            self._on_pointed(QPoint(x, plot.area().center().y()))
            plot.setAccessibleDescription(self.readout.text())

    def _on_pointed(self, at: QPoint) -> None:
        self._at = at
        moment = self._plot.time_at(at)
        self._plot.show_cross(self._figure().read(self.readout, moment))
        marks = self._plot.marks_at(moment)
        told = [f"{clock_text(mark.at, seconds=True)}  {mark.text}" for mark in marks[:_TOLD]]
        if len(marks) > _TOLD:
            told.append(self.tr("and {count} more").format(count=len(marks) - _TOLD))
        self.readout.note(told)
        self.readout.move_beside(at, self._plot.rect())

    def leave(self) -> None:
        """Point at nothing."""
        self._at = None
        self.readout.hide()
        self._plot.show_cross(None)
