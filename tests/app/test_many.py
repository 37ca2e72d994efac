"""Several owners are edited in one step, all or none; and another is made that begins as one is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from npsgui.app.control import ControlServer
from npsgui.app.program import Program
from npsgui.app.remote import RemoteProgram
from npsgui.model.configuration import Configuration
from npsgui.model.copying import copy_of
from npsgui.model.entities import GLOBAL_KEY, Client, Host, Limits, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import FieldError, NotFound

ONE, TWO = (OwnerKey(OwnerKind.CLIENT, id_) for id_ in (1, 2))


def look(folder: Path, act: Callable[[Program], Coroutine[Any, Any, None]]) -> None:
    """``act`` on a program with two clients, the first with a tunnel."""

    async def body() -> None:
        program = await Program.open(folder, relay=False)
        for remark in ("nas", "lab"):
            await program.add(OwnerKind.CLIENT, {"remark": remark})
        await program.add(OwnerKind.TUNNEL, {"client": "1", "port": "18001", "targets": "127.0.0.1:9"})
        try:
            await act(program)
        finally:
            await program.close()

    asyncio.run(body())


def test_one_value_is_set_of_all_and_undone_in_one_step(tmp_path: Path) -> None:
    async def act(program: Program) -> None:
        await program.many.set((ONE, TWO), {"quota": "10GiB"})
        clients = program.configuration.clients
        assert [client.limits.quota for client in clients.values()] == [10 << 30] * 2
        assert str(program.steps().undo) == "edit client 1 “nas” and 1 more"
        await program.undo()
        assert [client.limits.quota for client in program.configuration.clients.values()] == [0, 0]

    look(tmp_path, act)


def test_what_one_of_them_may_not_have_is_set_of_none(tmp_path: Path) -> None:
    async def act(program: Program) -> None:
        with pytest.raises(FieldError):
            await program.many.set((ONE, TWO), {"key": "same"})
        with pytest.raises(NotFound):
            await program.many.set((ONE, OwnerKey(OwnerKind.CLIENT, 9)), {"quota": "1GiB"})
        assert program.configuration.clients[1].limits.quota == 0
        assert program.configuration.clients[1].key != "same"

    look(tmp_path, act)


def test_what_was_wrong_with_one_before_keeps_nobody_from_a_limit_nor_from_stopping(tmp_path: Path) -> None:
    async def act(program: Program) -> None:
        before = program.configuration
        broken = replace(before.tunnels[1], targets=())
        await program.adopt(lambda configuration: (configuration.with_owner(broken), {}))
        await program.many.set((broken.owner,), {"quota": "1GiB"})
        await program.many.enable((broken.owner, ONE), False)
        assert program.configuration.tunnels[1].limits.quota == 1 << 30
        assert str(program.steps().undo) == "stop client 1 “nas” and 1 more"
        with pytest.raises(NotFound):
            await program.many.enable((GLOBAL_KEY,), False)

    look(tmp_path, act)


def test_several_are_removed_and_come_back_in_one_step(tmp_path: Path) -> None:
    async def act(program: Program) -> None:
        await program.many.remove((ONE, TWO))
        assert not [*program.configuration.clients, *program.configuration.tunnels]
        await program.undo()
        assert [*program.configuration.clients, *program.configuration.tunnels] == [1, 2, 1]

    look(tmp_path, act)


def test_a_window_on_a_service_does_it_too(tmp_path: Path) -> None:
    async def act(program: Program) -> None:
        control = ControlServer(program)
        await control.start()
        remote = await RemoteProgram.open(tmp_path)
        await remote.many.set((ONE, TWO), {"rate": "1MiB/s"})
        assert [client.limits.rate for client in remote.configuration.clients.values()] == [1 << 20] * 2
        with pytest.raises(FieldError) as refused:
            await remote.many.set((ONE, TWO), {"rate": "fast"})
        assert refused.value.field == "rate"
        await remote.many.enable((ONE, TWO), False)
        assert not any(client.enabled for client in remote.configuration.clients.values())
        await remote.many.remove((ONE,))
        assert [*remote.configuration.clients] == [2]
        await remote.close()
        await control.close()

    look(tmp_path, act)


def test_a_copy_has_what_must_be_its_own() -> None:
    limits = Limits(quota=7)
    client = Client(id=1, key="k", remark="nas", limits=limits)
    tunnel = Tunnel(id=4, client=1, remark="web", ports=(8001, 8003), password="p", limits=limits)
    host = Host(id=2, client=1, host="a.example")
    configuration = Configuration()
    for owner in (client, tunnel, host, Tunnel(id=5, client=1, ports=(8004,))):
        configuration = configuration.with_owner(owner)

    copied = copy_of(configuration, client, "fresh")
    assert isinstance(copied, Client)
    assert (copied.id, copied.key, copied.remark, copied.limits) == (2, "fresh", "nas (2)", limits)
    other = copy_of(configuration, tunnel, "")
    assert isinstance(other, Tunnel)
    assert (other.id, other.remark, other.ports, other.password) == (6, "web (2)", (8005, 8007), "")
    third = copy_of(configuration.with_owner(copied), client, "")
    assert (third.remark, copy_of(configuration, host, "").remark) == ("nas (3)", "")
    with pytest.raises(NotFound):
        copy_of(configuration, configuration.find(GLOBAL_KEY), "")


def test_a_copy_of_the_highest_port_has_none() -> None:
    tunnel = Tunnel(id=1, client=1, ports=(65_535,))
    copied = copy_of(Configuration().with_owner(tunnel), tunnel, "")

    assert isinstance(copied, Tunnel)
    assert copied.ports == ()
