"""What the faces pull from a program: rows, rates, history, the audit. Reads only."""

from __future__ import annotations

import time
from itertools import chain

from npsgui.app.audit import Auditor
from npsgui.app.books import Books
from npsgui.app.desk import Desk
from npsgui.app.engine import Engine
from npsgui.app.guests import Guests
from npsgui.app.outlook import Outlook, foresee
from npsgui.app.periods import Periods
from npsgui.app.rows import NOT_RUNNING, flow_row
from npsgui.app.settings import Settings
from npsgui.app.wishes import Wishes
from npsgui.ledger.ledger import Ledger
from npsgui.model.accounts import Accounts
from npsgui.model.agents import AgentRow
from npsgui.model.audit import AuditEvent, Search
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Owner, OwnerKey, OwnerKind
from npsgui.model.errors import NotFound
from npsgui.model.events import Events
from npsgui.model.forecast import Forecast
from npsgui.model.minutes import MinuteClock
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Period
from npsgui.model.views import ConnectionRow, FlowRow, LedgerHealth, Sample, Sentence, Step, Usage


class Readings:
    """The half of ``Program`` that shows; the other half edits, runs and ends."""

    def __init__(self, ledger: Ledger, settings: Settings, *, relay: bool) -> None:
        self.folder = settings.folder
        self.settings = settings
        self.windows = 0
        """How many windows show it: its own, and those attached to it."""
        self.events = Events()
        self.health = LedgerHealth()
        self.notes: tuple[Sentence, ...] = ledger.opened.notes
        """What the user should be told at the start: a damaged ledger was set aside."""
        self.retention = ledger.retention
        """How long minutes and hours are kept; the next longer buckets of history stand in for them then."""
        self._ledger = ledger
        self._accounts = Accounts(time.monotonic())
        self._accounts.apply(ledger.opened.configuration, time.monotonic())
        self._accounts.restore(ledger.opened.totals, ledger.opened.periods)
        self._engine = self._make_engine() if relay else None
        clock = MinuteClock(time.time(), time.monotonic())
        take_bill = tuple if self._engine is None else self._engine.take_bill
        self._books = Books(self._accounts, ledger, self.events, clock, take_bill)
        self._desk = Desk(ledger, self._accounts, self._books, self._engine, self.events)
        self._periods = Periods(
            ledger, self._accounts, self._books, lambda: self.configuration, self._desk.one_at_a_time
        )
        self._outlook = Outlook(self.foresee)
        self._auditor = Auditor(ledger, self._accounts, self.events, lambda: self.configuration)

    def _make_engine(self) -> Engine:
        self._guests = Guests(
            lambda: self.configuration,
            lambda change: self._desk.edit(change),
            self._ledger.erase,
            self.events,
        )
        wishes = Wishes(lambda: self.configuration, lambda change: self._desk.edit(change), self._guests)
        return Engine(self._accounts, self.events, self.settings, wishes)

    @property
    def configuration(self) -> Configuration:
        """What is in force."""
        return self._desk.configuration

    @property
    def alternative(self) -> bool:
        """Whether the alternative limits are in force."""
        return self._accounts.alternative

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]:
        """The rows of all clients, tunnels and hosts, or of one kind; without the global owner."""
        kinds = (OwnerKind.CLIENT, OwnerKind.TUNNEL, OwnerKind.HOST) if kind is None else (kind,)
        owners = chain.from_iterable(map(self.configuration.of_kind, kinds))
        wall = time.time()
        return [self._row(owner, owner.owner, wall) for owner in owners]

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row; GLOBAL_KEY gives everything. Raises NotFound."""
        return self._row(self.configuration.find(owner), owner, time.time())

    def connections(self) -> list[ConnectionRow]:
        """The open sessions."""
        return [] if self._engine is None else self._engine.connections()

    def agents(self) -> list[AgentRow]:
        """The agents that are online, by client."""
        return [] if self._engine is None else self._engine.agents()

    def bridge(self) -> Sentence | bool:
        """Whether agents can connect; why not, when they should and cannot."""
        return False if self._engine is None else self._engine.bridge()

    def live(self, owner: OwnerKey) -> list[Sample]:
        """The rates of the last five minutes, a second apart, the oldest first."""
        return self._books.live.samples(owner)

    def today(self) -> Usage:
        """All bytes since local midnight."""
        return self._books.today()

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period, as of the last minute; None while too little is known.

        The first one of an owner comes a moment after the first call. Raises NotFound.
        """
        return self._outlook.of(self.flow(owner), time.time())

    async def foresee(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period, worked out now. Raises NotFound, LedgerError."""
        row, everything = self.flow(owner), self.configuration.everything
        limits = self.configuration.find(owner).limits
        return await foresee(self._ledger, row, limits, everything, time.time())

    def _row(self, found: Owner, owner: OwnerKey, wall: float) -> FlowRow:
        gate = self._accounts.gate(owner)
        if gate is None:
            raise NotFound("There is no {owner}.", owner=owner)
        engine = self._engine
        listener: Sentence | bool = NOT_RUNNING
        if engine is not None or owner.kind in (OwnerKind.GLOBAL, OwnerKind.CLIENT):
            listener = engine is None or engine.listener(found)
        offline = None if engine is None else engine.offline(found)
        rates, today = self._books.live.now(owner), self._books.today_of(gate)
        return flow_row(found, gate, rates, listener, wall, offline, today)

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """What an owner carried, in the buckets of ``step`` that moved; Unix times, s.

        A removed owner's history stays. Raises NotFound: when there never was such an owner.
        """
        return await self._ledger.history(owner, since, until, step)

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans of time, from and until in Unix time, in which the program ran."""
        return await self._ledger.coverage(since, until)

    async def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner with what they came to, the oldest first. Raises NotFound."""
        return await self._ledger.periods(owner)

    async def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        """Whom an owner carried bytes for, by day (UTC), the heaviest of a day first. Raises NotFound."""
        return await self._ledger.peers(owner, since, until)

    async def audit(self, search: Search) -> list[AuditEvent]:
        """What happened, as far as it is searched for, the oldest first."""
        return await self._ledger.events(search)

    async def verify(self) -> list[Sentence]:
        """What does not add up in the ledger; empty is good."""
        return await self._ledger.verify()
