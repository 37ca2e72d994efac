"""The chart of one owner: live rates as lines, history as bars. ``ChartFeed`` brings it the data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from npsgui.model.views import Sample
from npsgui.ui.chart.brush import Brush
from npsgui.ui.chart.data import History, Range, View
from npsgui.ui.chart.figures import BarFigure, Figure, LiveFigure
from npsgui.ui.chart.keys import CTRL, PLAIN, SHIFT, Act, ChartKeys, Keys
from npsgui.ui.chart.legend import Legend
from npsgui.ui.chart.lines import Lines
from npsgui.ui.chart.plot import Plot
from npsgui.ui.chart.pointer import Pointer
from npsgui.ui.chart.stack import Stack
from npsgui.ui.chart.strip import SpanStrip
from npsgui.ui.help_dialog import Topic, show_help
from npsgui.ui.theme import Theme

_ROOMY = 180
"""From this height on, px, there is room for the legend beside what is selected."""


class TrafficChart(QWidget):
    """Inlet and export over time. Wheel, + and - zoom; drag and arrows pan; double click and Home reset.

    A drag with Shift selects a span, as Shift with the arrows does; Space holds the chart still; Page Up
    and Page Down go from mark to mark.
    """

    view_changed = Signal()
    """Another span of time is shown: more history may be wanted."""
    copied = Signal()
    """A copy was asked for, by its key."""
    held = Signal(bool)
    """Whether the chart is held still from now on."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._range = Range.LIVE
        self._live, self._bars = LiveFigure(), BarFigure()
        self._held_at: float | None = None
        self._held_for_brush = False
        self.view = View(clock() - Range.LIVE.value, clock())
        """The span of time on the screen."""
        self.plot = Plot(theme, self)
        self.legend, self.strip = Legend(theme, self), SpanStrip(theme, self)
        self.brush = Brush(lambda left, right: self.figure.total(left, right), self)
        self.pointer = Pointer(self.plot, theme, lambda: self.figure)
        self.readout = self.pointer.readout
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self.strip)
        rows.addWidget(self.plot, 1)
        rows.addWidget(self.legend)
        self.setFocusProxy(self.plot)
        self.plot.setAccessibleName(self.tr("Traffic chart"))
        board = self.plot.board
        board.zoom_wanted.connect(self.zoom)
        board.pan_wanted.connect(self.pan)
        board.reset_wanted.connect(self.reset)
        board.brushed.connect(self.select)
        self.brush.changed.connect(self._on_brushed)
        self.strip.closed.connect(self.brush.clear)
        ChartKeys(self.plot, _keys(self))
        self.reset()

    @property
    def range(self) -> Range:
        """What was chosen to be shown; the view may be zoomed within it."""
        return self._range

    @property
    def figure(self) -> Figure:
        """What is drawn."""
        return self._live if self._range is Range.LIVE else self._bars

    @property
    def follows(self) -> bool:
        """Whether the view ends now, and moves on with the time."""
        return not self.is_held and self.view.right >= self._limits().right - 1.0

    @property
    def is_held(self) -> bool:
        """Whether the chart is held still while counting goes on."""
        return self._held_at is not None

    def set_range(self, span: Range) -> None:
        """Show the last ``span``; nothing is selected, and the chart is not held."""
        self._range = span
        self.brush.clear()
        self.hold(False)
        self.reset()

    def hold(self, still: bool) -> None:
        """Hold the chart still while counting goes on, or let it follow again."""
        self._held_for_brush = False
        if still != self.is_held:
            self._held_at = self._clock() if still else None
            self.held.emit(still)
            if not still:
                self._show(self.view.panned(self._limits().right - self.view.right, self._limits()))

    def show_live(
        self, samples: Sequence[Sample], parts: Mapping[str, Sequence[Sample]] | None = None
    ) -> None:
        """Take the samples of five minutes, bytes/s, and those of ``parts``; called once a second."""
        if self.is_held and self._range is Range.LIVE:
            return
        whole = self.view.span > self._live.span - 1.0
        self._live.take(Lines.of(samples), {name: Lines.of(part) for name, part in (parts or {}).items()})
        if self._range is Range.LIVE:
            limits = self._limits()
            late = limits.right - self.view.right
            self.view = limits if whole else self.view.panned(late if late < 5 else 0.0, limits)
            self._redraw()
            self.brush.again()

    def show_history(self, history: History | None, stack: Stack | None = None) -> None:
        """Take one owner's history, divided by a ``stack``; None while it is not known."""
        follows = self.follows
        self._bars.take(history, stack)
        if self._range is not Range.LIVE:
            limits = self._limits()
            self.view = self.view.panned(limits.right - self.view.right if follows else 0.0, limits)
            self._redraw()
            self.brush.again()

    def say(self, sentence: str) -> None:
        """Show a sentence under the chart."""
        self.legend.say(sentence)

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Show ``factor`` times as much; ``about`` stays in its place, else the end does when it is now."""
        if about is None:
            about = self.view.right if self.follows else (self.view.left + self.view.right) / 2
        self._show(self.view.zoomed(factor, about, self._limits(), self.figure.least))

    def pan(self, seconds: float) -> None:
        """Show what is ``seconds`` later, as far as there is anything."""
        self._show(self.view.panned(seconds, self._limits()))

    def reset(self) -> None:
        """Show the whole of the chosen range, up to now."""
        now = self._clock()
        self.view = View(now - self._range.value, now)
        limits = self._limits()
        self.view = View(limits.right - self._range.value, limits.right).within(limits)
        self._redraw(afresh=True)
        self.view_changed.emit()

    def set_logarithmic(self, wanted: bool) -> None:
        """Put the values on a logarithmic axis, or on an even one."""
        self.plot.logarithmic = wanted
        self._redraw(afresh=True)

    def select(self, anchor: float, edge: float) -> None:
        """Select a span of time, in either order; a live chart is held as long as it is selected."""
        if self._range is Range.LIVE and not self.is_held:
            self.hold(True)
            self._held_for_brush = True
        self.brush.select(anchor, edge)

    def _show(self, view: View) -> None:
        self.view = view.within(self._limits())
        self._redraw()
        self.view_changed.emit()

    def _limits(self) -> View:
        now = self._clock() if self._held_at is None else self._held_at
        return self.figure.limits(now, self.view, self.plot.area().width())

    def _redraw(self, *, afresh: bool = False) -> None:
        figure = self.figure
        peak = figure.look(self.view, self.plot.area().width())
        self.plot.show_view(self.view, peak, rates=figure.rates, afresh=afresh)
        figure.draw(self.plot)
        self.legend.show_names(figure.layers.names if figure.layers is not None else ())
        self.plot.show_empty("" if peak or figure.is_unknown else self.tr("Nothing moved in this time."))
        self.pointer.again()

    def _on_brushed(self) -> None:
        if self.brush.is_empty and self._held_for_brush:
            self.hold(False)
        self.plot.show_span(self.brush.span)
        self.strip.show_total(self.brush.total)
        self.legend.setVisible(self.strip.isHidden() or self.height() >= _ROOMY)
        told = self.tr("F1 tells its keys.") if self.brush.is_empty else self.strip.text()
        self.plot.setAccessibleDescription(told)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Bars and ticks fit the new width."""
        super().resizeEvent(event)
        self._redraw(afresh=True)


def _keys(chart: TrafficChart) -> Keys:
    """What the keys do while a chart has the focus."""
    key, brush = Qt.Key, chart.brush

    def extend(bars: int) -> None:
        pixels = chart.plot.area().width()
        seconds = bars * chart.figure.step(chart.view, pixels)
        chart.select(*brush.extended(seconds, chart.view))

    def let_go() -> None:
        brush.clear()
        chart.pointer.leave()

    return {
        (key.Key_Home, PLAIN): Act(chart.reset),
        (key.Key_Left, PLAIN): Act(lambda: chart.pan(-chart.view.span / 10)),
        (key.Key_Right, PLAIN): Act(lambda: chart.pan(chart.view.span / 10)),
        (key.Key_Plus, PLAIN): Act(lambda: chart.zoom(0.8)),
        (key.Key_Equal, PLAIN): Act(lambda: chart.zoom(0.8)),
        (key.Key_Minus, PLAIN): Act(lambda: chart.zoom(1.25)),
        (key.Key_Space, PLAIN): Act(lambda: chart.hold(not chart.is_held)),
        (key.Key_Left, SHIFT): Act(lambda: extend(-1)),
        (key.Key_Right, SHIFT): Act(lambda: extend(1)),
        (key.Key_Left, SHIFT | CTRL): Act(lambda: extend(-10)),
        (key.Key_Right, SHIFT | CTRL): Act(lambda: extend(10)),
        (key.Key_A, CTRL): Act(lambda: chart.select(chart.view.left, chart.view.right)),
        (key.Key_PageUp, PLAIN): Act(lambda: chart.pointer.to_mark(forward=False)),
        (key.Key_PageDown, PLAIN): Act(lambda: chart.pointer.to_mark(forward=True)),
        (key.Key_F1, PLAIN): Act(lambda: show_help(Topic.CHARTS, chart.window())),
        (key.Key_C, CTRL): Act(chart.copied.emit),
        (key.Key_Escape, PLAIN): Act(let_go, lambda: not brush.is_empty or chart.pointer.is_pointing),
    }
