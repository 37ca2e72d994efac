"""Where edits are made: one at a time, checked by the rules, on disk first, then in force."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from npsgui.app.audit import Owners, edits, imported
from npsgui.app.books import Books
from npsgui.app.engine import Engine
from npsgui.ledger.ledger import Changes, Ledger
from npsgui.model.accounts import Accounts, Totals
from npsgui.model.audit import AuditEvent
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.events import ConfigurationChanged, Events
from npsgui.model.gate import Gate
from npsgui.tasks import carried_through

NO_OPENING: Mapping[OwnerKey, Totals] = {}

Adoption: TypeAlias = Callable[[Configuration], tuple[Configuration, Mapping[OwnerKey, Totals]]]


Audited: TypeAlias = Callable[[Owners, Owners, Accounts, float], Iterable[AuditEvent]]
"""What the audit trail says of the owners before and after."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an edit came to."""

    before: Mapping[OwnerKey, Owner | None]
    """The owners that it touched, as they were; None: there was none."""
    after: Mapping[OwnerKey, Owner | None]
    gone: Sequence[Gate]
    """The gates of those that were removed."""
    events: Sequence[AuditEvent]


class Desk:
    """Holds the Configuration in force."""

    def __init__(
        self, ledger: Ledger, accounts: Accounts, books: Books, engine: Engine | None, events: Events
    ) -> None:
        self.configuration = ledger.opened.configuration
        self._ledger = ledger
        self._accounts = accounts
        self._books = books
        self._engine = engine
        self._events = events
        self.one_at_a_time = asyncio.Lock()
        """Held while an edit is made."""

    async def edit(
        self, change: Callable[[Configuration], Configuration], revived: Sequence[Gate] = ()
    ) -> Made:
        """Save what ``change`` makes of the Configuration and put it in force, though who waits be cancelled.

        ``revived``: the gates of removed owners that it puts back; they go on counting where they stood.
        Raises what ``change`` raises, or LedgerError; then nothing has changed.
        """
        making = self._make(lambda before: (change(before), NO_OPENING), edits, revived)
        return await carried_through(making, "edit")

    async def adopt(self, change: Adoption) -> None:
        """As ``edit``, for an import; ``change`` also gives what new tunnels and hosts carried before."""
        await carried_through(self._make(change, imported), "import")

    async def _make(self, change: Adoption, audited: Audited, revived: Sequence[Gate] = ()) -> Made:
        async with self.one_at_a_time:
            wanted, opening = change(self.configuration)
            before = {owner.owner: owner for owner in self.configuration.owners()}
            after = {owner.owner: owner for owner in wanted.owners()}
            changes = Changes(
                put=tuple(owner for key, owner in after.items() if before.get(key) is not owner),
                removed=tuple(key for key in before if key not in after),
                revived=frozenset(gate.owner for gate in revived),
                opening=opening_of_all(wanted, opening),
                events=tuple(audited(before, after, self._accounts, time.time())),
            )
            self._books.on_hold = bool(changes.opening)
            try:
                await self._ledger.save(changes)
                self.configuration = wanted
                gone = self._put_in_force(wanted, changes.opening, revived)
            finally:
                self._books.on_hold = False
            touched = [key for key in {**before, **after} if before.get(key) is not after.get(key)]
            return Made(
                {key: before.get(key) for key in touched},
                {key: after.get(key) for key in touched},
                gone,
                changes.events,
            )

    def _put_in_force(
        self, wanted: Configuration, opening: Mapping[OwnerKey, Totals], revived: Sequence[Gate]
    ) -> Sequence[Gate]:
        self._accounts.revive(revived)
        self._books.reopen(revived)
        gone = self._accounts.apply(wanted, time.monotonic())
        if self._engine is not None:
            self._engine.apply(wanted)
        # before any batch: a batch sets the totals on disk, which hold these already
        for key, totals in opening.items():
            gate = self._accounts.gate(key)
            if gate is not None:
                self._books.carry_over(gate, totals)
        self._books.retire(gone, time.time())
        self._events.push(ConfigurationChanged())
        return gone


def opening_of_all(
    configuration: Configuration, opening: Mapping[OwnerKey, Totals]
) -> Mapping[OwnerKey, Totals]:
    """The opening balances of tunnels and hosts, and what they add to their clients and to everything."""
    sums: dict[OwnerKey, Totals] = {}
    for key, totals in opening.items():
        owner = configuration.find(key)
        if not isinstance(owner, Tunnel | Host):
            continue
        for above in (key, OwnerKey(OwnerKind.CLIENT, owner.client), GLOBAL_KEY):
            so_far = sums.get(above, Totals())
            sums[above] = Totals(so_far.inlet + totals.inlet, so_far.export + totals.export)
    return sums
