"""What a chart says of the place that the pointer is at. Holds no data."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint

from npsgui.ui.chart_figures import Figure
from npsgui.ui.chart_plot import Plot
from npsgui.ui.chart_readout import ReadOut
from npsgui.ui.theme import Theme


class Pointer(QObject):
    """Follows the pointer with crosshair and read-out."""

    def __init__(self, plot: Plot, theme: Theme, figure: Callable[[], Figure]) -> None:
        super().__init__(plot)
        self._plot, self._figure = plot, figure
        self._at: QPoint | None = None
        self.readout = ReadOut(theme, plot)
        plot.pointed.connect(self._on_pointed)
        plot.unpointed.connect(self._on_unpointed)

    def again(self) -> None:
        """Read out anew: other data is drawn."""
        if self._at is not None:
            self._on_pointed(self._at)

    def _on_pointed(self, at: QPoint) -> None:
        self._at = at
        self._plot.show_cross(self._figure().read(self.readout, self._plot.time_at(at)))
        self.readout.move_beside(at, self._plot.rect())

    def _on_unpointed(self) -> None:
        self._at = None
        self.readout.hide()
        self._plot.show_cross(None)
