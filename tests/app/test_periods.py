from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from npsgui.app.commands import execute
from npsgui.app.program import Program
from npsgui.model.audit import Happening, Search
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.errors import NotFound
from npsgui.model.periods import Period
from npsgui.model.views import State, Step
from tests.app.audited import CLIENT, TUNNEL, closed_session, furnished, trail

pytestmark = pytest.mark.asyncio

DAY = 86400


async def use_up(program: Program, port: int, size: int) -> None:
    """A visitor that sends more than the quota allows."""
    ended = asyncio.ensure_future(closed_session(program))
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(bytes(size))
    await ended
    writer.close()


async def test_a_reset_lets_the_quota_count_from_nothing_and_keeps_every_byte(tmp_path: Path) -> None:
    async with furnished(tmp_path, quota="1000") as (program, port):
        await use_up(program, port, 5000)
        assert program.flow(CLIENT).state is State.OVER_QUOTA

        await program.reset(CLIENT)

        row = program.flow(CLIENT)
        assert (row.used, row.inlet, row.state) == (0, 1000, State.RUNNING)
        await use_up(program, port, 5000)
        assert program.flow(CLIENT).used == 1000
        program._books.settle(time.time())
        first, second = await program.periods(CLIENT)
        assert (first.start, first.until, first.inlet) == (0, second.start, 1000)
        assert (second.until, second.inlet) == (None, 1000)
        [reset] = await trail(program, Happening.RESET)
        assert (reset.owner, reset.details) == (CLIENT, {"inlet": 1000, "export": 0})
        assert len(await trail(program, Happening.CUT)) == 2
        assert await program.periods(TUNNEL) == [Period(0, None, 2000, 0)]
        assert await program.verify() == []


async def test_a_period_survives_a_restart(tmp_path: Path) -> None:
    async with furnished(tmp_path, quota="1000") as (program, port):
        await use_up(program, port, 5000)
        await program.reset(CLIENT)
        await program.reset(CLIENT)

    program = await Program.open(tmp_path, relay=False)
    assert program.flow(CLIENT).used == 0
    assert [period.inlet for period in await program.periods(CLIENT)] == [1000, 0, 0]
    await program.close()


async def test_a_new_rule_counts_what_moved_since_its_period_began(tmp_path: Path) -> None:
    async with furnished(tmp_path, quota="1000") as (program, port):
        await use_up(program, port, 5000)
        await program.set(CLIENT, {"period": "monthly UTC"})
        assert program._periods.due(time.time())
        await program._periods.turn(time.time())
        assert program.flow(CLIENT).used == 1000
        assert not program._periods.due(time.time())

        today = int(time.time()) // DAY * DAY
        moved = await program.history(CLIENT, today - DAY, today + DAY, Step.MINUTE)
        next_month = program.configuration.clients[1].limits.period.span(time.time())[1]
        assert next_month is not None
        assert program._periods.due(next_month)
        await program._periods.turn(next_month)

        assert sum(usage.inlet for usage in moved) == 1000
        assert program.flow(CLIENT).used == 0
        periods = await program.periods(CLIENT)
        assert [(period.inlet, period.export) for period in periods] == [(0, 0), (1000, 0), (0, 0)]
        assert periods[-1].start == next_month
        told = await trail(program, Happening.PERIOD_ENDED)
        assert [event.details["inlet"] for event in told] == [0, 1000]


async def test_an_owner_that_is_being_removed_begins_no_period(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        await program.set(CLIENT, {"period": "monthly UTC"})
        edits = program.remove(CLIENT), program.reset(CLIENT), program._periods.turn(time.time())
        removed, *refused = await asyncio.gather(*edits, return_exceptions=True)
        assert removed is None
        assert [type(error) for error in refused] == [NotFound, NotFound]

        await program._periods.turn(time.time())
        assert not program._periods.due(time.time())


async def test_the_command_line_resets(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        assert not (await execute(program, "reset", {"kind": "client", "id": 1})).failed
        assert not (await execute(program, "reset", {"kind": "global", "id": None})).failed
        assert (await execute(program, "reset", {"kind": "client", "id": 9})).failed
        assert len(await program.periods(GLOBAL_KEY)) == 2
        with pytest.raises(NotFound):
            await program.periods(CLIENT._replace(id=9))
        assert await program.audit(Search(owner=GLOBAL_KEY, text="reset"))


async def test_an_opening_balance_and_a_top_up_hold_for_one_period(tmp_path: Path) -> None:
    async with furnished(tmp_path, quota="1000") as (program, port):
        await program.adjust(CLIENT, opening=400)
        await use_up(program, port, 5000)
        assert (program.flow(CLIENT).used, program.flow(CLIENT).inlet) == (1000, 600)

        said = await execute(program, "adjust", {"kind": "client", "id": 1, "values": {"top_up": "2KiB"}})

        assert not said.failed
        assert (program.flow(CLIENT).quota, program.flow(CLIENT).state) == (3048, State.RUNNING)
        await use_up(program, port, 5000)
        assert (program.flow(CLIENT).used, program.flow(CLIENT).inlet) == (3048, 2648)
        [*_, told] = await trail(program, Happening.ADJUSTED)
        assert str(told.sentence()) == "Adjusted the running period of client 1: top_up 0 → 2,048."

    program = await Program.open(tmp_path, relay=False)
    assert (program.flow(CLIENT).used, program.flow(CLIENT).quota) == (3048, 3048)
    await program.reset(CLIENT)
    assert (program.flow(CLIENT).used, program.flow(CLIENT).quota) == (0, 1000)
    first, _second = await program.periods(CLIENT)
    assert (first.inlet, first.opening, first.top_up) == (2648, 400, 2048)
    wrong = await execute(program, "adjust", {"kind": "client", "id": 1, "values": {"top": "1"}})
    assert wrong.said == ("A period has no “top”; it has: opening, top_up.",)
    await program.close()
