"""One client with tunnels, its counters as the relay would keep them, and batches made of them."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import psycopg

from npsgui.ledger.ledger import Batch, Changes, Delta, Ledger
from npsgui.ledger.opening import FILE
from npsgui.model.accounts import Totals
from npsgui.model.entities import GLOBAL_KEY, Client, OwnerKey, OwnerKind, Tunnel
from npsgui.model.views import Health, LedgerHealth

MINUTE = 1_700_000_040
CLIENT = Client(id=1, key="0123456789abcdef", remark="home-nas")
PATIENCE = 10.0


Place: TypeAlias = Path | str
"""A data folder, or the URL of a PostgreSQL database."""


def execute(place: Place, text: str) -> int:
    """Change a ledger behind its back, rules of the database aside; how many rows there were."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place / FILE)) as file, file:
            return file.execute(text).rowcount
    with psycopg.connect(place) as server:
        server.execute("SET session_replication_role = replica")
        return server.execute(text.encode()).rowcount


def count(place: Place, table: str) -> int:
    """How many rows a table has."""
    text = f"SELECT count(*) FROM {table}"
    if isinstance(place, Path):
        with closing(sqlite3.connect(place / FILE)) as file:
            return int(file.execute(text).fetchone()[0])
    with psycopg.connect(place) as server:
        return int(server.execute(text.encode()).fetchone()[0])  # type: ignore[index]


def tunnel(id_: int) -> Tunnel:
    return Tunnel(id=id_, client=CLIENT.id, ports=(10_000 + id_,), remark=f"tunnel {id_}")


def tunnel_key(id_: int) -> OwnerKey:
    return OwnerKey(OwnerKind.TUNNEL, id_)


class Household:
    """What the program has counted: tunnels of one client, and the sums above them."""

    def __init__(self) -> None:
        self.totals: dict[OwnerKey, Totals] = {}

    def batch(self, id_: int, inlet: int, export: int, minute: int = MINUTE) -> Batch:
        """Tunnel ``id_`` carries bytes: it, its client and everything count them."""
        deltas = []
        for owner in (tunnel_key(id_), CLIENT.owner, GLOBAL_KEY):
            before = self.totals.get(owner, Totals())
            total = Totals(before.inlet + inlet, before.export + export)
            self.totals[owner] = total
            deltas.append(Delta(owner, inlet, export, total.inlet, total.export))
        return Batch(minute, minute + 1.5, tuple(deltas))


class HealthLight:
    """Remembers what the ledger said about itself; waits for what it is to say."""

    def __init__(self) -> None:
        self.seen: list[LedgerHealth] = []
        self._changed = asyncio.Event()

    def __call__(self, health: LedgerHealth) -> None:
        self.seen.append(health)
        self._changed.set()

    async def turns(self, wanted: Health) -> LedgerHealth:
        """The newest health, once it is ``wanted``."""
        async with asyncio.timeout(PATIENCE):
            while not self.seen or self.seen[-1].health is not wanted:
                self._changed.clear()
                await self._changed.wait()
        return self.seen[-1]


async def furnished(place: Place, *ids: int) -> Ledger:
    """A ledger with the client and its tunnels in it."""
    ledger = await Ledger.open(place, HealthLight())
    await ledger.save(Changes(put=(CLIENT, *(tunnel(id_) for id_ in ids))))
    return ledger
