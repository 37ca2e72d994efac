"""The drawing of a chart: axes, grid, gaps, bars, lines, crosshair, in the theme's colours."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from npsgui.ui.amounts import scale as scale_shown
from npsgui.ui.chart.axes import TimeAxis, ValueAxis
from npsgui.ui.chart.data import Layers, Span, View
from npsgui.ui.chart.graphs import pg
from npsgui.ui.chart.items import Bars, Board, Ground, Shade, Wash
from npsgui.ui.chart.lines import Lines
from npsgui.ui.chart.marks import NEAR, Mark, Marks
from npsgui.ui.chart.scales import LINES, Linear, Logarithmic
from npsgui.ui.theme import Theme

_SHRINK = 0.45
"""The value axis grows at once, but shrinks only when the peak is below this part of it: a calm axis."""
_LEAST_HEIGHT = 72
_LINE_PIXELS = 20
"""The least distance of two lines with their texts, px."""

_LINE = 1.6
"""Width of a line of rates, px: times the screen's scale, for a pen of pyqtgraph counts the screen's own."""


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Paints what it is told to, in the theme's colours."""

    pointed = Signal(QPoint)
    """The pointer moved over the plot, in this widget's pixels."""
    unpointed = Signal()
    menu_asked = Signal(QPoint)
    """The context menu, at a point of the screen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.board, self._times, self._values = Board(), TimeAxis(), ValueAxis()
        super().__init__(parent, viewBox=self.board, axisItems={"bottom": self._times, "left": self._values})
        self._theme = theme
        self._top = 0.0
        self.logarithmic = False
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, 8, 0, 0)
        self.ground, self.bars, self.wash = Ground(theme.colors), Bars(theme.colors), Wash(theme.colors)
        self.marks, self.shade = Marks(theme.colors), Shade(theme.colors)
        self._inlet, self._export = pg.PlotCurveItem(antialias=True), pg.PlotCurveItem(antialias=True)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.hide()
        grounds = (self.ground, self.shade, self.bars, self.wash)
        for item in (*grounds, self._export, self._inlet, self.marks, self._cross):
            self.addItem(item, ignoreBounds=True)
        self._empty = QLabel(self)
        self._empty.setObjectName("empty")  # its ground keeps lines and marks off the words
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._recolour()
        theme.changed.connect(self._recolour)

    def show_bars(self, layers: Layers | None, gaps: list[Span]) -> None:
        """Show these bars and mark these gaps; no lines."""
        self._inlet.clear()
        self._export.clear()
        self.shade.lines = None
        self.bars.layers, self.ground.gaps = layers, gaps
        self.bars.update()
        self.ground.update()

    def show_lines(self, lines: Lines) -> None:
        """Show these rates; no bars."""
        self.bars.layers, self.ground.gaps = None, []
        drawn = self.bars.scaling.drawn
        self.shade.lines = lines = replace(lines, inlet=drawn(lines.inlet), export=drawn(lines.export))
        self._inlet.setData(lines.times, lines.inlet, connect="finite")
        self._export.setData(lines.times, lines.export, connect="finite")

    def show_view(self, view: View, peak: float, *, rates: bool, afresh: bool) -> None:
        """Show this span of time, and bytes or ``rates`` up to ``peak``; ``afresh`` forgets the axis before.

        What is drawn afterwards stands on that scale.
        """
        most = min(max(self.area().height() // _LINE_PIXELS, 1), LINES)
        units = scale_shown(per_second=rates)
        scale = Logarithmic.of(peak, most, units) if self.logarithmic else Linear(most, units)
        top = scale.top(peak)
        if afresh or scale != self.bars.scaling or top > self._top or top < _SHRINK * self._top:
            self._top = top
        self.bars.scaling = scale
        self._values.show_scale(scale, rates)
        self.ground.lines = scale.lines(self._top)
        self.board.setRange(xRange=(view.left, view.right), yRange=(0.0, self._top), padding=0)

    def show_span(self, span: Span | None) -> None:
        """Wash a selected span of time, or none."""
        self.wash.span = span
        self.wash.update()

    def show_marks(self, marks: list[Mark]) -> None:
        """Mark what happened."""
        self.marks.marks = marks
        self.marks.update()

    def marks_at(self, moment: float) -> list[Mark]:
        """The marks that are painted at a time, or so near that the pointer does not tell them apart."""
        (left, right), _ = self.board.viewRange()
        near = NEAR * (right - left) / max(self.area().width(), 1)
        return [mark for mark in self.marks.marks if abs(mark.at - moment) <= near]

    def show_cross(self, moment: float | None) -> None:
        """Put the crosshair at a time, or hide it."""
        self._cross.setVisible(moment is not None)
        if moment is not None:
            self._cross.setPos(moment)

    def show_empty(self, sentence: str) -> None:
        """Say why there is nothing to see; an empty text says nothing."""
        self._empty.setText(sentence)
        self._empty.setVisible(bool(sentence))
        self._empty.adjustSize()
        place = self._empty.rect()
        place.moveCenter(self.area().center())
        self._empty.setGeometry(place)

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
        for item in (self.ground, self.shade, self.bars, self.wash, self.marks):
            item.colors = colors
            item.update()
        self.setBackground(colors.surface)
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setFeature(QFont.Tag("tnum"), 1)
        self.marks.font = font
        for axis in (self._times, self._values):
            axis.setTickFont(font)
            axis.setPen(colors.line)
            axis.setTextPen(colors.muted)
        width = _LINE * self.devicePixelRatioF()
        self._inlet.setPen(pg.mkPen(colors.inlet, width=width))
        self._export.setPen(pg.mkPen(colors.export, width=width))
        self._cross.setPen(pg.mkPen(colors.muted, width=1, style=Qt.PenStyle.DashLine))

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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, by the right button or the menu key."""
        self.menu_asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that mean nothing here go on to the window."""
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
