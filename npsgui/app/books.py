"""Turns the counters, once a second, into ledger batches, live rates and minutes.

The clocks are arguments of ``turn``: the beat in ``program.py`` reads them.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence

from npsgui.app.live import Live
from npsgui.ledger.ledger import Batch, Delta, Ledger
from npsgui.model.accounts import Accounts, Totals
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.errors import LedgerError
from npsgui.model.events import ClockJumped, Events, MinuteTurned
from npsgui.model.gate import Gate
from npsgui.model.minutes import MinuteClock
from npsgui.model.views import Step, Usage

log = logging.getLogger(__name__)


def midnight_of(wall: float) -> int:
    """The start of the local day that ``wall`` lies in; both Unix time, s."""
    day = datetime.datetime.fromtimestamp(wall).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp())


class Books:
    """What each owner's counters stood at the last time they were read, and where the difference goes."""

    def __init__(self, accounts: Accounts, ledger: Ledger, events: Events, clock: MinuteClock) -> None:
        self.live = Live()
        self.on_hold = False
        """While it is, turns do nothing: opening balances are on disk that no counter holds yet."""
        self._accounts = accounts
        self._ledger = ledger
        self._events = events
        self._clock = clock
        self._read: dict[OwnerKey, tuple[int, int]] = {}
        self._minute: dict[OwnerKey, tuple[int, int]] = {}
        self._day = Usage(0, 0, 0)
        self._day_mark = (0, 0)
        for gate in accounts:
            self._read[gate.owner] = (gate.flow.inlet, gate.flow.export)

    def carry_over(self, gate: Gate, opening: Totals) -> None:
        """Add what an owner carried elsewhere: an opening balance in the ledger, in no minute of it."""
        read = self._read.get(gate.owner, (0, 0))
        gate.flow.inlet += opening.inlet
        gate.flow.export += opening.export
        self._read[gate.owner] = (read[0] + opening.inlet, read[1] + opening.export)
        if gate.owner == GLOBAL_KEY:
            inlet, export = self._day_mark
            self._day_mark = (inlet + opening.inlet, export + opening.export)

    def turn(self, wall: float, monotonic: float) -> bool:
        """Read every counter. What moved since the last turn belongs to the minute that ran then.

        Called once a second, just after the wall clock's second turns; ``wall`` is Unix time, s. True when
        the wall clock is on another day than ``today`` counts: ``begin_day`` is due.
        """
        if self.on_hold:
            return False
        minute = self._clock.minute
        tick = self._clock.read(wall, monotonic)
        self.live.turn(wall)
        self._write(self._accounts, minute, wall, tick.seconds)
        if tick.jump:
            self._events.push(ClockJumped(tick.jump))
        if tick.completed is not None:
            self._complete(tick.completed)
        return midnight_of(wall) != self._day.start

    def retire(self, gates: Sequence[Gate], wall: float) -> None:
        """Write the last bytes of owners that were removed, and forget them.

        Together with all others, in one batch: the sums above them agree on disk at every moment.
        """
        if not gates:
            return
        self._write([*self._accounts, *gates], self._clock.minute, wall, 0.0)
        for gate in gates:
            self._read.pop(gate.owner, None)
            self.live.forget(gate.owner)

    async def begin_day(self, wall: float) -> None:
        """Count ``today`` from the local midnight before ``wall`` on; if that cannot be read, from now on."""
        flow = self._accounts.everything.flow
        start = midnight_of(wall)
        self._day, self._day_mark = Usage(start, 0, 0), (flow.inlet, flow.export)
        try:
            rows = await self._ledger.history(GLOBAL_KEY, start, int(wall) + 60, Step.MINUTE)
        except LedgerError as error:
            log.warning("Today is counted from now on: %s", error)
            return
        self._day = Usage(start, sum(row.inlet for row in rows), sum(row.export for row in rows))

    def today(self) -> Usage:
        """All bytes since local midnight."""
        flow = self._accounts.everything.flow
        day, (inlet, export) = self._day, self._day_mark
        return Usage(day.start, day.inlet + flow.inlet - inlet, day.export + flow.export - export)

    def _write(self, gates: Iterable[Gate], minute: int, wall: float, seconds: float) -> None:
        """Hand what ``gates`` moved to the ledger, the live rates and the running minute."""
        deltas = []
        for gate in gates:
            flow, owner = gate.flow, gate.owner
            before = self._read.get(owner, (0, 0))
            total = (flow.inlet, flow.export)
            if total == before:
                continue
            inlet, export = total[0] - before[0], total[1] - before[1]
            self._read[owner] = total
            deltas.append(Delta(owner, inlet, export, *total))
            so_far = self._minute.get(owner, (0, 0))
            self._minute[owner] = (so_far[0] + inlet, so_far[1] + export)
            if seconds > 0:
                self.live.write(owner, inlet / seconds, export / seconds)
        self._ledger.flush(Batch(minute, wall, tuple(deltas)))

    def _complete(self, minute: int) -> None:
        usages = {owner: Usage(minute, *moved) for owner, moved in self._minute.items()}
        self._minute = {}
        self._events.push(MinuteTurned(minute, usages))
