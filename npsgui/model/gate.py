"""The gate: admits, meters, throttles and cuts; nothing else does. Pure: time is an argument.

Gates form a chain, tunnel or host -> client -> everything. What one counts, all above it count, and
what one refuses is refused. A session asks its tunnel's gate; a ``Lane`` is one direction of it.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from npsgui.model.blocking import NOBODY, Blocklist
from npsgui.model.bucket import LARGEST_QUANTUM, Bucket
from npsgui.model.entities import GLOBAL_KEY, Limits, OwnerKey
from npsgui.model.flow import Direction, Flow
from npsgui.model.hours import ALWAYS, Timetable
from npsgui.model.ladder import Ladder
from npsgui.model.views import Sentence


class Cause(enum.StrEnum):
    """Why a visitor is refused or a session is ended."""

    QUOTA = "quota"
    CONNECTIONS = "connections"
    EXPIRED = "expired"
    DISABLED = "disabled"
    HOURS = "hours"
    REMOVED = "removed"
    TARGET = "target"
    CLOSED = "closed"
    PEER = "peer"
    SHUTDOWN = "shutdown"
    IDLE = "idle"
    AGENT = "agent"
    BLOCKED = "blocked"
    UNREGISTERED = "unregistered"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a gate holds against a visitor: which owner's limit, and why."""

    owner: OwnerKey
    cause: Cause

    def sentence(self) -> Sentence:
        """The same in words for the user."""
        said = (("owner", self.owner),)
        if self.cause is Cause.QUOTA:
            return Sentence("The quota of {owner} is used up.", said)
        if self.cause is Cause.CONNECTIONS:
            return Sentence("The connection limit of {owner} is reached.", said)
        if self.cause is Cause.EXPIRED:
            return Sentence("The time of {owner} is over.", said)
        if self.cause is Cause.HOURS:
            return Sentence("{owner} is outside its hours.", said)
        if self.cause is Cause.BLOCKED:
            return Sentence("This visitor is blocked at {owner}.", said)
        if self.cause is Cause.UNREGISTERED:
            return Sentence("This visitor has not registered at {owner}.", said)
        return Sentence("Stopped: {owner}.", said)


class Lane:
    """One direction of one gate, with the limits of its whole chain laid flat for the hot path.

    ``flows`` and ``buckets`` hold only those that limit something: an unlimited chain costs nothing.
    """

    __slots__ = ("buckets", "direction", "flows", "limited", "quantum", "throttled_later")

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self.flows: tuple[Flow, ...] = ()
        self.buckets: tuple[Bucket, ...] = ()
        self.throttled_later: tuple[Gate, ...] = ()
        """Those of the chain that bytes going this way bring nearer to their throttle."""
        self.limited = False
        """Whether anything limits it."""
        self.quantum = LARGEST_QUANTUM
        """Bytes for one turn: the smallest quantum of the chain's buckets."""

    def lay(self, gates: Sequence[Gate]) -> None:
        """Take the limits of a chain of gates."""
        self.flows = tuple(gate.flow for gate in gates if gate.flow.limits(self.direction))
        self.buckets = tuple(
            bucket for gate in gates for bucket in gate.buckets(self.direction) if bucket.rate
        )
        self.throttled_later = tuple(
            gate
            for gate in gates
            if gate.ladder.throttle_at and not gate.ladder.throttles and gate.flow.limits(self.direction)
        )
        self.limited = bool(self.flows or self.buckets)
        self.quantum = min((bucket.quantum for bucket in self.buckets), default=LARGEST_QUANTUM)

    def cut(self, wanted: int, granted: int) -> int:
        """``wanted`` bytes cut to a turn, of which ``granted`` are left, and to the quotas; 0: used up.

        Nothing granted is a turn just begun: a stream that is not made to wait may read.
        """
        turn = granted if 0 < granted < self.quantum else self.quantum
        return self.quota_left(turn if turn < wanted else wanted)

    def quota_left(self, wanted: int) -> int:
        """How many of ``wanted`` bytes the quotas of the chain still allow, whatever the rates say."""
        for flow in self.flows:
            left = flow.quota + flow.top_up - flow.used  # as flow.left, a property less
            if left < wanted:
                wanted = left
        return wanted if wanted > 0 else 0

    def charge(self, session: Flow, count: int) -> None:
        """Count ``count`` bytes for ``session`` and everything above it, and take them from the buckets.

        ``session.parent`` must be the flow of this lane's gate. Never refuses: cut the chunk before.
        """
        session.add(self.direction, count)
        if self.limited:
            for bucket in self.buckets:
                bucket.spent += count
            for gate in self.throttled_later:
                if gate.flow.used >= gate.ladder.throttle_at:
                    gate.settle()

    def next_dry(self, first: int, now: float) -> int | None:
        """The index in ``buckets``, from ``first`` on, of one that makes a stream wait; None: read on."""
        for index in range(first, len(self.buckets)):
            if self.buckets[index].dry(now):
                return index
        return None


class Gate:
    """The limits of one owner, in force. Made and edited by ``Accounts``; sessions ask it.

    ``parent`` is the gate of the owner above; its flow is the parent of ``flow``.
    """

    def __init__(self, owner: OwnerKey = GLOBAL_KEY, parent: Gate | None = None, now: float = 0.0) -> None:
        self.owner = owner
        self.parent = parent
        self.chain: tuple[Gate, ...] = (self, *parent.chain) if parent else (self,)
        """This gate and those above it."""
        self.flow: Flow = Flow(parent=parent.flow if parent else None)
        self.ladder = Ladder(self.flow, now)
        self.limits = Limits()
        """Those in force: the usual ones or the alternative ones."""
        self.enabled = True
        self.expires = 0
        self.hours = Timetable(ALWAYS, None)
        self.blocked = NOBODY
        self.open = 0
        """Sessions that hold a lease."""
        self.dropped = 0
        """Datagrams that were not carried, for a limit or because nobody took them, since the start."""
        self.lanes = {direction: Lane(direction) for direction in Direction}
        self._shared = Bucket(0, now)
        self._apart = {direction: Bucket(0, now) for direction in Direction}
        self._below: dict[Gate, None] = {}
        if parent is not None:
            parent._below[self] = None
        self._laid = False
        """Whether its lanes have the limits of its chain."""

    def configure(
        self,
        limits: Limits,
        now: float,
        *,
        enabled: bool = True,
        expires: int = 0,
        hours: Timetable | None = None,
    ) -> None:
        """Put limits in force, live. Without ``hours`` it is always open."""
        if limits.blocked != self.limits.blocked:
            self.blocked = Blocklist(limits.blocked)
        self._laid = self._laid and limits == self.limits
        self.limits = limits
        self.enabled = enabled
        self.expires = expires
        self.hours = hours or Timetable(ALWAYS, None)
        self.flow.quota = limits.quota
        self.flow.quota_counts = limits.quota_counts
        self._shared.set_rate(limits.rate, now)
        self._apart[Direction.INLET].set_rate(limits.inlet_rate, now)
        self._apart[Direction.EXPORT].set_rate(limits.export_rate, now)
        self.ladder.configure(limits)
        if self.ladder.settle(now) or not self._laid:  # with everything, ten thousand gates are laid
            self._lay()

    def settle(self, now: float | None = None) -> None:
        """Put the throttle in force, or out of it, as the counter says; without ``now``: just now."""
        if self.ladder.settle(now):
            self._lay()

    def close(self) -> None:
        """Its owner is no more: it refuses from now on."""
        self.enabled = False
        if self.parent is not None:
            self.parent._below.pop(self, None)

    def reopen(self) -> None:
        """Its owner, which was removed, is put back; what it admits, the next ``configure`` says."""
        if self.parent is not None:
            self.parent._below[self] = None
        self._laid = False

    def _lay(self) -> None:
        """Lay the chain's limits flat again, here and below: something at this gate has changed."""
        self._laid = True
        for lane in self.lanes.values():
            lane.lay(self.chain)
        for gate in self._below:
            gate._lay()

    def buckets(self, direction: Direction) -> tuple[Bucket, Bucket, Bucket]:
        """The buckets of bytes that go this way: shared, apart, throttle. The same for its whole life."""
        return self._shared, self._apart[direction], self.ladder.bucket

    def drop(self) -> None:
        """Count one datagram that was not carried, here and above."""
        for gate in self.chain:
            gate.dropped += 1

    def refusal(self, wall: float) -> Refusal | None:
        """Why sessions through this gate must end at ``wall`` (Unix time, s), or None. Leases aside."""
        for gate in self.chain:
            if not gate.enabled:
                return Refusal(gate.owner, Cause.DISABLED)
            if gate.expires and wall >= gate.expires:
                return Refusal(gate.owner, Cause.EXPIRED)
            if not gate.hours.holds(wall):
                return Refusal(gate.owner, Cause.HOURS)
            if gate.flow.exhausted:
                return Refusal(gate.owner, Cause.QUOTA)
        return None

    @property
    def throttling(self) -> Gate | None:
        """The lowest of the chain whose quota throttles, if any does."""
        return next((gate for gate in self.chain if gate.ladder.bucket.rate), None)

    def blocks(self, peer: str) -> Refusal | None:
        """Who in the chain has blocked this visitor, if anybody has."""
        for gate in self.chain:
            if gate.blocked and gate.blocked.holds(peer):
                return Refusal(gate.owner, Cause.BLOCKED)
        return None

    def admit(self, wall: float, peer: str = "") -> Lease | Refusal:
        """Take one connection of every owner in the chain, or none of any and say why."""
        refusal = self.refusal(wall) or self.blocks(peer)
        if refusal is not None:
            return refusal
        for gate in self.chain:
            if 0 < gate.limits.connections <= gate.open:
                return Refusal(gate.owner, Cause.CONNECTIONS)
        return Lease(self)


class Lease:
    """One connection of every owner in a chain. Given back exactly once, however often it is closed."""

    __slots__ = ("_held", "gate")

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        """The lowest of the chain."""
        self._held = True
        for held in gate.chain:
            held.open += 1

    def close(self) -> None:
        """Give the connection back. Closing again does nothing."""
        if self._held:
            self._held = False
            for held in self.gate.chain:
                held.open -= 1
