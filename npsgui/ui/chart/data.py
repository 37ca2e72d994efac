"""The numbers under a chart, as arrays. Pure: no Qt; reads the time zone, never the clock."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from npsgui.model.views import Step, Usage

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Span = tuple[float, float]

_WIDTHS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY = 86400
_WEEK = 7 * _DAY
_BAR_PIXELS = 5.0
_DAY_PIXELS = 2.0


class Range(enum.Enum):
    """What the range buttons offer; the value is the seconds shown."""

    LIVE = 300
    HOUR = 3600
    SIX_HOURS = 6 * 3600
    DAY = _DAY
    WEEK = _WEEK
    MONTH = 30 * _DAY
    YEAR = 365 * _DAY


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Bytes in bars of one width that moved. (n,) each: starts in Unix time s, ascending; bytes."""

    width: int
    starts: Ints
    inlet: Ints
    export: Ints

    def usage(self, index: int) -> Usage:
        """One of the bars."""
        return Usage(int(self.starts[index]), int(self.inlet[index]), int(self.export[index]))

    def between(self, left: float, right: float) -> Buckets:
        """The bars that overlap [left, right)."""
        seen = slice(
            np.searchsorted(self.starts, left - self.width, side="right"),
            np.searchsorted(self.starts, right),
        )
        return Buckets(self.width, self.starts[seen], self.inlet[seen], self.export[seen])

    def layers(self) -> Layers:
        """Inlet below, export on top."""
        return Layers(self.width, self.starts, (self.inlet, self.export))

    def at(self, moment: float) -> Usage | None:
        """The bar at ``moment``; None where nothing moved."""
        index = _bar_at(moment, self.starts, self.width)
        return None if index is None else self.usage(index)


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """Bars of ``width`` s, each stacked from parts. (n,) each: starts in Unix time s; bytes or bytes/s.

    The lowest part comes first. Without names, they are inlet and export.
    """

    width: int
    starts: Ints | Floats
    parts: tuple[Ints | Floats, ...]
    names: tuple[str, ...] = ()

    @property
    def peak(self) -> float:
        """The tallest bar; 0 when there is none."""
        return float(np.sum(self.parts, axis=0).max()) if self.starts.size else 0.0

    def at(self, moment: float) -> tuple[float, ...]:
        """The parts of the bar at ``moment``; empty where there is none."""
        index = _bar_at(moment, self.starts, self.width)
        return () if index is None else tuple(part[index].item() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Total:
    """What moved in [since, until), Unix time s: bytes, and the busiest bucket of ``step`` s in it."""

    since: float
    until: float
    inlet: int
    export: int
    step: int
    busiest: Usage | None
    exact: bool = True
    """Whether it is the sum of what was counted, and not of rates."""

    @property
    def average(self) -> float:
        """Bytes/s, both directions."""
        return (self.inlet + self.export) / max(self.until - self.since, 1.0)


class History:
    """One owner's bytes over [since, until), and the gaps in which the program did not run."""

    def __init__(self, since: float, until: float, buckets: Buckets, gaps: Sequence[Span]) -> None:
        self.since, self.until, self.step, self.gaps = since, until, buckets.width, gaps
        self._finest = buckets
        self._offsets = local_offsets(buckets.starts)
        self._wider: dict[int, Buckets] = {}

    @classmethod
    def of(
        cls, since: float, until: float, step: Step, usages: Sequence[Usage], coverage: Sequence[Span]
    ) -> History:
        """From the rows of the ledger, and when it says that the program ran."""
        buckets = Buckets(
            step.seconds,
            _ints(usage.start for usage in usages),
            _ints(usage.inlet for usage in usages),
            _ints(usage.export for usage in usages),
        )
        return cls(since, until, buckets, gaps(coverage, since, until))

    def continued(self, newer: History) -> History:
        """The same with ``newer``, of the same step, in place of its end."""
        kept, new = self._finest.starts < newer.since, newer._finest
        buckets = Buckets(
            self.step,
            np.concatenate((self._finest.starts[kept], new.starts)),
            np.concatenate((self._finest.inlet[kept], new.inlet)),
            np.concatenate((self._finest.export[kept], new.export)),
        )
        before = [(begin, min(end, newer.since)) for begin, end in self.gaps if begin < newer.since]
        after = list(newer.gaps)
        if before and after and before[-1][1] == after[0][0]:
            after[0] = (before.pop()[0], after[0][1])
        return History(self.since, newer.until, buckets, before + after)

    def holds(self, left: float, right: float) -> bool:
        """Whether all of [left, right) was loaded."""
        return self.since <= left and right <= self.until

    def total(self, left: float, right: float) -> Total | None:
        """What moved from ``left`` to ``right``, widened to whole buckets; None where not all is loaded."""
        since, until = int(left // self.step) * self.step, int(-(-right // self.step)) * self.step
        until = min(until, int(-(-self.until // self.step)) * self.step)
        if since < self.since or since >= until:
            return None
        within = self._finest.between(since, until)
        return total_of(within, since, until)

    def buckets(self, width: int) -> Buckets:
        """The bytes summed into bars of ``width`` s that begin on natural local times. Kept once made."""
        if width <= self.step or not self._finest.starts.size:
            return self._finest
        if width not in self._wider:
            self._wider[width] = self._summed(width)
        return self._wider[width]

    def _summed(self, width: int) -> Buckets:
        fine, shift = self._finest, self._offsets + monday(width)
        keys = (fine.starts + shift) // width
        first = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        return Buckets(
            width,
            keys[first] * width - shift[first],
            np.add.reduceat(fine.inlet, first),
            np.add.reduceat(fine.export, first),
        )


def total_of(buckets: Buckets, since: float, until: float, *, exact: bool = True) -> Total:
    """The sum of ``buckets``, which are all that moved in [since, until)."""
    inlet, export = int(buckets.inlet.sum()), int(buckets.export.sum())
    both = buckets.inlet + buckets.export
    busiest = buckets.usage(int(both.argmax())) if both.size else None
    return Total(since, until, inlet, export, buckets.width, busiest, exact)


def _bar_at(moment: float, starts: Ints | Floats, width: int) -> int | None:
    """Which of the bars of ``width`` s holds ``moment``; None for none."""
    index = int(np.searchsorted(starts, moment, side="right")) - 1
    return index if index >= 0 and moment < starts[index] + width else None


def monday(width: int) -> int:
    """What must be added to Unix time, s, for weeks to begin on Mondays: day 0 was a Thursday."""
    return 3 * _DAY if width == _WEEK else 0


def bucket_start(moment: float, width: int) -> int:
    """The natural local beginning, Unix time s, of the bar that holds ``moment``."""
    shift = time.localtime(moment).tm_gmtoff + monday(width)
    return int((moment + shift) // width) * width - shift


def local_offsets(starts: Ints) -> Ints:
    """Local time less UTC at each of ``starts``, s. Looked up once an hour: zones turn on the hour."""
    hours, which = np.unique(starts // 3600, return_inverse=True)
    return _ints(time.localtime(hour * 3600).tm_gmtoff for hour in hours.tolist())[which]


def gaps(coverage: Iterable[Span], since: float, until: float) -> list[Span]:
    """The parts of [since, until) of a minute or more that ``coverage`` leaves out."""
    found, at = [], since
    for begin, end in coverage:
        if begin - at >= Step.MINUTE.seconds:
            found.append((at, float(begin)))
        at = max(at, float(end))
    if until - at >= Step.MINUTE.seconds:
        found.append((at, until))
    return found


def bar_width(span: float, pixels: float) -> int:
    """How many seconds a bar holds, so that bars stay wide enough to be seen apart."""
    per_pixel = span / max(pixels, 1.0)
    for width in _WIDTHS:
        if width >= _BAR_PIXELS * per_pixel:
            return width
    return _DAY if _DAY_PIXELS * per_pixel <= _DAY else _WEEK


def fitting_step(view: View, minutes_from: float) -> Step:
    """Minutes for up to three days, where they are still kept: from ``minutes_from`` (Unix time, s) on.

    Else hours: the ledger's days are UTC's, ours are local.
    """
    return Step.MINUTE if view.span <= 3 * _DAY and view.left >= minutes_from else Step.HOUR


@dataclass(frozen=True, slots=True)
class View:
    """The span of time on the screen, Unix time s."""

    left: float
    right: float

    @property
    def span(self) -> float:
        """Its length, s."""
        return self.right - self.left

    def zoomed(self, factor: float, about: float, limits: View, least: float) -> View:
        """``factor`` times as long, with ``about`` in its place; at least ``least`` s, within ``limits``."""
        span = min(max(self.span * factor, least), limits.span)
        left = about - (about - self.left) * span / self.span
        return View(left, left + span).within(limits)

    def panned(self, seconds: float, limits: View) -> View:
        """Later by ``seconds``, as far as ``limits`` let it."""
        return View(self.left + seconds, self.right + seconds).within(limits)

    def within(self, limits: View) -> View:
        """Moved, and cut if it must be, to lie in ``limits``."""
        span = min(self.span, limits.span)
        left = min(max(self.left, limits.left), limits.right - span)
        return View(left, left + span)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)
