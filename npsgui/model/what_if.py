"""What limits would have done to what was carried. Pure: reads no clock.

Bytes over a rate wait for the next bucket, as visitors would; bytes over a quota are refused, and would not
have come at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from npsgui.model.entities import Limits
from npsgui.model.views import Usage

_DAY, _HOUR = 86400, 3600


@dataclass(frozen=True, slots=True)
class Replay:
    """A span of time lived through again under other limits. Bytes that the quota counts; Unix times, s."""

    since: int
    until: int
    wanted: int
    """What was carried then."""
    refused: int
    cut_at: int | None
    """When the quota would have been used up."""
    slowed: int
    """How many seconds long, in whole buckets, the rates would have held something back."""
    course: tuple[int, ...]
    """What was carried by the end of each day, or each hour of a short span."""


def replay(usages: Sequence[Usage], seconds: int, since: int, until: int, limits: Limits) -> Replay:
    """Live through [since, until) again. ``usages``: its buckets of ``seconds`` that moved, oldest first."""
    counts, quota = limits.quota_counts, limits.quota or math.inf
    used = wanted = refused = 0
    cut_at: int | None = None
    queue = _Queue(limits, seconds)
    for usage in usages:
        wanted += counts.of(usage.inlet, usage.export)
        if cut_at is not None:
            refused += counts.of(usage.inlet, usage.export)
            continue
        moved = counts.of(*queue.carry(usage))
        if used + moved > quota:
            part = (quota - used) / moved
            cut_at = usage.start + int(seconds * part)
            refused += used + moved - limits.quota
            moved = limits.quota - used
        used += moved
    course = tuple(_course(usages, since, until, limits))
    return Replay(since, until, wanted, refused, cut_at, queue.slowed, course)


class _Queue:
    """What the rates let through, bucket by bucket. A rate of 0 lets everything."""

    def __init__(self, limits: Limits, seconds: int) -> None:
        self.slowed = 0
        self._rates = limits.rate, limits.inlet_rate, limits.export_rate
        self._seconds = seconds
        self._inlet = self._export = 0
        """What waits."""
        self._end = 0
        """Of the bucket before."""

    def carry(self, usage: Usage) -> tuple[int, int]:
        """The inlet and export bytes that get through by the end of a bucket; the rest waits."""
        if not any(self._rates):
            return usage.inlet, usage.export
        quiet = self._pass(max(0, usage.start - self._end)) if self._inlet or self._export else (0, 0)
        self._inlet += usage.inlet
        self._export += usage.export
        inlet, export = self._pass(self._seconds)
        self._end = usage.start + self._seconds
        return quiet[0] + inlet, quiet[1] + export

    def _pass(self, seconds: int) -> tuple[int, int]:
        shared, inlet_rate, export_rate = (rate * seconds if rate else math.inf for rate in self._rates)
        inlet, export = min(self._inlet, inlet_rate), min(self._export, export_rate)
        if inlet + export > shared:
            inlet = shared * inlet / (inlet + export)
            export = shared - inlet
        carried = int(inlet), int(export)
        self._inlet -= carried[0]
        self._export -= carried[1]
        if self._inlet > 1 or self._export > 1:  # a byte is lost in rounding
            self.slowed += seconds
        return carried


def _course(usages: Sequence[Usage], since: int, until: int, limits: Limits) -> Iterator[int]:
    """What was carried by the end of each day or hour."""
    long = _DAY if until - since > 2 * _DAY else _HOUR
    at, total = 0, 0
    for start in range(since, until, long):
        while at < len(usages) and usages[at].start < start + long:
            total += limits.quota_counts.of(usages[at].inlet, usages[at].export)
            at += 1
        yield total
