"""Turns the counters, once a second, into ledger batches, live rates and minutes.

The clocks are arguments of ``turn``: the beat in ``program.py`` reads them.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from npsgui.app.live import Live, Ring
from npsgui.ledger.ledger import Batch, Delta, Ledger
from npsgui.model.accounts import Accounts, Totals
from npsgui.model.entities import OwnerKey
from npsgui.model.errors import LedgerError
from npsgui.model.events import ClockJumped, Events, MinuteTurned
from npsgui.model.gate import Gate
from npsgui.model.minutes import MinuteClock, Tick
from npsgui.model.views import Usage

log = logging.getLogger(__name__)

PART = 1000
"""Owners whose counters are put down at a time: 1.5 ms of the window's time."""

Reading = Sequence[tuple[Gate, int, int]]
"""What the counters of each gate stood at, inlet and export, all at one moment."""

Bill = Sequence[tuple[OwnerKey, str, int, int]]
"""Whom the bytes were carried for."""


def midnight_of(wall: float) -> int:
    """The start of the local day that ``wall`` lies in; both Unix time, s."""
    day = datetime.datetime.fromtimestamp(wall).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp())


class Line:
    """Where the counters of one gate stood when they were read last, and what moved in the running minute."""

    __slots__ = (
        "day_export",
        "day_inlet",
        "export",
        "inlet",
        "minute_export",
        "minute_inlet",
        "owner",
        "ring",
    )

    def __init__(self, owner: OwnerKey) -> None:
        self.owner = owner
        self.ring: Ring | None = None
        """Where its rates are written, once it has moved."""
        self.inlet = self.export = 0
        self.minute_inlet = self.minute_export = 0
        self.day_inlet = self.day_export = 0
        """Where they stood at local midnight."""

    def take_minute(self) -> tuple[OwnerKey, tuple[int, int]]:
        """What the minute came to; the next begins at nothing."""
        moved = (self.minute_inlet, self.minute_export)
        self.minute_inlet = self.minute_export = 0
        return self.owner, moved


class MinuteUsages(Mapping[OwnerKey, Usage]):
    """What each owner carried in a minute. Made of plain numbers: few of ten thousand are looked at."""

    def __init__(self, minute: int, moved: Iterable[tuple[OwnerKey, tuple[int, int]]]) -> None:
        self._minute = minute
        self._moved = dict(moved)

    def __getitem__(self, owner: OwnerKey) -> Usage:
        return Usage(self._minute, *self._moved[owner])

    def __iter__(self) -> Iterator[OwnerKey]:
        return iter(self._moved)

    def __len__(self) -> int:
        return len(self._moved)


class Books:
    """What each owner's counters stood at the last time they were read, and where the difference goes."""

    def __init__(
        self,
        accounts: Accounts,
        ledger: Ledger,
        events: Events,
        clock: MinuteClock,
        take_bill: Callable[[], Bill] = tuple,
    ) -> None:
        self.live = Live()
        self._on_hold = False
        self._work: Iterator[None] = iter(())
        """What is left to do of the turn that has begun."""
        self._accounts = accounts
        self._ledger = ledger
        self._events = events
        self._clock = clock
        self._take_bill = take_bill
        """Asked at the moment at which the counters are read."""
        self._lines: dict[Gate, Line] = {}
        """By the gate itself: ten thousand keys would take longer to hash than their bytes to count."""
        self._minute: dict[Line, None] = {}
        """The lines that moved in the running minute."""
        self._day = 0
        """The local midnight that today is counted from; Unix time, s."""
        self._left_today: dict[Gate, tuple[int, int]] = {}
        """What owners had carried today that were removed since."""
        for gate, inlet, export in _read(accounts):
            line = self._line(gate)
            line.inlet, line.export = inlet, export

    @property
    def on_hold(self) -> bool:
        """While it is, turns do nothing: opening balances are on disk that no counter holds yet."""
        return self._on_hold

    @on_hold.setter
    def on_hold(self, wanted: bool) -> None:
        self._finish()
        self._on_hold = wanted

    def carry_over(self, gate: Gate, opening: Totals) -> None:
        """Add what an owner carried elsewhere: an opening balance in the ledger, in no minute of it."""
        self._finish()
        line = self._line(gate)
        gate.flow.inlet += opening.inlet
        gate.flow.export += opening.export
        line.inlet += opening.inlet
        line.export += opening.export
        line.day_inlet += opening.inlet
        line.day_export += opening.export

    def turn(self, wall: float, monotonic: float) -> bool:
        """Begin a turn and go on until nothing is left of it. True when ``begin_day`` is due."""
        self.begin(wall, monotonic)
        self._finish()
        return self.is_another_day(wall)

    def begin(self, wall: float, monotonic: float) -> None:
        """Read every counter. What moved since the last turn belongs to the minute that ran then.

        Called once a second, just after the wall clock's second turns; ``wall`` is Unix time, s. The counters
        are read at one moment; all else is left to ``go_on``, so that the window need not wait for it.
        """
        self._finish()
        if self._on_hold:
            return
        minute = self._clock.minute
        tick = self._clock.read(wall, monotonic)
        self._work = self._put_down(_read(self._accounts), self._take_bill(), minute, wall, tick)

    def go_on(self) -> bool:
        """Do a part of what is left of the turn; False when that was the last."""
        for _ in self._work:
            return True
        return False

    def is_another_day(self, wall: float) -> bool:
        """Whether the wall clock is on another day than ``today`` counts: ``begin_day`` is due."""
        return midnight_of(wall) != self._day

    def settle(self, wall: float, gone: Sequence[Gate] = ()) -> None:
        """Write what moved since the last turn, that of ``gone`` gates too: the ledger has it all then."""
        self._finish()
        reading = _read([*self._accounts, *gone])
        self._work = self._put_down(reading, self._take_bill(), self._clock.minute, wall, None)
        self._finish()

    def retire(self, gates: Sequence[Gate], wall: float) -> None:
        """Write the last bytes of owners that were removed, and forget them.

        Together with all others, in one batch: the sums above them agree on disk at every moment.
        """
        if not gates:
            return
        self.settle(wall, gates)
        for gate in gates:
            self._left_today[gate] = self.today_of(gate)
            self._lines.pop(gate, None)
            self.live.forget(gate.owner)

    def reopen(self, gates: Iterable[Gate]) -> None:
        """Keep books again of owners that were retired: all that they carried is written."""
        for gate in gates:
            line = self._line(gate)
            line.inlet, line.export = gate.flow.inlet, gate.flow.export
            inlet, export = self._left_today.pop(gate, (0, 0))
            line.day_inlet, line.day_export = line.inlet - inlet, line.export - export

    async def begin_day(self, wall: float) -> None:
        """Count ``today`` from the local midnight before ``wall`` on; if that cannot be read, from now on."""
        self._finish()
        self._day = midnight_of(wall)
        self._left_today.clear()
        # what was read last is on its way to the ledger, before the question
        lines = [self._line(gate) for gate in self._accounts]
        for line in lines:
            line.day_inlet, line.day_export = line.inlet, line.export
        try:
            carried = await self._ledger.carried(self._day, int(wall) + 60)
        except LedgerError as error:
            log.warning("Today is counted from now on: %s", error)
            return
        for line in lines:
            today = carried.get(line.owner, Totals())
            line.day_inlet -= today.inlet
            line.day_export -= today.export

    def today(self) -> Usage:
        """All bytes since local midnight."""
        return Usage(self._day, *self.today_of(self._accounts.everything))

    def today_of(self, gate: Gate) -> tuple[int, int]:
        """The bytes of an owner since local midnight, inlet and export."""
        line = self._line(gate)
        return gate.flow.inlet - line.day_inlet, gate.flow.export - line.day_export

    def _line(self, gate: Gate) -> Line:
        line = self._lines.get(gate)
        if line is None:
            line = self._lines[gate] = Line(gate.owner)
        return line

    def _finish(self) -> None:
        for _ in self._work:
            pass

    def _put_down(
        self, reading: Reading, bill: Bill, minute: int, wall: float, tick: Tick | None
    ) -> Iterator[None]:
        """Hand what moved to the ledger, the live rates and the running minute; yields between two parts."""
        deltas: list[Delta] = []
        for first in range(0, len(reading), PART):
            deltas += self._moved(reading[first : first + PART], tick.seconds if tick else 0.0)
            yield
        if tick is not None:
            self.live.turn(wall)
        self._ledger.flush(Batch(minute, wall, tuple(deltas), peers=bill))
        if tick is not None and tick.jump:
            self._events.push(ClockJumped(tick.jump))
        if tick is not None and tick.completed is not None:
            yield
            self._complete(tick.completed)

    def _moved(self, reading: Reading, seconds: float) -> list[Delta]:
        """What moved since the reading before, ``seconds`` ago; put down in the lines and the rings."""
        deltas: list[Delta] = []
        lines, moved, turn = self._lines, self._minute, self.live.turns + 1
        for gate, total_inlet, total_export in reading:
            line = lines.get(gate) or self._line(gate)
            inlet, export = total_inlet - line.inlet, total_export - line.export
            if not (inlet or export):
                continue
            line.inlet, line.export = total_inlet, total_export
            deltas.append(Delta(line.owner, inlet, export, total_inlet, total_export))
            line.minute_inlet += inlet
            line.minute_export += export
            moved[line] = None
            if seconds > 0:
                line.ring = line.ring or self.live.ring(line.owner)
                line.ring.write(turn, inlet / seconds, export / seconds)
        return deltas

    def _complete(self, minute: int) -> None:
        moved, self._minute = self._minute, {}
        self._events.push(MinuteTurned(minute, MinuteUsages(minute, (line.take_minute() for line in moved))))


def _read(gates: Iterable[Gate]) -> Reading:
    return [(gate, gate.flow.inlet, gate.flow.export) for gate in gates]
