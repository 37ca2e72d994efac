"""What a chart asks of the program, and how its answers become what the chart draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from npsgui.app.front import TrailSource
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.events import Events
from npsgui.model.peers import PeerUsage
from npsgui.model.retention import Retention
from npsgui.model.views import FlowRow, Sample, Step, Usage
from npsgui.ui.chart.data import History
from npsgui.ui.chart.stack import MOST, Stack, Stacking, history_by_peer
from npsgui.ui.sentences import Sentences


class HistorySource(TrailSource, Protocol):
    """The part of Program that a chart needs."""

    events: Events
    retention: Retention

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row. Raises NotFound."""

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]:
        """The rows of one kind."""

    def live(self, owner: OwnerKey) -> list[Sample]:
        """The last five minutes."""

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets that moved."""

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans in which the program ran."""

    async def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        """Who it was carried for, by day."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: an owner's bytes from ``since`` to ``until``, Unix time s, and how divided."""

    owner: OwnerKey
    since: int
    until: int
    step: Step
    stacking: Stacking = Stacking.DIRECTION
    parts: Mapping[str, OwnerKey] = field(default_factory=dict)
    """Who is stacked, by name, where that are owners."""


@dataclass(frozen=True, slots=True)
class Brought:
    """The answer: the whole, and what it is divided into."""

    whole: History
    stack: Stack | None = None

    def continued(self, newer: Brought) -> Brought:
        """The same with ``newer``, of the same wish, in place of its end."""
        stack = self.stack.continued(newer.stack) if self.stack and newer.stack else None
        return Brought(self.whole.continued(newer.whole), stack)


async def bring(program: HistorySource, wish: Wish) -> Brought:
    """Read it from the ledger. Raises LedgerError, NotFound."""
    since, until, step = wish.since, wish.until, wish.step
    if wish.stacking is Stacking.PEER:
        peers = await program.peers(wish.owner, since, until)
        return Brought(*history_by_peer(peers, since, until, await program.coverage(since, until)))
    usages = await program.history(wish.owner, since, until, step)
    coverage = await program.coverage(since, until)
    whole = History.of(since, until, step, usages, coverage)
    if not wish.parts:
        return Brought(whole)
    parts = {
        name: History.of(since, until, step, await program.history(owner, since, until, step), coverage)
        for name, owner in wish.parts.items()
    }
    return Brought(whole, Stack(parts))


def owned_parts(program: HistorySource, owner: OwnerKey, sentences: Sentences) -> dict[str, OwnerKey]:
    """Those owned by ``owner`` that have carried most, if anything, by name: of everything, the clients."""
    kinds = (OwnerKind.CLIENT,) if owner == GLOBAL_KEY else (OwnerKind.TUNNEL, OwnerKind.HOST)
    rows = [row for kind in kinds for row in program.flows(kind) if owner in (GLOBAL_KEY, _client(row))]
    moved = [row for row in rows if row.inlet or row.export]
    heaviest = sorted(moved, key=lambda row: (-row.inlet - row.export, row.owner.id))[:MOST]
    named: dict[str, OwnerKey] = {}
    for row in heaviest:
        name = sentences.name(row.remark, row.owner)
        named[f"{name} ({sentences.owner(row.owner)})" if name in named else name] = row.owner
    return named


def _client(row: FlowRow) -> OwnerKey:
    return OwnerKey(OwnerKind.CLIENT, row.client)
