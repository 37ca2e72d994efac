"""One client with tunnels, its counters as the relay would keep them, and batches made of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from npsgui.ledger.ledger import Batch, Changes, Delta, Ledger
from npsgui.model.accounts import Totals
from npsgui.model.entities import GLOBAL_KEY, Client, OwnerKey, OwnerKind, Tunnel
from npsgui.model.views import Health, LedgerHealth

MINUTE = 1_700_000_040
CLIENT = Client(id=1, key="0123456789abcdef", remark="home-nas")
PATIENCE = 10.0


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


async def furnished(folder: Path, *ids: int) -> Ledger:
    """A ledger with the client and its tunnels in it."""
    ledger = await Ledger.open(folder, HealthLight())
    await ledger.save(Changes(put=(CLIENT, *(tunnel(id_) for id_ in ids))))
    return ledger
