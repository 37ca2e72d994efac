"""Batches on their way to the disk, merged by minute and owner. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from npsgui.model.accounts import Totals
from npsgui.model.audit import AuditEvent
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.peers import OTHERS, PEERS_A_DAY

DAY = 86400

_SERVING = (OwnerKind.TUNNEL, OwnerKind.HOST)


class Delta(NamedTuple):
    """What an owner carried since the last batch, and since it was made. Bytes."""

    owner: OwnerKey
    inlet: int
    export: int
    total_inlet: int
    total_export: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What moved within a second. Without deltas it still says that the program was running."""

    minute: int
    """The minute the bytes belong to; Unix time, s."""
    at: float
    """When the counters were read; Unix time, s."""
    deltas: tuple[Delta, ...]
    events: tuple[AuditEvent, ...] = ()
    """What goes into the audit trail with it."""
    peers: Sequence[tuple[OwnerKey, str, int, int]] = ()
    """Whom the deltas of tunnels and hosts were carried for: owner, address, inlet and export. What of a
    delta is not in it is carried for the others."""


@dataclass(slots=True)
class Flushes:
    """The flushes that fell into one minute: the number of the last, and how many."""

    last: int
    count: int = 1


def _carry(moved: dict[str, tuple[int, int]], peer: str, inlet: int, export: int) -> None:
    before = moved.get(peer)
    if before is None:
        if len(moved) >= PEERS_A_DAY and peer != OTHERS:
            _carry(moved, OTHERS, inlet, export)
        else:
            moved[peer] = (inlet, export)
    else:
        moved[peer] = (before[0] + inlet, before[1] + export)


class Backlog:
    """Consecutive batches as one. Its size grows with minutes and owners, not with batches."""

    def __init__(self, sequence: int) -> None:
        self.before = sequence
        """Number of the flush before its first one."""
        self.last = sequence
        """Number of its last flush; ``before`` while it is empty."""
        self.since = 0.0
        """When its first batch was read; Unix time, s."""
        self.flushes: dict[int, Flushes] = {}
        self.minutes: dict[int, dict[OwnerKey, tuple[int, int]]] = {}
        """Inlet and export by minute and owner."""
        self.totals: dict[OwnerKey, tuple[int, int]] = {}
        self.events: list[AuditEvent] = []
        self.peers: dict[int, dict[OwnerKey, dict[str, tuple[int, int]]]] = {}
        """Inlet and export by day and owner, and then by address."""

    def __bool__(self) -> bool:
        return self.last > self.before

    def add(self, batch: Batch) -> None:
        """Put one more batch behind the others."""
        if not self:
            self.since = batch.at
        self.last += 1
        self.events.extend(batch.events)
        run = self.flushes.get(batch.minute)
        if run is None:
            self.flushes[batch.minute] = Flushes(self.last)
        else:
            run.last = self.last
            run.count += 1
        moved, totals = self.minutes.setdefault(batch.minute, {}), self.totals
        for delta in batch.deltas:
            inlet, export = moved.get(delta.owner, (0, 0))
            moved[delta.owner] = (inlet + delta.inlet, export + delta.export)
            totals[delta.owner] = (delta.total_inlet, delta.total_export)
        self._add_peers(batch)

    def _add_peers(self, batch: Batch) -> None:
        """Every byte of a tunnel's or host's delta goes to one peer."""
        today = self.peers.setdefault(batch.minute // DAY * DAY, {})
        left = {
            owner: (inlet, export) for owner, inlet, export, _, _ in batch.deltas if owner.kind in _SERVING
        }
        for owner, peer, inlet, export in batch.peers:
            before = left.get(owner)
            if before is not None:
                left[owner] = (before[0] - inlet, before[1] - export)
                _carry(today.setdefault(owner, {}), peer, inlet, export)
        for owner, (inlet, export) in left.items():
            if inlet or export:
                _carry(today.setdefault(owner, {}), OTHERS, inlet, export)

    def carried(self, owner: OwnerKey) -> Totals:
        """The bytes of one owner in it."""
        counts = [moved.get(owner, (0, 0)) for moved in self.minutes.values()]
        return Totals(sum(inlet for inlet, _ in counts), sum(export for _, export in counts))
