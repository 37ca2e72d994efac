"""What a chart draws of its data: rates as lines, or bytes as bars. Each reads itself out and sums up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from npsgui.model.views import Usage
from npsgui.ui.chart.data import Buckets, History, Layers, Range, Total, View, bar_width, bucket_start
from npsgui.ui.chart.lines import Lines
from npsgui.ui.chart.plot import Plot
from npsgui.ui.chart.readout import Known, ReadOut
from npsgui.ui.chart.sheet import Rows
from npsgui.ui.chart.stack import Stack, stacked_lines

_KEPT = 366 * 86400
"""How far back bars can be looked at, s."""
_FIRST_LIVE = 60.0
"""What the live chart shows at first, s; it grows to the whole range as samples come."""


class LiveFigure:
    """The rates of the last minutes; stacked, as bars of a second."""

    rates = True
    """Whether bytes a second are drawn, not bytes."""
    history = None
    least = 20.0
    """The shortest span that can be zoomed to, s."""
    is_unknown = False
    """Whether it is not known yet what there is to draw."""

    def __init__(self) -> None:
        self.lines = Lines.of([])
        self.layers: Layers | None = None

    @property
    def span(self) -> float:
        """How long the chart is, s."""
        return min(max(self.lines.span, _FIRST_LIVE), float(Range.LIVE.value))

    def take(self, lines: Lines, parts: Mapping[str, Lines]) -> None:
        """Draw these from now on; with ``parts``, stacked."""
        self.lines = lines
        self.layers = stacked_lines(lines, parts) if parts else None

    def limits(self, now: float, view: View, pixels: float) -> View:
        """What can be shown."""
        return View(now - self.span, now)

    def look(self, view: View, pixels: float) -> float:
        """Draw what is in ``view`` next; its peak, bytes/s."""
        if self.layers is None:
            return self.lines.peak(view.left, view.right)
        seen = (self.layers.starts + 1.0 >= view.left) & (self.layers.starts <= view.right)
        return float(np.max(np.sum(self.layers.parts, axis=0)[seen], initial=0.0))

    def draw(self, plot: Plot) -> None:
        """Draw it."""
        if self.layers is None:
            plot.show_lines(self.lines)
        else:
            plot.show_bars(self.layers, [])

    def read(self, readout: ReadOut, moment: float) -> float:
        """Read the sample at ``moment`` out; the time it is of."""
        sample = self.lines.at(moment)
        parts = self.layers.at(sample.at - 0.5) if self.layers is not None and sample is not None else ()
        readout.read_rates(moment, sample, parts, self.layers.names if self.layers is not None else ())
        return moment if sample is None else sample.at

    def step(self, view: View, pixels: float) -> float:
        """How far a key moves the end of a selection, s."""
        return max(1.0, round(view.span / 60))

    def total(self, left: float, right: float) -> Total | None:
        """About how much moved from ``left`` to ``right``; None where that is forgotten, or not known."""
        forgets = self.lines.span >= Range.LIVE.value - 2
        return None if forgets and left < self.lines.times[0] - 1 else self.lines.total(left, right)

    def rows(self, view: View, others: str) -> Rows:
        """The samples in ``view``, and their parts by name."""
        lines = self.lines
        seen = np.isfinite(lines.inlet) & (lines.times > view.left) & (lines.times <= view.right)
        parts = {}
        if self.layers is not None:
            within = np.isin(self.layers.starts, lines.times[seen] - 1.0)
            parts = _named(self.layers, others, within)
        starts = (lines.times[seen] - 1.0).tolist()
        return Rows(1, True, starts, _whole(lines.inlet[seen]), _whole(lines.export[seen]), parts)


class BarFigure:
    """Bytes in bars, as many as there is room for."""

    rates = False
    """Whether bytes a second are drawn, not bytes."""
    least = 600.0
    """The shortest span that can be zoomed to, s."""

    def __init__(self) -> None:
        self.history: History | None = None
        self.seen: Buckets | None = None
        self.layers: Layers | None = None
        self._stack: Stack | None = None
        self._width = 60

    @property
    def is_unknown(self) -> bool:
        """Whether it is not known yet what there is to draw."""
        return self.history is None

    def take(self, history: History | None, stack: Stack | None) -> None:
        """Draw this from now on; with a ``stack``, divided."""
        self.history, self._stack = history, stack

    def limits(self, now: float, view: View, pixels: float) -> View:
        """What can be shown."""
        width = bar_width(view.span, pixels)
        end = float(bucket_start(now, width) + width)
        return View(end - _KEPT, end)

    def look(self, view: View, pixels: float) -> float:
        """Draw the bars that are in ``view`` next; the tallest, bytes."""
        self._width, self.seen, self.layers = bar_width(view.span, pixels), None, None
        if self.history is None:
            return 0.0
        self._width = max(self._width, self.history.step)
        self.seen = self.history.buckets(self._width).between(view.left, view.right)
        self.layers = self.seen.layers() if self._stack is None else self._stack.layers(self.seen)
        return self.layers.peak

    def draw(self, plot: Plot) -> None:
        """Draw them."""
        gaps = self.history.gaps if self.history is not None else []
        plot.show_bars(self.layers, [gap for gap in gaps if gap[1] - gap[0] >= self._width])

    def read(self, readout: ReadOut, moment: float) -> float:
        """Read the bar at ``moment`` out, or say why there is none; the time in its middle."""
        usage: Usage | Known | None = self.seen.at(moment) if self.seen is not None else None
        start = bucket_start(moment, self._width) if not isinstance(usage, Usage) else usage.start
        history = self.history
        if usage is None and (history is None or moment < history.since):
            usage = Known.NOT_YET
        elif usage is None and history and any(begin <= moment < end for begin, end in history.gaps):
            usage = Known.DID_NOT_RUN
        stacked = self.layers if self._stack is not None else None
        parts, names = (stacked.at(moment), stacked.names) if stacked is not None else ((), ())
        readout.read_bytes(start, self._width, usage or Usage(start, 0, 0), parts, names)
        return start + self._width / 2

    def step(self, view: View, pixels: float) -> float:
        """How far a key moves the end of a selection, s: a bar."""
        return float(self._width)

    def total(self, left: float, right: float) -> Total | None:
        """What moved from ``left`` to ``right``, widened to whole buckets; None where it is not loaded."""
        return None if self.history is None else self.history.total(left, right)

    def rows(self, view: View, others: str) -> Rows:
        """The bars in sight, and their parts by name."""
        if self.seen is None or self.layers is None:
            return Rows(self._width, False, [], [], [], {})
        parts = _named(self.layers, others, np.ones(self.seen.starts.size, bool))
        inlet, export = _whole(self.seen.inlet), _whole(self.seen.export)
        return Rows(self._width, False, self.seen.starts.tolist(), inlet, export, parts)


def _named(layers: Layers, others: str, seen: npt.NDArray[np.bool_]) -> dict[str, list[int]]:
    parts = zip(layers.names, layers.parts, strict=False)
    return {name or others: _whole(part[seen]) for name, part in parts}


def _whole(values: npt.NDArray[Any]) -> list[int]:
    counted = np.issubdtype(values.dtype, np.integer)
    found: list[int] = (values if counted else np.rint(values).astype(np.int64)).tolist()
    return found


Figure = LiveFigure | BarFigure
