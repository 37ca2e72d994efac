"""Undo and redo: what is taken back is as if it had never been done, to the byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from npsgui.model.entities import Client, OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.views import Sentence, Step
from tests.app.running import CLIENT, TUNNEL, carry, furnish, in_the_ledger, running
from tests.relay.house import echo, serving

pytestmark = pytest.mark.asyncio


async def test_a_deleted_client_comes_back_with_its_tunnels_its_bytes_and_its_history(tmp_path: Path) -> None:
    async with serving(echo) as targets, running(tmp_path) as program:
        port = await furnish(program, targets[0])
        await program.set(CLIENT, {"quota": "1MiB"})
        await carry(port, 1000)
        before = program.configuration
        await program.remove(CLIENT)
        assert program.flows() == []

        assert await program.undo() == CLIENT

        assert program.configuration == before
        assert [(row.inlet, row.export, row.used) for row in program.flows()] == [
            (1000, 1000, 2000),
            (1000, 1000, 2000),
        ]
        await carry(port, 10)
        assert program.flow(CLIENT).used == 2020
    async with running(tmp_path) as program:
        assert program.configuration == before
        assert [(row.inlet, row.export) for row in program.flows()] == [(1010, 1010), (1010, 1010)]
        assert await in_the_ledger(program, TUNNEL) == (1010, 1010)
        assert await in_the_ledger(program, CLIENT) == (1010, 1010)
        assert await program.verify() == []


async def test_undone_and_done_again_as_often_as_one_likes(tmp_path: Path) -> None:
    async with serving(echo) as targets, running(tmp_path) as program:
        port = await furnish(program, targets[0])
        await carry(port, 5)
        await program.remove(TUNNEL)
        for _ in range(3):
            await program.undo()
            await carry(port, 5)
            await program.redo()
            assert program.configuration.tunnels == {}
        await program.undo()

        assert program.flow(TUNNEL).inlet == program.flow(CLIENT).inlet == 20
    async with running(tmp_path) as program:
        assert program.flow(TUNNEL).inlet == program.flow(CLIENT).inlet == 20
        assert await program.verify() == []


async def test_each_step_says_what_it_would_do(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        assert (program.steps().undo, program.steps().redo) == (None, None)
        await program.add(OwnerKind.CLIENT, {"remark": "nas"})
        await program.set(CLIENT, {"quota": "1GiB"})
        who = Sentence("{owner} “{name}”", (("owner", CLIENT), ("name", "nas")))

        assert program.steps().undo == Sentence("edit {owner}", (("owner", who),))
        await program.undo()
        assert program.configuration.clients[1].limits.quota == 0
        assert program.steps().undo == Sentence("add {owner}", (("owner", who),))
        assert program.steps().redo == Sentence("edit {owner}", (("owner", who),))
        await program.undo()
        assert program.configuration.clients == {}
        with pytest.raises(NpsError, match="nothing to undo"):
            await program.undo()
        await program.redo()
        await program.redo()
        assert program.configuration.clients[1].limits.quota == 1 << 30
        with pytest.raises(NpsError, match="nothing to do again"):
            await program.redo()


async def test_an_edit_ends_what_could_be_done_again(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        await program.add(OwnerKind.CLIENT, {"remark": "nas"})
        await program.undo()
        other = await program.add(OwnerKind.CLIENT, {"remark": "lab"})

        assert other.owner == OwnerKey(OwnerKind.CLIENT, 2)
        assert program.steps().redo is None


async def test_what_an_import_changed_since_is_not_undone(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        await program.add(OwnerKind.CLIENT, {"remark": "nas"})
        await program.adopt(lambda was: (was.with_owner(Client(id=1, key="imported")), {}))

        with pytest.raises(NpsError, match="changed since"):
            await program.undo()
        assert program.configuration.clients[1].key == "imported"


async def test_an_edit_that_is_made_meanwhile_is_not_taken_for_what_was_undone(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        nas = await program.add(OwnerKind.CLIENT, {"remark": "nas"})
        lab, undone = await asyncio.gather(program.add(OwnerKind.CLIENT, {"remark": "lab"}), program.undo())

        assert (undone, set(program.configuration.clients)) == (nas.owner, {lab.owner.id})
        assert await program.undo() == lab.owner
        assert await program.redo() == lab.owner


async def test_two_steps_that_are_asked_for_at_once_are_two(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        for remark in ("nas", "lab"):
            await program.add(OwnerKind.CLIENT, {"remark": remark})
        await asyncio.gather(program.undo(), program.undo())
        assert not program.configuration.clients
        await asyncio.gather(program.redo(), program.redo())
        assert set(program.configuration.clients) == {1, 2}


async def test_a_port_that_was_taken_meanwhile_is_not_undone(tmp_path: Path) -> None:
    async with serving(echo) as targets, running(tmp_path) as program:
        port = await furnish(program, targets[0])
        await program.remove(TUNNEL)
        taker = program.configuration.next_id(OwnerKind.TUNNEL)
        tunnel = {"client": "1", "port": str(port), "targets": str(targets[0])}
        await program.add(OwnerKind.TUNNEL, tunnel)
        assert set(program.configuration.tunnels) == {taker}
        await program.undo()
        await program.undo()

        assert set(program.configuration.tunnels) == {1}


async def test_a_reset_is_undone_as_if_no_period_had_begun(tmp_path: Path) -> None:
    async with serving(echo) as targets, running(tmp_path) as program:
        port = await furnish(program, targets[0])
        await carry(port, 100)
        await program.reset(CLIENT)
        await carry(port, 1)
        assert program.flow(CLIENT).used == 2

        await program.undo()
        assert program.flow(CLIENT).used == 202
    async with running(tmp_path) as program:
        assert program.flow(CLIENT).used == 202
        assert [period.inlet for period in await program.periods(CLIENT)] == [101]
        assert await program.verify() == []
        assert sum(usage.inlet for usage in await program.history(CLIENT, 0, 2**40, Step.MINUTE)) == 101


async def test_a_top_up_is_undone(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        await program.add(OwnerKind.CLIENT, {"remark": "nas", "quota": "1000"})
        await program.adjust(CLIENT, top_up=500)
        await program.undo()
        assert (await program.periods(CLIENT))[-1].top_up == 0
        await program.redo()
        assert (await program.periods(CLIENT))[-1].top_up == 500
