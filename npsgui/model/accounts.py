"""The gates of all owners, kept in step with the Configuration. Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    GLOBAL_KEY,
    Alternative,
    Client,
    Everything,
    Owner,
    OwnerKey,
    OwnerKind,
)
from npsgui.model.events import AlternativeTurned, Event, QuotaReached, QuotaWarned, Throttled
from npsgui.model.gate import Gate
from npsgui.model.hours import NEVER, Timetable, Week, zone_of
from npsgui.model.ladder import Rung
from npsgui.model.periods import Beginning

PART = 100
"""Owners whose limits are switched in one go: some milliseconds."""

NO_PERIODS: Mapping[OwnerKey, Beginning] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Totals:
    """Bytes an owner has carried since it was made."""

    inlet: int = 0
    export: int = 0


class Accounts:
    """One Gate for each owner. A gate keeps its counters and its leases through every edit."""

    def __init__(self, now: float = 0.0) -> None:
        self._gates: dict[OwnerKey, Gate] = {GLOBAL_KEY: Gate(now=now)}
        self._applied: dict[OwnerKey, Owner] = {}
        self._everything = Everything()
        self._zone = zone_of("")
        self._timetables: dict[Week, Timetable] = {}
        """Shared by all that have the same hours."""
        self._alternative: bool | None = None
        """Whether alternative limits are on; None before the first ``turn``."""
        self._to_switch: list[Owner] = []
        """Whose limits are not yet as it says."""
        self._alternative_hours = Timetable(NEVER, None)

    def __iter__(self) -> Iterator[Gate]:
        return iter(self._gates.values())

    def __len__(self) -> int:
        return len(self._gates)

    def gate(self, key: OwnerKey) -> Gate | None:
        """The gate of an owner, or None when there is no such owner."""
        return self._gates.get(key)

    @property
    def everything(self) -> Gate:
        """The gate at the top, whose flow is the sum of all clients."""
        return self._gates[GLOBAL_KEY]

    def restore(
        self, totals: Mapping[OwnerKey, Totals], periods: Mapping[OwnerKey, Beginning] = NO_PERIODS
    ) -> None:
        """Set the counters to what the ledger holds; called once, after the first ``apply``.

        Set, not added: a client's total holds what its removed tunnels carried, too.
        """
        for key, total in totals.items():
            gate = self._gates.get(key)
            if gate is not None:
                gate.flow.inlet, gate.flow.export = total.inlet, total.export
        for key, beginning in periods.items():
            self.begin(key, beginning)
        for gate in self._gates.values():
            gate.settle()
            gate.ladder.news()  # the user was told when it was reached, in the run before

    def begin(self, key: OwnerKey, beginning: Beginning) -> None:
        """Let the quota of an owner count within a period that begins so."""
        gate = self._gates.get(key)
        if gate is not None:
            flow = gate.flow
            flow.from_inlet, flow.from_export = beginning.inlet, beginning.export
            flow.opening, flow.top_up = beginning.opening, beginning.top_up
            gate.ladder.configure(gate.limits)
            gate.settle()

    def revive(self, gates: Iterable[Gate]) -> None:
        """Take back gates that ``apply`` gave out, with all they counted; the next ``apply`` wants them."""
        for gate in gates:
            gate.reopen()
            self._gates[gate.owner] = gate

    def apply(self, configuration: Configuration, now: float) -> list[Gate]:
        """Put a Configuration in force, live; returns the gates of owners that are no more, disabled.

        Only what differs from the Configuration applied before is touched.
        """
        wanted = {owner.owner: owner for owner in configuration.owners()}
        gone = [self._gates.pop(key) for key in list(self._gates) if key not in wanted]
        for gate in gone:
            gate.close()
        before, self._everything = self._everything, configuration.everything
        same_clock = before.timezone == self._everything.timezone
        if not same_clock:
            self._zone = zone_of(self._everything.timezone)
            self._timetables.clear()
        self._alternative_hours = Timetable(self._everything.alternative_hours, self._zone)
        for key, owner in wanted.items():
            if self._applied.get(key) is not owner or not same_clock:
                self._put_in_force(owner, now)
        self._applied = wanted
        return gone

    @property
    def alternative(self) -> bool:
        """Whether alternative limits are in force."""
        return bool(self._alternative)

    def turn(self, wall: float, now: float) -> list[Event]:
        """Put in force what the time and the counters ask for; what the user should know of it.

        Called once a second, and after ``apply``. ``wall`` is Unix time, ``now`` the buckets' clock, both s.
        """
        news: list[Event] = []
        before, self._alternative = self._alternative, self._wants_alternative(wall)
        if bool(before) is not self._alternative:
            self._to_switch = [owner for owner in self._applied.values() if owner.limits.has_alternative]
            if before is not None:
                news.append(AlternativeTurned(self._alternative))
        self.switch_some(now)
        for gate in self._gates.values():
            ladder = gate.ladder
            if not ladder.low <= gate.flow.used < ladder.high:
                gate.settle(now)
                rung = ladder.news()
                if rung is not None:
                    news.append(_said(gate, rung))
        return news

    def switch_some(self, now: float) -> bool:
        """Switch the limits of some of those owners that ``turn`` has left; whether there are more.

        All at once, 5,000 clients would hold the loop up for a tenth of a second.
        """
        for _ in range(min(PART, len(self._to_switch))):
            owner = self._to_switch.pop()
            if self._applied.get(owner.owner) is owner:  # else an edit has come before it
                self._put_in_force(owner, now)
        return bool(self._to_switch)

    def _wants_alternative(self, wall: float) -> bool:
        wanted = self._everything.alternative
        if wanted is Alternative.SCHEDULE:
            return self._alternative_hours.holds(wall)
        return wanted is Alternative.ON

    def _put_in_force(self, owner: Owner, now: float) -> None:
        gate = self._gates.get(owner.owner)
        if gate is None:
            gate = self._gates[owner.owner] = Gate(owner.owner, self._above(owner, now), now)
        limits = owner.limits.in_force(self.alternative)
        if isinstance(owner, Everything):
            gate.configure(limits, now, enabled=not owner.paused)
        else:
            hours = self._timetables.setdefault(owner.hours, Timetable(owner.hours, self._zone))
            gate.configure(limits, now, enabled=owner.enabled, expires=owner.expires, hours=hours)

    def _above(self, owner: Owner, now: float) -> Gate:
        """The gate that a new owner's gate stands under; its client's is made first if need be."""
        if isinstance(owner, Everything | Client):
            return self.everything
        key = OwnerKey(OwnerKind.CLIENT, owner.client)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = Gate(key, self.everything, now)
        return gate


def _said(gate: Gate, rung: Rung) -> Event:
    """That a step of a quota was just reached."""
    flow, limits = gate.flow, gate.limits
    if rung is Rung.WARN:
        return QuotaWarned(gate.owner, flow.used, flow.limit, limits.warn)
    if rung is Rung.CUT:
        return QuotaReached(gate.owner, flow.used)
    return Throttled(gate.owner, flow.used, limits.throttle_at, limits.throttle_rate)
