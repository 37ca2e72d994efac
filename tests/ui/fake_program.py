"""A program of plain data, for widgets that ask one."""

from __future__ import annotations

import asyncio

from npsgui.model.agents import AgentRow
from npsgui.model.audit import AuditEvent, Search
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.errors import NotFound
from npsgui.model.events import Events
from npsgui.model.forecast import Forecast
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Period
from npsgui.model.retention import Retention
from npsgui.model.views import ConnectionRow, FlowRow, Sample, Sentence, State, Step, Usage

NOW = 1_795_440_000.0 + 1234


def row(
    owner: OwnerKey, *, remark: str = "", quota: int = 0, state: State = State.RUNNING, rate: float = 0.0
) -> FlowRow:
    """A row that has carried 3,000 B inlet and 4,000 B export."""
    return FlowRow(
        owner=owner,
        client=owner.id,
        remark=remark,
        inlet=3000,
        export=4000,
        inlet_now=rate,
        export_now=0.0,
        used=7000,
        near=False,
        quota=quota,
        rate=0,
        inlet_rate=0,
        export_rate=0,
        connections=0,
        connection_limit=0,
        state=state,
    )


def session(number: int, owner: OwnerKey, client: int) -> ConnectionRow:
    """An open session of a tunnel."""
    return ConnectionRow(
        id=number,
        owner=owner,
        client=client,
        peer=f"203.0.113.7:{number}",
        target="127.0.0.1:80",
        seconds=5.0,
        inlet=10,
        export=20,
    )


class FakeProgram:
    """Rows, samples and usages to set. ``wait`` holds every answer of the ledger back until it is set."""

    def __init__(self, *rows: FlowRow) -> None:
        self.events = Events()
        self.retention = Retention()
        self.rows = {found.owner: found for found in (row(GLOBAL_KEY), *rows)}
        self.samples: list[Sample] = []
        self.usages: dict[OwnerKey, list[Usage]] = {}
        self.asked: list[OwnerKey] = []
        self.forecasts: dict[OwnerKey, Forecast] = {}
        self.configuration = Configuration()
        self.sessions: list[ConnectionRow] = []
        self.online: list[AgentRow] = []
        self.trail: list[AuditEvent] = []
        self.past: dict[OwnerKey, list[Period]] = {}
        """The periods of each; without any it is in its first."""
        self.visitors: dict[OwnerKey, list[PeerUsage]] = {}
        self.adjusted: list[tuple[OwnerKey, int | None, int | None]] = []
        self.spans: list[tuple[int, int]] = []
        """From when until when each history was asked for."""
        self.wait = asyncio.Event()
        self.wait.set()

    def live(self, owner: OwnerKey) -> list[Sample]:
        return self.samples

    def agents(self) -> list[AgentRow]:
        return self.online

    def flow(self, owner: OwnerKey) -> FlowRow:
        if owner not in self.rows:
            raise NotFound("There is no {owner}.", owner=owner)
        return self.rows[owner]

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]:
        return [found for found in self.rows.values() if found.owner.kind is kind]

    def connections(self) -> list[ConnectionRow]:
        return self.sessions

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        return self.forecasts.get(owner)

    def bridge(self) -> Sentence | bool:
        return False

    def today(self) -> Usage:
        return Usage(0, 1024, 2048)

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        self.asked.append(owner)
        self.spans.append((since, until))
        answer = [usage for usage in self.usages.get(owner, []) if usage.start >= since]
        await self.wait.wait()
        return answer

    async def periods(self, owner: OwnerKey) -> list[Period]:
        await self.wait.wait()
        return self.past.get(owner, [Period(0, None, 3000, 4000)])

    async def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        await self.wait.wait()
        return [usage for usage in self.visitors.get(owner, []) if since <= usage.day < until]

    async def adjust(self, owner: OwnerKey, *, opening: int | None = None, top_up: int | None = None) -> None:
        self.adjusted.append((owner, opening, top_up))

    async def audit(self, search: Search) -> list[AuditEvent]:
        found = [
            event
            for event in self.trail
            if search.since <= event.at < search.until
            and search.owner in (None, event.owner, OwnerKey(OwnerKind.CLIENT, event.client))
            and search.text in event.name
            and (not search.kinds or event.what in search.kinds)
        ]
        await self.wait.wait()
        return found[::-1][search.skip : search.skip + search.most][::-1]

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        return [(since, until)]
