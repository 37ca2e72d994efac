"""The whole program without a face, with real sockets and a real ledger."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from npsgui.app.keys import new_key
from npsgui.app.program import Program
from npsgui.ledger.opening import FILE
from npsgui.model.entities import GLOBAL_KEY, Client, OwnerKind, Tunnel
from npsgui.model.errors import AlreadyRunning, FieldError, LedgerError, NotFound
from npsgui.model.events import Event, LedgerHealthChanged, ListenerChanged
from npsgui.model.views import Health, State
from tests.app.running import CLIENT, TUNNEL, carry, furnish, in_the_ledger, is_open, running
from tests.relay.house import echo, free_port, hang_up, serving

pytestmark = pytest.mark.asyncio


def health(program: Program) -> Health:
    """How the ledger is by now."""
    return program.health.health


def set_aside(folder: Path) -> bytes:
    """What the damaged ledger held."""
    [aside] = folder.glob("ledger-damaged-*.db")
    return aside.read_bytes()


async def test_what_was_carried_is_there_at_the_next_start(tmp_path: Path) -> None:
    async with serving(echo) as [target]:
        async with running(tmp_path) as program:
            port = await furnish(program, target)
            await carry(port, 1000)
            assert program.today().inlet == 1000
        async with running(tmp_path) as program:
            await carry(port, 1)
            for owner in (TUNNEL, CLIENT, GLOBAL_KEY):
                row = program.flow(owner)
                assert (row.inlet, row.export, row.state) == (1001, 1001, State.RUNNING)
            assert (program.today().inlet, program.today().export) == (1001, 1001)
            assert [row.owner for row in program.flows()] == [CLIENT, TUNNEL]
            assert program.notes == ()
            assert await program.verify() == []


async def test_a_folder_has_one_program_and_is_free_after_it(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(AlreadyRunning):
            await Program.open(tmp_path)
        with pytest.raises(AlreadyRunning):
            await Program.open(tmp_path, relay=False)

    await (await Program.open(tmp_path, relay=False)).close()


async def test_a_program_that_could_not_open_lets_the_folder_go(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LedgerError, match="locked"):
        await Program.open(tmp_path)
    other.execute("ROLLBACK")
    other.execute("DROP TABLE t")
    other.close()

    await (await Program.open(tmp_path)).close()


async def test_without_a_relay_nothing_listens(tmp_path: Path) -> None:
    async with serving(echo) as [target]:
        async with running(tmp_path) as program:
            port = await furnish(program, target)
        program = await Program.open(tmp_path, relay=False)
        with pytest.raises(ConnectionRefusedError):
            await carry(port, 1)
        assert str(program.flow(TUNNEL).reason) == "npsgui is not running."
        assert program.connections() == []
        assert program.close_connections([1]) == 0
        await program.close()


async def test_a_removed_owner_ends_its_sessions_and_keeps_its_bytes(tmp_path: Path) -> None:
    async with serving(echo) as [target]:
        async with running(tmp_path) as program:
            port = await furnish(program, target)
            visitor = await asyncio.open_connection("127.0.0.1", port)
            visitor[1].write(bytes(500))
            await visitor[0].readexactly(500)
            await program.remove(CLIENT)

            assert await visitor[0].read() == b""
            await hang_up(visitor)
            assert program.flows() == []
            assert program.flow(GLOBAL_KEY).inlet == 500
            with pytest.raises(NotFound):
                program.flow(TUNNEL)
        async with running(tmp_path) as program:
            assert program.flow(GLOBAL_KEY).inlet == 500
            for owner in (TUNNEL, CLIENT, GLOBAL_KEY):
                assert await in_the_ledger(program, owner) == (500, 500)
            assert await program.verify() == []


async def test_a_damaged_ledger_is_told_in_a_note(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"rubbish" * 999)
    async with running(tmp_path) as program:
        [note] = program.notes

        assert "was set aside as" in str(note)
        assert set_aside(tmp_path) == b"rubbish" * 999


async def test_a_ledger_locked_by_another_program_only_delays_the_books(tmp_path: Path) -> None:
    changed = asyncio.Event()

    def on_event(event: Event) -> None:
        if isinstance(event, LedgerHealthChanged):
            changed.set()

    async with serving(echo) as [target], running(tmp_path) as program:
        port = await furnish(program, target)
        program.events.subscribe(on_event)
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await carry(port, 1000)
        async with asyncio.timeout(30):
            await changed.wait()
        assert health(program) is Health.BEHIND
        assert "locked by another program" in str(program.health.reason)
        with pytest.raises(LedgerError, match="locked"):
            await program.set(CLIENT, {"remark": "office"})
        await carry(port, 1000)
        assert program.flow(CLIENT).inlet == 2000

        other.close()
        changed.clear()
        async with asyncio.timeout(30):
            await changed.wait()
        assert health(program) is Health.OK
        assert await in_the_ledger(program, CLIENT) == (2000, 2000)
        assert await program.verify() == []


async def test_a_port_in_use_is_a_state_with_a_reason(tmp_path: Path) -> None:
    async with serving(echo) as [taken], running(tmp_path) as program:
        await program.add(OwnerKind.CLIENT, {})
        await program.add(OwnerKind.TUNNEL, {"client": "1", "port": str(taken.port), "targets": "9"})
        row = program.flow(TUNNEL)

        assert row.state is State.FAILED
        assert str(row.reason) == f"Port {taken.port} on 127.0.0.1 is in use."


async def test_a_quota_below_what_is_used_refuses_at_once(tmp_path: Path) -> None:
    async with serving(echo) as [target], running(tmp_path) as program:
        port = await furnish(program, target)
        await carry(port, 1000)
        await program.set(CLIENT, {"quota": "1KiB"})

        assert (program.flow(CLIENT).state, program.flow(CLIENT).used) == (State.OVER_QUOTA, 2000)
        visitor = await asyncio.open_connection("127.0.0.1", port)
        assert await visitor[0].read() == b""
        await hang_up(visitor)
        await program.set(CLIENT, {"quota": "0"})
        await carry(port, 1)


async def test_an_owner_goes_by_the_rules_however_it_comes(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        await program.put(Client(id=1, key=new_key()))
        with pytest.raises(FieldError):
            await program.put(Client(id=2, key=""))
        with pytest.raises(FieldError):
            await program.put(Tunnel(id=1, client=9, ports=(8000,)))
        for bad in (
            program.enable(GLOBAL_KEY, wanted=False),
            program.remove(GLOBAL_KEY),
            program.add(OwnerKind.GLOBAL, {}),
            program.set(TUNNEL, {}),
        ):
            with pytest.raises(NotFound):
                await bad

        assert [row.owner for row in program.flows()] == [CLIENT]


async def test_an_edit_on_its_way_opens_no_port_of_a_program_that_ends(tmp_path: Path) -> None:
    async with serving(echo) as targets:
        program = await Program.open(tmp_path)
        port, agents = await furnish(program, targets[0]), free_port()
        await program.set(GLOBAL_KEY, {"bridge_port": str(agents), "bridge_bind": "127.0.0.1"})
        await program.drain(0)
        await program.add(OwnerKind.CLIENT, {"remark": "while it drains"})
        assert [await is_open(one) for one in (port, agents)] == [False, True]

        adding = asyncio.ensure_future(program.add(OwnerKind.CLIENT, {"remark": "while it closes"}))
        await asyncio.sleep(0)
        await program.close()
        await adding
        assert [await is_open(one) for one in (port, agents)] == [False, False]


def turn_is_under_way() -> bool:
    """Whether the program makes the turn of this second."""
    return any(task.get_name() == "beat" for task in asyncio.all_tasks())


async def test_a_turn_under_way_has_ended_before_anything_is_closed(tmp_path: Path) -> None:
    under_way: list[bool] = []

    def hear(event: Event) -> None:
        if isinstance(event, ListenerChanged):
            under_way.append(turn_is_under_way())

    async with serving(echo) as [target], running(tmp_path) as program:
        await furnish(program, target)
        while not turn_is_under_way():  # noqa: ASYNC110
            await asyncio.sleep(0)
        program.events.subscribe(hear)

    assert under_way == [False]
