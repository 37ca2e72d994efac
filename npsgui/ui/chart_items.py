"""What a chart is painted with: grid, gaps and bars, on whole pixels. Holds only what is in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from npsgui.ui.chart_data import Buckets, Span
from npsgui.ui.graphs import pg
from npsgui.ui.theme import Colors


@dataclass(frozen=True, slots=True)
class Scale:
    """From seconds and bytes to pixels, for one painting."""

    x: float
    dx: float
    y: float
    dy: float

    @classmethod
    def begin(cls, painter: QPainter) -> Scale:
        """The scale of ``painter``, which then paints in pixels."""
        form = painter.transform()
        painter.resetTransform()
        return cls(form.m11(), form.dx(), form.m22(), form.dy())


class Ground(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """The grid lines, and a faint hatch where the program did not run."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.colors = colors
        self.lines: list[float] = []
        self.gaps: list[Span] = []
        self.setZValue(-10)

    # Qt overrides

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Hatch first, lines over it."""
        bounds = self.viewRect()
        scale = Scale.begin(painter)
        left, right = scale.x * bounds.left() + scale.dx, scale.x * bounds.right() + scale.dx
        foot, head = scale.dy, scale.y * bounds.bottom() + scale.dy
        wash = QColor(self.colors.sunken)
        hatch = QBrush(QColor(self.colors.line), Qt.BrushStyle.BDiagPattern)
        for begin, end in self.gaps:
            x0 = max(left, scale.x * begin + scale.dx)
            x1 = min(right, scale.x * end + scale.dx)
            if x1 - x0 >= 1:
                area = QRectF(x0, min(head, foot), x1 - x0, abs(foot - head))
                painter.fillRect(area, wash)
                painter.fillRect(area, hatch)
        painter.setPen(QPen(QColor(self.colors.line), 1))
        for line in self.lines:
            y = max(round(scale.y * line + scale.dy) - 0.5, head + 0.5)
            painter.drawLine(QLineF(left, y, right, y))


class Bars(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Stacked bars: inlet below, export on top."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.colors = colors
        self.buckets: Buckets | None = None
        """Those in sight."""

    # Qt overrides

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Every bar, on whole pixels; what moved is never less than a pixel high."""
        if self.buckets is None or not self.buckets.starts.size:
            return
        buckets, scale = self.buckets, Scale.begin(painter)
        left = np.round(buckets.starts * scale.x + scale.dx)
        right = np.round((buckets.starts + buckets.width) * scale.x + scale.dx)
        between = min(max(round(0.25 * buckets.width * scale.x), 1), 4) if buckets.width * scale.x >= 3 else 0
        wide = np.maximum(right - left - between, 1.0)
        foot = round(scale.dy)
        low = np.ceil(-scale.y * buckets.inlet)
        high = np.ceil(-scale.y * buckets.export)
        painter.setPen(Qt.PenStyle.NoPen)
        for color, base, tall in ((self.colors.inlet, foot, low), (self.colors.export, foot - low, high)):
            painter.setBrush(QColor(color))
            boxes = np.column_stack((left + between // 2, base - tall, wide, tall))[tall > 0]
            if boxes.size:
                painter.drawRects([QRectF(*box) for box in boxes.tolist()])


class Board(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """The plot's area. It moves nothing itself: it tells what the mouse asked for."""

    zoom_wanted = Signal(float, float)
    """Factor of the visible span, and the time that stays in its place."""
    pan_wanted = Signal(float)
    """Seconds."""
    reset_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.setMouseEnabled(x=False, y=False)
        self.disableAutoRange()

    # Qt overrides

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zoom about the pointer."""
        about = self.mapSceneToView(event.scenePos()).x()
        self.zoom_wanted.emit(0.8 ** (event.delta() / 120), about)
        event.accept()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Pan: the time under the pointer stays under it."""
        event.accept()
        before: QPointF = self.mapSceneToView(event.lastScenePos())
        self.pan_wanted.emit(before.x() - self.mapSceneToView(event.scenePos()).x())

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Back to the range that was chosen."""
        self.reset_wanted.emit()
        event.accept()
