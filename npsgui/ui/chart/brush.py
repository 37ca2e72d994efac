"""A span of time that is selected on a chart, by a drag or by keys, and what moved in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from npsgui.ui.chart.data import Span, Total, View


class Brush(QObject):
    """Keeps the two ends as they were put, and their sum as exact as what is loaded allows."""

    changed = Signal()

    def __init__(self, total: Callable[[float, float], Total | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._total = total
        self._anchor = self._edge = 0.0
        self.total: Total | None = None
        """What moved in the selection; None where nothing is selected, or nothing of it is known."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self._anchor == self._edge

    @property
    def span(self) -> Span | None:
        """What is selected, widened to whole buckets; None for nothing."""
        if self.is_empty:
            return None
        left, right = sorted((self._anchor, self._edge))
        return (left, right) if self.total is None else (self.total.since, self.total.until)

    @property
    def ends(self) -> Span:
        """Where the selection began, and the end that was moved last."""
        return self._anchor, self._edge

    def select(self, anchor: float, edge: float) -> None:
        """Select from one time to another, in either order."""
        self._anchor, self._edge = anchor, edge
        self.total = None
        if self.is_empty:
            self.changed.emit()
        self.again()

    def clear(self) -> None:
        """Select nothing."""
        self.select(0.0, 0.0)

    def extended(self, seconds: float, view: View) -> Span:
        """The ends, were the last one moved within ``view``; a new selection begins at its side."""
        start = view.right if seconds < 0 else view.left
        anchor, edge = (start, start) if self.is_empty else self.ends
        return anchor, min(max(edge + seconds, view.left), view.right)

    def again(self) -> None:
        """Sum up anew: other data is drawn. What is no longer loaded keeps its sum."""
        if not self.is_empty:
            self.total = self._total(*sorted((self._anchor, self._edge))) or self.total
            self.changed.emit()
