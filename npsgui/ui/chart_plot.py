"""The drawing of a chart: axes, grid, gaps, bars, lines, crosshair, in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from npsgui.ui.chart_axes import TimeAxis, ValueAxis, value_top
from npsgui.ui.chart_data import Buckets, Lines, Span, View, bar_width
from npsgui.ui.chart_items import Bars, Board, Ground
from npsgui.ui.graphs import pg
from npsgui.ui.theme import Theme

_SHRINK = 0.45
"""The value axis grows at once, but shrinks only when the peak is below this part of it: a calm axis."""

KEYS = frozenset(
    {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Home}
)
"""The keys that act on a chart."""


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Paints what it is told to, in the theme's colours."""

    pointed = Signal(QPoint)
    """The pointer moved over the plot, in this widget's pixels."""
    unpointed = Signal()
    keyed = Signal(int)
    """A key was pressed while the plot had the focus; a Qt.Key."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.board, self._times, self._values = Board(), TimeAxis(), ValueAxis()
        super().__init__(parent, viewBox=self.board, axisItems={"bottom": self._times, "left": self._values})
        self._theme = theme
        self._top = 0.0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, 8, 0, 0)
        self.ground, self.bars = Ground(theme.colors), Bars(theme.colors)
        self._inlet, self._export = pg.PlotCurveItem(antialias=True), pg.PlotCurveItem(antialias=True)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.hide()
        for item in (self.ground, self.bars, self._export, self._inlet, self._cross):
            self.addItem(item, ignoreBounds=True)
        self._empty = QLabel(self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._recolour()
        theme.changed.connect(self._recolour)

    def show_bars(self, buckets: Buckets | None, gaps: list[Span]) -> None:
        """Show these bars and mark these gaps; no lines."""
        self._inlet.clear()
        self._export.clear()
        self._values.show_rates(False)
        self.bars.buckets, self.ground.gaps = buckets, gaps
        self.bars.update()
        self.ground.update()

    def show_lines(self, lines: Lines) -> None:
        """Show these rates; no bars."""
        self._values.show_rates(True)
        self.bars.buckets, self.ground.gaps = None, []
        self._inlet.setData(lines.times, lines.inlet, connect="finite")
        self._export.setData(lines.times, lines.export, connect="finite")

    def show_view(self, view: View, peak: float, *, afresh: bool) -> None:
        """Show this span of time, and values up to ``peak``; ``afresh`` forgets the value axis before."""
        top = value_top(peak)
        if afresh or top > self._top or peak < _SHRINK * self._top:
            self._top = top
        self.ground.lines = self._values.lines(self._top)
        self.board.setRange(xRange=(view.left, view.right), yRange=(0.0, self._top), padding=0)

    def show_cross(self, moment: float | None) -> None:
        """Put the crosshair at a time, or hide it."""
        self._cross.setVisible(moment is not None)
        if moment is not None:
            self._cross.setPos(moment)

    def show_empty(self, sentence: str) -> None:
        """Say why there is nothing to see; an empty text says nothing."""
        self._empty.setText(sentence)
        self._empty.setVisible(bool(sentence))
        self._empty.setGeometry(self.area())

    def bar_width(self, view: View) -> int:
        """How many seconds a bar holds where ``view`` is shown."""
        return bar_width(view.span, self.area().width())

    def area(self) -> QRect:
        """Where the plot is, without its axes, in this widget's pixels."""
        return QRect(self.mapFromScene(self.board.sceneBoundingRect()).boundingRect())

    def time_at(self, pointer: QPoint) -> float:
        """The time under a point of this widget, Unix time s."""
        return float(self.board.mapSceneToView(self.mapToScene(pointer)).x())

    def point_at(self, moment: float, value: float) -> QPoint:
        """The point of this widget where a value is drawn."""
        found: QPoint = self.mapFromScene(self.board.mapViewToScene(QPointF(moment, value)))
        return found

    def _recolour(self) -> None:
        colors = self._theme.colors
        self.ground.colors = self.bars.colors = colors
        self.setBackground(colors.surface)
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setFeature(QFont.Tag("tnum"), 1)
        for axis in (self._times, self._values):
            axis.setTickFont(font)
            axis.setPen(colors.line)
            axis.setTextPen(colors.muted)
        self._inlet.setPen(pg.mkPen(colors.inlet, width=1.6))
        self._export.setPen(pg.mkPen(colors.export, width=1.6))
        self._cross.setPen(pg.mkPen(colors.muted, width=1, style=Qt.PenStyle.DashLine))
        self._empty.setStyleSheet(f"color: {colors.muted}; background: transparent; font-size: 13px;")
        self.bars.update()
        self.ground.update()

    # Qt overrides

    def mouseMoveEvent(self, event: object) -> None:
        """Tell where the pointer is."""
        super().mouseMoveEvent(event)
        pointer = event.position().toPoint()  # type: ignore[attr-defined]  # a QMouseEvent
        if self.area().contains(pointer):
            self.pointed.emit(pointer)
        else:
            self.unpointed.emit()

    def leaveEvent(self, event: object) -> None:
        """The pointer is gone."""
        super().leaveEvent(event)
        self.unpointed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell the key; those that mean nothing here go on to the window."""
        if event.key() in KEYS:
            self.keyed.emit(event.key())
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys act here."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.board.setBorder(pg.mkPen(self._theme.colors.accent))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keys act elsewhere."""
        super().focusOutEvent(event)
        self.board.setBorder(None)
