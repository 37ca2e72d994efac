"""What there is to be told of: events, agents away, ends that are near, hours unlike those before. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from npsgui.model.alerts import AlertKind
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Everything, Host, Owner, OwnerKey, Tunnel, Via
from npsgui.model.events import Event, ListenerChanged, QuotaReached, QuotaWarned, Throttled
from npsgui.model.views import reason_kept

HOUR = 3600

WEEKS = 8
"""How many weeks back an hour is compared with."""

LEAST_WEEKS = 4
"""With fewer weeks known nothing is said of an hour."""

_AS_DEVIATION = 1.4826
"""The median distance from the median of normal values, times this, is their standard deviation."""

_LEAST_SPREAD = 0.5
"""Of the usual: what is always the same may still be so much more without being unusual."""

_QUIET_SHARE = 0.01
"""Of the least that is usual: next to nothing."""

_MISSED = 120
"""How much of an hour the program may not have run, s, so that it can still be called quiet."""


def told_by(event: Event) -> tuple[AlertKind, OwnerKey, Mapping[str, Any]] | None:
    """What an event is to be told as, of whom, and its details; None: it is not."""
    if isinstance(event, QuotaWarned):
        details = {"used": event.used, "quota": event.quota, "percent": event.percent}
        return AlertKind.WARNED, event.owner, details
    if isinstance(event, Throttled):
        details = {"used": event.used, "percent": event.percent, "rate": event.rate}
        return AlertKind.THROTTLED, event.owner, details
    if isinstance(event, QuotaReached):
        return AlertKind.CUT, event.owner, {"used": event.used}
    if isinstance(event, ListenerChanged) and event.error is not None:
        return AlertKind.PORT_FAILED, event.owner, reason_kept(event.error)
    return None


class AgentWatch:
    """Which agents that were online are away, and since when. Told once a minute who is online."""

    def __init__(self, known: Mapping[int, float]) -> None:
        self.last_seen = dict(known)
        """By client, when its agent was online last; Unix time, s. Never online: not in it."""

    def turn(self, online: Set[int], clients: Set[int], now: float) -> None:
        """Take who is online now; of clients that are no more nothing is kept."""
        self.last_seen = {client: at for client, at in self.last_seen.items() if client in clients}
        self.last_seen |= dict.fromkeys(online & clients, now)

    def shift(self, seconds: float) -> None:
        """The clock has jumped: nobody could be online meanwhile."""
        self.last_seen = {client: at + seconds for client, at in self.last_seen.items()}

    def away(self, needed: Set[int], now: float, seconds: float) -> Iterator[tuple[int, float]]:
        """Of the ``needed`` those that are away for so long, and for how long; s."""
        for client in needed & self.last_seen.keys():
            gone = now - self.last_seen[client]
            if gone >= seconds:
                yield client, gone


def needed_agents(configuration: Configuration) -> set[int]:
    """The clients that need an agent: enabled, with something enabled that is dialled by it."""
    owned: list[Tunnel | Host] = [*configuration.tunnels.values(), *configuration.hosts.values()]
    wanted = {one.client for one in owned if one.enabled and one.via is Via.AGENT}
    return {client for client in wanted if configuration.clients[client].enabled}


def expiring(configuration: Configuration) -> list[tuple[int, Owner]]:
    """When whose time is over, the first first; only of what is enabled."""
    ending = [
        (owner.expires, owner)
        for owner in configuration.owners()
        if not isinstance(owner, Everything) and owner.enabled and owner.expires
    ]
    return sorted(ending, key=lambda one: one[0])


@dataclass(frozen=True, slots=True)
class Usual:
    """What an owner carries in an hour of the week. Bytes."""

    median: float
    spread: float

    def most(self, times: float, least: int) -> float:
        """From how much on an hour is unusual."""
        return max(least, self.median + times * max(self.spread, _LEAST_SPREAD * self.median))


def same_hours(hour: int, zone: datetime.tzinfo | None) -> list[int]:
    """The starts of the same hour of the week by the clock, in the weeks before; Unix times, s."""
    moment = datetime.datetime.fromtimestamp(hour, zone)
    weeks = [moment - datetime.timedelta(weeks=number) for number in range(1, WEEKS + 1)]
    return [int(week.timestamp()) // HOUR * HOUR for week in weeks]


def usual(moved: Mapping[int, int], covered: Sequence[tuple[int, int]], hours: Sequence[int]) -> Usual | None:
    """What was carried at ``hours``, each with the one before and after it: what is a little late is usual.

    ``moved``: bytes by the start of an hour. ``covered``: when the program ran; Unix times, s. None: it ran
    in too few of them to say.
    """
    seen = [
        max(moved.get(hour + shift, 0) for shift in (-HOUR, 0, HOUR))
        for hour in hours
        if _ran(covered, hour) >= HOUR // 2
    ]
    if len(seen) < LEAST_WEEKS:
        return None
    median = _median(seen)
    return Usual(median, _AS_DEVIATION * _median([abs(one - median) for one in seen]))


def quiet(
    moved: Mapping[int, int], covered: Sequence[tuple[int, int]], hour: int, hours: Sequence[int], least: int
) -> int | None:
    """The least that was carried at ``hours``, of which ``hour`` and the one before it had next to nothing.

    ``moved``, ``covered``: as for ``usual``. ``least``: bytes that each of ``hours`` must have had. None: it
    is not quiet, or the program ran too little to say.
    """
    if min(_ran(covered, hour), _ran(covered, hour - HOUR)) < HOUR - _MISSED:
        return None
    seen = [moved.get(one, 0) for one in hours if _ran(covered, one) >= HOUR // 2]
    if len(seen) < LEAST_WEEKS or min(seen) < least:
        return None
    now = max(moved.get(hour, 0), moved.get(hour - HOUR, 0))
    return min(seen) if now < _QUIET_SHARE * min(seen) else None


def _ran(covered: Sequence[tuple[int, int]], hour: int) -> int:
    """How long of an hour the program ran, s."""
    return sum(max(0, min(until, hour + HOUR) - max(since, hour)) for since, until in covered)


def _median(values: Sequence[float]) -> float:
    """The one in the middle, of two the mean. ``statistics`` takes 10 ms to load."""
    ordered, half = sorted(values), len(values) // 2
    return (ordered[half] + ordered[~half]) / 2
