"""What a chart is painted with: grid, gaps and bars, on whole pixels. Holds only what is in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from npsgui.ui.chart.data import Layers, Span
from npsgui.ui.chart.graphs import pg
from npsgui.ui.chart.lines import Lines
from npsgui.ui.chart.scales import Linear, ValueScale
from npsgui.ui.theme import Colors

_FAINT = 0.09


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
    """Stacked bars."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.colors = colors
        self.layers: Layers | None = None
        """Those in sight."""
        self.scaling: ValueScale = Linear()

    # Qt overrides

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Every bar, on whole pixels; what moved is never less than a pixel high."""
        if self.layers is None or not self.layers.starts.size:
            return
        layers, scale = self.layers, Scale.begin(painter)
        left = np.round(layers.starts * scale.x + scale.dx)
        right = np.round((layers.starts + layers.width) * scale.x + scale.dx)
        between = min(max(round(0.25 * layers.width * scale.x), 1), 4) if layers.width * scale.x >= 3 else 0
        wide = np.maximum(right - left - between, 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        whole: Any = 0
        foot = np.full(layers.starts.size, float(round(scale.dy)))
        for color, part in zip(self.colors.of_parts(layers.names), layers.parts, strict=True):
            whole = whole + part
            head = np.minimum(
                np.floor(scale.y * self.scaling.drawn(whole) + round(scale.dy)), foot - (part > 0)
            )
            tall = foot - head
            painter.setBrush(QColor(color))
            boxes = np.column_stack((left + between // 2, head, wide, tall))[part > 0]
            if boxes.size:
                painter.drawRects([QRectF(*box) for box in boxes.tolist()])
            foot = head


class Shade(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """What lies between lines and foot, faintly in their colours; nothing in a gap.

    The curves could fill themselves, but smooth their edges, which the lines cover: three times as slow.
    """

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.colors = colors
        self.lines: Lines | None = None
        """As they are drawn."""

    # Qt overrides

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Export behind inlet, as their lines."""
        if self.lines is None:
            return
        scale = Scale.begin(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        xs, foot = self.lines.times * scale.x + scale.dx, scale.dy
        for name, rates in ((self.colors.export, self.lines.export), (self.colors.inlet, self.lines.inlet)):
            color = QColor(name)
            color.setAlphaF(_FAINT)
            painter.setBrush(color)
            tops = np.column_stack((xs, rates * scale.y + scale.dy))
            for part in np.split(tops, np.flatnonzero(np.isnan(rates))):
                known = part[~np.isnan(part[:, 1])].round().tolist()
                if known:
                    ends = ((known[-1][0], foot), (known[0][0], foot))
                    painter.drawPolygon([QPoint(int(x), int(y)) for x, y in (*known, *ends)])


class Wash(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A selected span of time, washed in the accent colour."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.colors = colors
        self.span: Span | None = None
        self.setZValue(5)

    # Qt overrides

    def paint(self, painter: QPainter, *_: Any) -> None:
        """A wash between two lines."""
        if self.span is None:
            return
        bounds = self.viewRect()
        scale = Scale.begin(painter)
        left, right = (round(scale.x * moment + scale.dx) for moment in self.span)
        head, foot = scale.y * bounds.bottom() + scale.dy, scale.dy
        color = QColor(self.colors.accent)
        painter.setPen(QPen(color, 1))
        for x in (left, right):
            painter.drawLine(QLineF(x + 0.5, head, x + 0.5, foot))
        color.setAlphaF(0.16)
        painter.fillRect(QRectF(left, head, right - left, foot - head), color)


class Board(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """The plot's area. It moves nothing itself: it tells what the mouse asked for."""

    zoom_wanted = Signal(float, float)
    """Factor of the visible span, and the time that stays in its place."""
    pan_wanted = Signal(float)
    """Seconds."""
    reset_wanted = Signal()
    brushed = Signal(float, float)
    """Where a drag that selects began, and where it is; times."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.selects = False
        """Whether a drag selects even without Shift."""
        self._brushes = False
        self.setMouseEnabled(x=False, y=False)
        self.disableAutoRange()

    # Qt overrides

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zoom about the pointer."""
        about = self.mapSceneToView(event.scenePos()).x()
        self.zoom_wanted.emit(0.8 ** (event.delta() / 120), about)
        event.accept()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Select with Shift or where asked to, else pan: the time under the pointer stays under it."""
        event.accept()
        now: QPointF = self.mapSceneToView(event.scenePos())
        if event.isStart():
            self._brushes = self.selects or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._brushes:
            self.brushed.emit(self.mapSceneToView(event.buttonDownScenePos()).x(), now.x())
        else:
            self.pan_wanted.emit(self.mapSceneToView(event.lastScenePos()).x() - now.x())

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Back to the range that was chosen."""
        self.reset_wanted.emit()
        event.accept()
