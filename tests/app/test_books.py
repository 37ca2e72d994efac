"""Counters become batches, rates, minutes and days. The clocks are arguments."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from npsgui.app.books import midnight_of
from npsgui.ledger.opening import FILE
from npsgui.model.accounts import Totals
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.events import ClockJumped, MinuteTurned
from npsgui.model.views import Sample, Step, Usage
from tests.app.office import CLIENT, MINUTE, OTHER, TUNNEL, office

pytestmark = pytest.mark.asyncio

BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
"""Its days have 23, 24 and 25 hours."""


@pytest.fixture
def in_berlin() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = BERLIN
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def at(text: str) -> float:
    """Unix time of a local moment."""
    return time.mktime(time.strptime(text, "%Y-%m-%d %H:%M:%S"))


async def test_a_turn_writes_what_moved_of_every_owner(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 100, 7)
        made.carry(OTHER, 20, 0)
        made.turn()
        made.turn()

        for owner, usage in (
            (TUNNEL, (100, 7)),
            (OTHER, (20, 0)),
            (CLIENT, (120, 7)),
            (GLOBAL_KEY, (120, 7)),
        ):
            rows = await made.ledger.history(owner, MINUTE, MINUTE + 60, Step.MINUTE)
            assert rows == [Usage(MINUTE, *usage)]


async def test_totals_and_counters_go_on_after_a_restart(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 100, 7)
        made.turn()
    async with office(tmp_path) as made:
        made.turn()
        made.carry(TUNNEL, 1, 1)
        made.turn()

        rows = await made.ledger.history(CLIENT, MINUTE, MINUTE + 60, Step.MINUTE)
        assert rows == [Usage(MINUTE, 101, 8)]
    async with office(tmp_path) as made:
        assert made.ledger.opened.totals[CLIENT] == Totals(101, 8)


async def test_live_rates_are_bytes_over_the_time_that_passed(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 100, 50)
        made.turn(0.5)
        made.turn()

        assert made.books.live.samples(CLIENT) == [
            Sample(MINUTE + 0.5, 200.0, 100.0),
            Sample(MINUTE + 1.5, 0.0, 0.0),
        ]
        assert made.books.live.now(CLIENT) == (0.0, 0.0)


async def test_a_minute_that_turned_is_told_and_a_client_is_the_sum_of_its_tunnels(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 100, 7)
        made.turn(30)
        made.carry(OTHER, 20, 1)
        made.turn(30)
        made.carry(TUNNEL, 5, 5)
        made.turn(60)

        first, second = made.of(MinuteTurned)
        both = Usage(MINUTE, 120, 8)
        assert first == MinuteTurned(
            MINUTE,
            {TUNNEL: Usage(MINUTE, 100, 7), OTHER: Usage(MINUTE, 20, 1), CLIENT: both, GLOBAL_KEY: both},
        )
        assert isinstance(second, MinuteTurned)
        assert second.minute == MINUTE + 60
        assert second.usages[CLIENT] == second.usages[TUNNEL] == Usage(MINUTE + 60, 5, 5)
        assert OTHER not in second.usages


async def test_the_last_bytes_of_a_minute_are_in_its_row(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.turn(59)
        made.carry(TUNNEL, 9, 9)
        made.turn(1.005)

        rows = await made.ledger.history(TUNNEL, MINUTE, MINUTE + 120, Step.MINUTE)
        assert rows == [Usage(MINUTE, 9, 9)]


async def test_a_suspend_is_a_gap_and_no_spike(tmp_path: Path) -> None:
    """The monotonic clock stands still while the machine sleeps; what came before it stays there."""
    async with office(tmp_path) as made:
        made.turn()
        made.carry(TUNNEL, 60, 0)
        made.turn(1, jump=3600)
        made.carry(TUNNEL, 5, 0)
        made.turn()

        rows = await made.ledger.history(TUNNEL, MINUTE, MINUTE + 7200, Step.MINUTE)
        assert rows == [Usage(MINUTE, 60, 0), Usage(MINUTE + 3600, 5, 0)]
        assert made.of(ClockJumped) == [ClockJumped(3600)]
        assert [event.minute for event in made.of(MinuteTurned) if isinstance(event, MinuteTurned)] == [
            MINUTE
        ]
        assert max(sample.inlet for sample in made.books.live.samples(TUNNEL)) == 60.0
        spans = await made.ledger.coverage(MINUTE, MINUTE + 7200)
        assert spans == [(MINUTE, MINUTE + 60), (MINUTE + 3600, MINUTE + 3660)]


async def test_a_clock_set_back_goes_on_in_the_earlier_minute(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 1, 0)
        made.turn(60)
        made.carry(TUNNEL, 2, 0)
        made.turn(1, jump=-60)
        made.carry(TUNNEL, 4, 0)
        made.turn()

        rows = await made.ledger.history(TUNNEL, MINUTE, MINUTE + 120, Step.MINUTE)
        assert rows == [Usage(MINUTE, 5, 0), Usage(MINUTE + 60, 2, 0)]
        assert made.of(ClockJumped) == [ClockJumped(-60)]


@pytest.mark.parametrize("jump", [-3600, 86400, 9 * 3600])
async def test_the_books_add_up_when_the_clock_is_set_or_the_machine_sleeps(
    tmp_path: Path, jump: int
) -> None:
    """An hour back, a day forward, a suspend for a night: every byte is kept, once, and rolled up right."""
    async with office(tmp_path) as made:
        for _ in range(3):
            made.carry(TUNNEL, 10, 1)
            made.turn(60)
        made.carry(TUNNEL, 5, 5)
        made.turn(1, jump=jump)
        for _ in range(130):
            made.carry(OTHER, 1, 0)
            made.turn(60)

        rows = {step: await made.ledger.history(CLIENT, 0, 2**40, step) for step in Step}
        assert {sum(row.inlet for row in told) for told in rows.values()} == {3 * 10 + 5 + 130}
        assert {sum(row.export for row in told) for told in rows.values()} == {3 + 5}
        assert made.of(ClockJumped) == [ClockJumped(jump)]
        assert await made.ledger.verify() == []


async def test_the_last_bytes_of_a_removed_owner_are_kept(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        made.carry(OTHER, 3, 3)
        await made.desk.edit(lambda configuration: configuration.without(TUNNEL))
        made.turn()

        assert await made.ledger.history(TUNNEL, MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 10, 1)]
        assert await made.ledger.history(CLIENT, MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 13, 4)]
        assert await made.ledger.verify() == []
        assert made.books.live.now(TUNNEL) == (0.0, 0.0)


async def test_today_is_what_the_ledger_has_and_what_came_since(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        made.turn()
        made.wall += 86400
        made.turn()
        made.carry(TUNNEL, 100, 10)
        made.turn()
        await made.books.begin_day(made.wall)
        made.carry(TUNNEL, 1000, 100)

        start = midnight_of(made.wall)
        assert made.books.today() == Usage(start, 1100, 110)
        made.turn()
        assert made.books.today() == Usage(start, 1100, 110)


async def test_today_is_known_of_every_owner_and_of_one_that_comes_back(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        made.turn()
        await made.books.begin_day(made.wall)
        made.carry(TUNNEL, 100, 10)
        made.turn()
        gate = made.accounts.gate(TUNNEL)
        assert gate is not None

        assert made.books.today_of(gate) == (110, 11)
        made.books.retire([gate], made.wall)
        made.books.reopen([gate])
        assert made.books.today_of(gate) == (110, 11)


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)])
async def test_a_new_day_is_due_at_local_midnight(tmp_path: Path, day: str, hours: int) -> None:
    async with office(tmp_path) as made:
        start = at(f"{day} 00:00:00")
        made.wall = start + 1
        await made.books.begin_day(made.wall)

        assert not made.turn(hours * 3600 - 2)
        assert made.turn()
        await made.books.begin_day(made.wall)
        assert made.books.today() == Usage(int(start) + hours * 3600, 0, 0)
        assert not made.turn()


async def test_a_day_whose_history_cannot_be_read_is_counted_from_now_on(tmp_path: Path) -> None:
    """The beat goes on: a ledger that fails at midnight must not end it."""
    async with office(tmp_path) as made:
        other = sqlite3.connect(tmp_path / FILE)
        other.execute("ALTER TABLE minutes RENAME TO gone")
        await made.books.begin_day(made.wall)
        other.execute("ALTER TABLE gone RENAME TO minutes")
        other.close()
        made.carry(TUNNEL, 1, 2)

        assert made.books.today() == Usage(midnight_of(made.wall), 1, 2)


async def test_a_turn_belongs_to_the_moment_it_began_whatever_comes_before_its_end(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 100, 7)
        made.books.begin(MINUTE + 59.0, 109.0)
        made.carry(TUNNEL, 10, 0)
        await made.desk.edit(lambda configuration: configuration.without(TUNNEL))
        made.books.begin(MINUTE + 61.0, 111.0)
        while made.books.go_on():
            pass

        rows = await made.ledger.history(TUNNEL, MINUTE, MINUTE + 120, Step.MINUTE)
        assert [(row.inlet, row.export) for row in rows] == [(110, 7)]
        assert await made.ledger.verify() == []
