"""Edits: one at a time, on disk first, all or nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from npsgui.ledger.opening import FILE
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Client, Host, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import LedgerError, NotFound
from npsgui.model.events import ConfigurationChanged, Event
from npsgui.model.views import Step, Usage
from tests.app.office import CLIENT, MINUTE, OTHER, TUNNEL, Office, office

pytestmark = pytest.mark.asyncio

NEW = OwnerKey(OwnerKind.TUNNEL, 3)


def flow(made: Office, owner: OwnerKey) -> tuple[int, int]:
    gate = made.accounts.gate(owner)
    assert gate is not None
    return gate.flow.inlet, gate.flow.export


async def begun() -> None:
    """Let an edit that was just asked for be on its way to the disk."""
    for _ in range(2):
        await asyncio.sleep(0)


async def test_edits_follow_one_another_each_on_what_the_one_before_left(tmp_path: Path) -> None:
    def add(configuration: Configuration) -> Configuration:
        id_ = configuration.next_id(OwnerKind.CLIENT)
        return configuration.with_owner(Client(id=id_, key=f"key {id_}"))

    async with office(tmp_path) as made:
        await asyncio.gather(*(made.desk.edit(add) for _ in range(10)))

        assert set(made.desk.configuration.clients) == set(range(1, 12))
    async with office(tmp_path) as made:
        assert set(made.desk.configuration.clients) == set(range(1, 12))


async def test_an_edit_is_on_disk_before_it_is_in_force(tmp_path: Path) -> None:
    on_disk: list[list[tuple[str]]] = []

    def look(event: Event) -> None:
        other = sqlite3.connect(tmp_path / FILE)
        on_disk.append(other.execute("SELECT remark FROM owners WHERE kind = 'client'").fetchall())
        other.close()

    async with office(tmp_path) as made:
        made.events.subscribe(look)
        await made.put(Client(id=1, key="k", remark="edited"))

        assert on_disk == [[("edited",)]]


async def test_an_edit_that_cannot_be_saved_changes_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        before, told = made.desk.configuration, len(made.seen)
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked"):
            await made.desk.edit(lambda configuration: configuration.without(TUNNEL))
        with pytest.raises(LedgerError, match="locked"):
            await made.desk.adopt(lambda was: (was.with_owner(Tunnel(id=3, client=1)), {NEW: Totals(5, 5)}))
        other.close()

        assert made.desk.configuration is before
        assert made.accounts.gate(NEW) is None
        assert flow(made, CLIENT) == (10, 1)
        assert made.seen[told:] == []
        made.carry(TUNNEL, 1, 1)
        made.turn()
        assert await made.ledger.history(CLIENT, MINUTE, MINUTE + 60, Step.MINUTE) == [Usage(MINUTE, 11, 2)]


async def test_an_edit_is_carried_through_when_who_waits_for_it_is_cancelled(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        edit = asyncio.create_task(made.desk.edit(lambda configuration: configuration.without(TUNNEL)))
        await begun()
        assert made.desk.one_at_a_time.locked()
        edit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await edit
        async with made.desk.one_at_a_time:
            in_force = made.desk.configuration

        assert TUNNEL.id not in in_force.tunnels
        assert made.accounts.gate(TUNNEL) is None
    async with office(tmp_path) as made:
        assert made.desk.configuration.tunnels == in_force.tunnels


async def test_an_edit_that_is_refused_changes_nothing_and_hinders_no_other(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        told = len(made.seen)
        with pytest.raises(NotFound):
            await made.desk.edit(lambda configuration: configuration.without(NEW))
        assert made.seen[told:] == []

        await made.put(Tunnel(id=3, client=1, ports=(8003,)))
        assert made.seen[told:] == [ConfigurationChanged()]


async def test_an_opening_balance_is_in_the_totals_above_and_in_no_minute(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        await made.books.begin_day(made.wall)
        host = OwnerKey(OwnerKind.HOST, 1)
        await made.desk.adopt(
            lambda was: (
                was.with_owner(Tunnel(id=3, client=1)).with_owner(Host(id=1, client=1)),
                {NEW: Totals(100, 200), host: Totals(1000, 0)},
            )
        )
        made.turn()

        assert flow(made, NEW) == (100, 200)
        assert flow(made, CLIENT) == flow(made, GLOBAL_KEY) == (1110, 201)
        assert await made.ledger.history(CLIENT, 0, MINUTE * 2, Step.DAY) == [
            Usage(MINUTE // 86400 * 86400, 10, 1)
        ]
        assert (made.books.today().inlet, made.books.today().export) == (10, 1)
        assert made.books.live.now(NEW) == (0.0, 0.0)
    async with office(tmp_path) as made:
        assert flow(made, CLIENT) == (1110, 201)


async def test_an_opening_balance_and_a_removal_in_one_edit_add_up(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        made.carry(OTHER, 1, 1)
        await made.desk.adopt(
            lambda was: (was.without(TUNNEL).with_owner(Tunnel(id=3, client=1)), {NEW: Totals(100, 200)})
        )

        assert await made.ledger.verify() == []
        assert flow(made, CLIENT) == (111, 202)
    async with office(tmp_path) as made:
        assert flow(made, CLIENT) == (111, 202)


async def test_no_turn_comes_between_an_opening_balance_on_disk_and_in_force(tmp_path: Path) -> None:
    async with office(tmp_path) as made:
        made.carry(TUNNEL, 10, 1)
        adopting = asyncio.ensure_future(
            made.desk.adopt(lambda was: (was.with_owner(Tunnel(id=3, client=1)), {NEW: Totals(100, 200)}))
        )
        await begun()
        assert made.books.on_hold
        made.turn()
        await adopting
        made.turn()

        assert await made.ledger.verify() == []
        assert flow(made, CLIENT) == (110, 201)
