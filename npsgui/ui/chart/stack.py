"""An owner's bytes divided among what it owns, or by whom they were for. Pure: no Qt, no clock."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from npsgui.model.peers import OTHERS, PeerUsage
from npsgui.model.views import Step, Usage
from npsgui.ui.chart.data import Buckets, History, Layers, Span
from npsgui.ui.chart.lines import Lines

MOST = 6
"""How many parts have a colour of their own; the rest are the others."""

REST = ""
"""The name of the others."""

Values = npt.NDArray[Any]


class Stacking(enum.Enum):
    """What a chart's bars are stacked from."""

    DIRECTION = enum.auto()
    OWNED = enum.auto()
    """The tunnels and hosts of a client, the clients of everything."""
    PEER = enum.auto()
    """The addresses of visitors, by day in UTC: that is how the ledger keeps them."""


class Stack:
    """Parts of a history. What none of them has is the others': the parts add up to the whole."""

    def __init__(self, parts: Mapping[str, History]) -> None:
        self._parts = parts
        self.names = (*parts, REST)

    def layers(self, whole: Buckets) -> Layers:
        """The bars of ``whole``, divided."""
        parts = (history.buckets(whole.width) for history in self._parts.values())
        both = whole.inlet + whole.export
        divided = divide(whole.starts, both, ((part.starts, part.inlet + part.export) for part in parts))
        return Layers(whole.width, whole.starts, divided, self.names)

    def continued(self, newer: Stack) -> Stack:
        """The same with ``newer``, of the same parts, in place of its end."""
        return Stack({name: held.continued(newer._parts[name]) for name, held in self._parts.items()})


def stacked_lines(whole: Lines, parts: Mapping[str, Lines]) -> Layers:
    """Live rates as bars of a second, divided among ``parts`` and the others."""
    known = np.isfinite(whole.inlet)
    both = whole.inlet + whole.export
    divided = divide(
        whole.times[known],
        both[known],
        ((part.times, np.nan_to_num(part.inlet + part.export)) for part in parts.values()),
    )
    return Layers(1, whole.times[known] - 1.0, divided, (*parts, REST))


def divide(starts: Values, whole: Values, parts: Iterable[tuple[Values, Values]]) -> tuple[Values, ...]:
    """``whole``, (n,) at ``starts``, as the parts at the same starts, and what they leave of it."""
    left, found = whole.copy(), []
    for moments, values in parts:
        part = np.zeros_like(whole)
        at = np.searchsorted(starts, moments)
        known = at < starts.size
        known[known] = starts[at[known]] == moments[known]
        part[at[known]] = values[known]
        left -= part
        found.append(part)
    return (*found, np.maximum(left, 0))


def history_by_peer(
    usages: Sequence[PeerUsage], since: int, until: float, coverage: Sequence[Span]
) -> tuple[History, Stack]:
    """The days of an owner, and the same by peer: the heaviest peers by name."""
    by_peer: dict[str, list[Usage]] = {}
    by_day: dict[int, Usage] = {}
    for one in usages:
        by_peer.setdefault(one.peer, []).append(Usage(one.day, one.inlet, one.export))
        day = by_day.get(one.day, Usage(one.day, 0, 0))
        by_day[one.day] = Usage(one.day, day.inlet + one.inlet, day.export + one.export)
    named = sorted(by_peer.keys() - {OTHERS}, key=lambda peer: (-_bytes(by_peer[peer]), peer))[:MOST]

    def history(days: Iterable[Usage]) -> History:
        ascending = sorted(days, key=lambda usage: usage.start)
        return History.of(since, until, Step.DAY, ascending, coverage)

    return history(by_day.values()), Stack({peer: history(by_peer[peer]) for peer in named})


def _bytes(usages: Iterable[Usage]) -> int:
    return sum(usage.inlet + usage.export for usage in usages)
