"""The chart of one owner: live rates as lines, history as bars. ``ChartFeed`` brings it the data."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from npsgui.model.views import Sample, Usage
from npsgui.ui.chart_data import Buckets, History, Lines, Range, View, bucket_start
from npsgui.ui.chart_legend import Legend
from npsgui.ui.chart_plot import Plot
from npsgui.ui.chart_readout import Known, ReadOut
from npsgui.ui.theme import Theme

_KEPT = 366 * 86400
_LEAST_LIVE, _LEAST_HISTORY = 20.0, 600.0
"""The shortest spans that can be zoomed to, s."""
_FIRST_LIVE = 60.0
"""What the live chart shows at first, s; it grows to the whole range as samples come."""


def _live_span(lines: Lines) -> float:
    return min(max(lines.span, _FIRST_LIVE), float(Range.LIVE.value))


class TrafficChart(QWidget):
    """Inlet and export over time. Wheel, + and - zoom; drag and arrows pan; double click and Home reset."""

    view_changed = Signal()
    """Another span of time is shown: more history may be wanted."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._theme, self._clock = theme, clock
        self._range = Range.LIVE
        self._lines = Lines.of([])
        self._history: History | None = None
        self._seen: Buckets | None = None
        self._pointer: QPoint | None = None
        self.view = View(clock() - Range.LIVE.value, clock())
        """The span of time on the screen."""
        self.plot = Plot(theme, self)
        self.legend = Legend(theme, self)
        self.readout = ReadOut(theme, self.plot)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self.plot, 1)
        rows.addWidget(self.legend)
        self.setFocusProxy(self.plot)
        self.plot.setAccessibleName(self.tr("Traffic chart"))
        self.plot.board.zoom_wanted.connect(self.zoom)
        self.plot.board.pan_wanted.connect(self.pan)
        self.plot.board.reset_wanted.connect(self.reset)
        self.plot.pointed.connect(self._on_pointed)
        self.plot.unpointed.connect(self._on_unpointed)
        self.plot.keyed.connect(self._on_keyed)
        self.reset()

    @property
    def range(self) -> Range:
        """What was chosen to be shown; the view may be zoomed within it."""
        return self._range

    @property
    def follows(self) -> bool:
        """Whether the view ends now."""
        return self.view.right >= self._limits().right - 1.0

    def set_range(self, span: Range) -> None:
        """Show the last ``span``."""
        self._range = span
        self.reset()

    def show_live(self, samples: Sequence[Sample]) -> None:
        """Take the samples of the last five minutes, bytes/s; called once a second."""
        whole = self.view.span > _live_span(self._lines) - 1.0
        self._lines = Lines.of(samples)
        if self._range is Range.LIVE:
            limits = self._limits()
            late = limits.right - self.view.right
            self.view = limits if whole else self.view.panned(late if late < 5 else 0.0, limits)
            self._redraw()

    def show_history(self, history: History | None) -> None:
        """Take one owner's history; None while it is not known."""
        follows = self.follows
        self._history = history
        if self._range is not Range.LIVE:
            limits = self._limits()
            self.view = self.view.panned(limits.right - self.view.right if follows else 0.0, limits)
            self._redraw()

    def say(self, sentence: str) -> None:
        """Show a sentence under the chart."""
        self.legend.say(sentence)

    def zoom(self, factor: float, about: float | None = None) -> None:
        """Show ``factor`` times as much; ``about`` stays in its place, else the end does when it is now."""
        if about is None:
            about = self.view.right if self.follows else (self.view.left + self.view.right) / 2
        least = _LEAST_LIVE if self._range is Range.LIVE else _LEAST_HISTORY
        self._show(self.view.zoomed(factor, about, self._limits(), least))

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

    def _show(self, view: View) -> None:
        self.view = view.within(self._limits())
        self._redraw()
        self.view_changed.emit()

    def _limits(self) -> View:
        now = self._clock()
        if self._range is Range.LIVE:
            return View(now - _live_span(self._lines), now)
        width = self.plot.bar_width(self.view)
        end = float(bucket_start(now, width) + width)
        return View(end - _KEPT, end)

    def _redraw(self, *, afresh: bool = False) -> None:
        if self._range is Range.LIVE:
            peak = self._lines.peak(self.view.left, self.view.right)
            self.plot.show_lines(self._lines)
        else:
            peak = self._draw_bars()
        self.plot.show_view(self.view, peak, afresh=afresh)
        self.plot.show_empty("" if peak else self._why_empty())
        if self._pointer is not None:
            self._on_pointed(self._pointer)

    def _draw_bars(self) -> float:
        self._seen = None
        if self._history is None:
            self.plot.show_bars(None, [])
            return 0.0
        width = max(self.plot.bar_width(self.view), self._history.step)
        self._seen = self._history.buckets(width).between(self.view.left, self.view.right)
        self.plot.show_bars(self._seen, [gap for gap in self._history.gaps if gap[1] - gap[0] >= width])
        return self._seen.peak

    def _why_empty(self) -> str:
        if self._range is Range.LIVE:
            return self.tr("Nothing has moved in the last five minutes.")
        return "" if self._history is None else self.tr("Nothing moved in this time.")

    def _on_pointed(self, pointer: QPoint) -> None:
        self._pointer = pointer
        moment = self.plot.time_at(pointer)
        if self._range is Range.LIVE:
            sample = self._lines.at(moment)
            self.plot.show_cross(moment if sample is None else sample.at)
            self.readout.read_rates(moment, sample)
        else:
            self._read_bar(moment)
        self.readout.move_beside(pointer, self.plot.rect())

    def _read_bar(self, moment: float) -> None:
        width = self._seen.width if self._seen is not None else self.plot.bar_width(self.view)
        usage: Usage | Known | None = self._seen.at(moment) if self._seen is not None else None
        start = bucket_start(moment, width) if not isinstance(usage, Usage) else usage.start
        self.plot.show_cross(start + width / 2)
        if usage is None and (self._history is None or moment < self._history.since):
            usage = Known.NOT_YET
        elif usage is None and any(begin <= moment < end for begin, end in self.plot.ground.gaps):
            usage = Known.DID_NOT_RUN
        self.readout.read_bytes(start, width, usage or Usage(start, 0, 0))

    def _on_unpointed(self) -> None:
        self._pointer = None
        self.readout.hide()
        self.plot.show_cross(None)

    def _on_keyed(self, key: int) -> None:
        if key == Qt.Key.Key_Home:
            self.reset()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.pan(self.view.span / (10 if key == Qt.Key.Key_Right else -10))
        else:
            self.zoom(1.25 if key == Qt.Key.Key_Minus else 0.8)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Bars and ticks fit the new width."""
        super().resizeEvent(event)
        self._redraw(afresh=True)
