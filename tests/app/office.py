"""Ledger, counters, books and desk of a program without a relay: tests carry the bytes and turn the clock."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from npsgui.app.books import Books
from npsgui.app.desk import Desk
from npsgui.ledger.ledger import Ledger
from npsgui.model.accounts import Accounts
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.events import Event, Events
from npsgui.model.flow import Direction
from npsgui.model.minutes import MinuteClock
from tests.ledger.household import HealthLight

MINUTE = 1_700_000_040
CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)
OTHER = OwnerKey(OwnerKind.TUNNEL, 2)

FAMILY: tuple[Owner, ...] = (
    Client(id=1, key="k"),
    Tunnel(id=1, client=1, ports=(8001,)),
    Tunnel(id=2, client=1, ports=(8002,)),
)


class Office:
    """What keeps the counts. ``wall`` and ``monotonic`` are its clocks, s."""

    def __init__(self, ledger: Ledger) -> None:
        self.wall, self.monotonic = float(MINUTE), 50.0
        self.events = Events()
        self.seen: list[Event] = []
        self.events.subscribe(self.seen.append)
        self.ledger = ledger
        self.accounts = Accounts()
        self.accounts.apply(ledger.opened.configuration, 0.0)
        self.accounts.restore(ledger.opened.totals)
        self.books = Books(self.accounts, ledger, self.events, MinuteClock(self.wall, self.monotonic))
        self.desk = Desk(ledger, self.accounts, self.books, None, self.events)

    async def put(self, *owners: Owner) -> None:
        """Add owners, or put them in the place of those with their keys."""

        def change(configuration: Configuration) -> Configuration:
            for owner in owners:
                configuration = configuration.with_owner(owner)
            return configuration

        await self.desk.edit(change)

    def carry(self, owner: OwnerKey, inlet: int, export: int) -> None:
        """Count bytes as a session would."""
        gate = self.accounts.gate(owner)
        assert gate is not None
        gate.flow.add(Direction.INLET, inlet)
        gate.flow.add(Direction.EXPORT, export)

    def turn(self, seconds: float = 1.0, jump: float = 0.0) -> bool:
        """Let time pass, the wall clock ``jump`` seconds more, and turn the books."""
        self.monotonic += seconds
        self.wall += seconds + jump
        return self.books.turn(self.wall, self.monotonic)

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of one kind so far."""
        return [event for event in self.seen if isinstance(event, kind)]


@contextlib.asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    """An Office with one client and two tunnels, whose books must add up in the end."""
    made = Office(await Ledger.open(folder, HealthLight()))
    if not made.desk.configuration.clients:
        await made.put(*FAMILY)
    try:
        yield made
        assert await made.ledger.verify() == []
    finally:
        await made.ledger.close()
