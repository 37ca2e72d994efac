"""Turns the periods of owners: when their rule says so, and when the user does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from npsgui.app.books import Books
from npsgui.app.rows import client_of, remark_of
from npsgui.ledger.ledger import Changes, Ledger
from npsgui.model.accounts import Accounts
from npsgui.model.audit import AuditEvent, Happening
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Owner, OwnerKey
from npsgui.model.errors import NotFound, NpsError
from npsgui.model.gate import Gate
from npsgui.model.periods import Beginning
from npsgui.model.views import Step
from npsgui.tasks import carried_through

FIRST = Beginning(0, 0, 0)
"""How the first period of every owner began."""


class Periods:
    """Which period each owner is in. A gate's flow knows what its owner had carried when it began.

    What is on disk is in force: a change is carried through, though who waits for it be cancelled.
    """

    def __init__(
        self,
        ledger: Ledger,
        accounts: Accounts,
        books: Books,
        configuration: Callable[[], Configuration],
        one_at_a_time: asyncio.Lock,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._books = books
        self._configuration = configuration
        self._one_at_a_time = one_at_a_time
        """Held while the books are on hold: edits hold it, too."""
        self._running = dict(ledger.opened.periods)
        """How the running period of each owner began; one that is not in it is in its first."""
        self._seen: Configuration | None = None
        self._next = 0.0
        """When a period ends next; Unix time, s."""

    def due(self, wall: float) -> bool:
        """Whether a period may have ended, or a rule may have changed."""
        return wall >= self._next or self._seen is not self._configuration()

    async def turn(self, wall: float) -> None:
        """Begin the periods that are due by their rules. Raises LedgerError, NotFound: then none has."""
        self._seen = self._configuration()
        usual = self._seen.everything.timezone
        spans = {owner: owner.limits.period.span(wall, usual) for owner in self._seen.owners()}
        due = {owner: since for owner, (since, _) in spans.items() if since > self._start(owner.owner)}
        if due:
            await carried_through(self._begin(due, Happening.PERIOD_ENDED, wall), "periods")
        self._next = min((until for _, until in spans.values() if until is not None), default=float("inf"))

    async def reset(self, key: OwnerKey, wall: float) -> None:
        """Begin a new period now, whatever the rule says. Raises NotFound, LedgerError."""
        owner = self._configuration().find(key)
        start = max(int(wall), self._start(key) + 1)
        await carried_through(self._begin({owner: start}, Happening.RESET, wall), "reset")

    async def adjust(self, key: OwnerKey, wall: float, opening: int | None, top_up: int | None) -> None:
        """Say what the running period used elsewhere, or what tops its quota up; None leaves it.

        Bytes. Raises NotFound, LedgerError.
        """
        owner = self._configuration().find(key)

        def change() -> tuple[Changes, Beginning]:
            before = self.running(key)
            after = replace(
                before,
                opening=before.opening if opening is None else opening,
                top_up=before.top_up if top_up is None else top_up,
            )
            details = {"opening": [before.opening, after.opening], "top_up": [before.top_up, after.top_up]}
            event = AuditEvent(
                wall, Happening.ADJUSTED, key, client_of(owner), remark_of(owner), details=details
            )
            return Changes(periods={key: after}, events=(event,)), after

        await carried_through(self._edit(key, change), "adjustment")

    def running(self, key: OwnerKey) -> Beginning:
        """How the running period of an owner began."""
        return self._running.get(key, FIRST)

    async def resume(self, key: OwnerKey, began: Beginning, before: Beginning, wall: float) -> None:
        """Take back that a period ``began``: the one that began as ``before`` runs on.

        Raises NotFound, LedgerError, and NpsError when another period has begun since.
        """
        owner = self._configuration().find(key)

        def change() -> tuple[Changes, Beginning]:
            if self.running(key) != began:
                raise NpsError("{owner} was changed since: that is not undone.", owner=key)
            event = AuditEvent(wall, Happening.RESUMED, key, client_of(owner), remark_of(owner))
            return Changes(resumed=(key,), events=(event,)), before

        await carried_through(self._edit(key, change), "resumption")

    def _start(self, key: OwnerKey) -> int:
        return self.running(key).start

    async def _edit(self, key: OwnerKey, change: Callable[[], tuple[Changes, Beginning]]) -> None:
        async with self._one_at_a_time:
            changes, running = change()
            await self._ledger.save(changes)
            self._put_in_force({key: running})

    async def _begin(self, starts: Mapping[Owner, int], what: Happening, wall: float) -> None:
        """Raises LedgerError, and NotFound when one was removed by the edit before."""
        async with self._one_at_a_time:
            self._books.settle(wall)
            self._books.on_hold = True
            try:
                gates = [self._gate(owner.owner) for owner in starts]
                counted = {gate.owner: (gate.flow.inlet, gate.flow.export) for gate in gates}
                beginnings: dict[OwnerKey, Beginning] = {}
                events: list[AuditEvent] = []
                for owner, start in starts.items():
                    began = await self._beginning(owner.owner, start, wall, counted[owner.owner])
                    beginnings[owner.owner] = began
                    events.append(self._ended(owner, began, what, wall))
                await self._ledger.save(Changes(periods=beginnings, events=tuple(events)))
                self._put_in_force(beginnings)
            finally:
                self._books.on_hold = False

    async def _beginning(self, key: OwnerKey, start: int, wall: float, counted: tuple[int, int]) -> Beginning:
        """The counters as they stood at ``start``: less what the ledger has of the time since."""
        if start >= int(wall):
            return Beginning(start, *counted)
        since = await self._ledger.history(key, start, int(wall) + 60, Step.MINUTE)
        moved = (sum(usage.inlet for usage in since), sum(usage.export for usage in since))
        return Beginning(start, counted[0] - moved[0], counted[1] - moved[1])

    def _ended(self, owner: Owner, began: Beginning, what: Happening, wall: float) -> AuditEvent:
        flow = self._gate(owner.owner).flow
        carried = {"inlet": began.inlet - flow.from_inlet, "export": began.export - flow.from_export}
        return AuditEvent(wall, what, owner.owner, client_of(owner), remark_of(owner), details=carried)

    def _gate(self, key: OwnerKey) -> Gate:
        gate = self._accounts.gate(key)
        if gate is None:
            raise NotFound("There is no {owner}.", owner=key)
        return gate

    def _put_in_force(self, beginnings: Mapping[OwnerKey, Beginning]) -> None:
        for key, began in beginnings.items():
            self._accounts.begin(key, began)
            self._running[key] = began
