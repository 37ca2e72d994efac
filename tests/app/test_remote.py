"""A window's RemoteProgram and a service in a process of its own: one sees at once what the other does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from npsgui.app.control import ask
from npsgui.app.remote import RemoteProgram
from npsgui.model.audit import Search
from npsgui.model.entities import GLOBAL_KEY, Client, OwnerKey, OwnerKind, Target, Tunnel
from npsgui.model.errors import FieldError, NotFound, NpsError
from npsgui.model.events import ConfigurationChanged, Event, ShowWindow
from npsgui.model.views import Sentence, State, Step
from tests.cli.terminal import Serve
from tests.relay.house import free_port
from tests.waiting import until

pytestmark = pytest.mark.asyncio

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)


@asynccontextmanager
async def attached(folder: Path) -> AsyncIterator[RemoteProgram]:
    """What a window holds that is attached to the service on ``folder``."""
    remote = await RemoteProgram.open(folder)
    try:
        yield remote
    finally:
        await remote.close()


@pytest.fixture
def service(tmp_path: Path) -> Serve:
    """A service on ``tmp_path``, to be entered."""
    return Serve(tmp_path)


async def tunnel_to(remote: RemoteProgram, target: socket.socket) -> int:
    """Client 1 and tunnel 1; the tunnel's port."""
    port = free_port()
    await remote.put(Client(id=1, key="k", remark="家"))
    targets = (Target("127.0.0.1", target.getsockname()[1]),)
    await remote.put(Tunnel(id=1, client=1, ports=(port,), targets=targets))
    return port


async def test_an_edit_is_seen_by_who_made_it_when_it_returns(service: Serve, tmp_path: Path) -> None:
    with service.ready():
        async with attached(tmp_path) as remote:
            heard: list[Event] = []
            remote.events.subscribe(heard.append)
            assert remote.configuration.clients == {}
            added = await remote.add(OwnerKind.CLIENT, {"remark": "家", "quota": "1GiB"})

            assert remote.configuration.find(CLIENT) == added
            assert (remote.flow(CLIENT).remark, remote.flow(CLIENT).quota) == ("家", 1 << 30)
            assert remote.flow(GLOBAL_KEY).kind is OwnerKind.GLOBAL
            assert ConfigurationChanged() in heard
            await remote.enable(CLIENT, False)
            assert remote.flow(CLIENT).state is State.STOPPED
            await remote.remove(CLIENT)
            assert remote.flows() == []
            assert remote.configuration.next_id(OwnerKind.CLIENT) == 2
            with pytest.raises(NotFound):
                remote.flow(CLIENT)


async def test_edits_of_others_are_seen_at_once(service: Serve, tmp_path: Path) -> None:
    with service.ready():
        async with attached(tmp_path) as one, attached(tmp_path) as other:
            await one.put(Client(id=1, key="k"))
            await until(lambda: other.configuration.clients)
            await ask(tmp_path, "set", {"kind": "client", "id": 1, "values": {"remark": "shell"}})
            await until(lambda: [client.flow(CLIENT).remark for client in (one, other)] == ["shell"] * 2)

            assert one.configuration == other.configuration


async def test_what_the_service_refuses_is_refused_here(service: Serve, tmp_path: Path) -> None:
    with service.ready():
        async with attached(tmp_path) as remote:
            with pytest.raises(FieldError) as refused:
                await remote.add(OwnerKind.TUNNEL, {"client": "7", "port": "1"})
            assert refused.value.field == "client"
            with pytest.raises(NotFound) as missing:
                await remote.remove(TUNNEL)
            assert missing.value.values == {"owner": TUNNEL}


async def test_bytes_rates_and_connections_are_live(service: Serve, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as target, service.ready():
        async with attached(tmp_path) as remote:
            port = await tunnel_to(remote, target)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            carried, _ = await asyncio.to_thread(target.accept)
            writer.write(b"question")
            carried.sendall(b"answer")
            assert await reader.readexactly(6) == b"answer"
            carried_both_ways = [(TUNNEL, 8, 6)]
            await until(
                lambda: (
                    [(row.owner, row.inlet, row.export) for row in remote.connections()] == carried_both_ways
                )
            )
            await until(lambda: remote.flow(CLIENT).inlet == 8)
            [link] = remote.connections()
            assert 0 <= link.seconds < 30
            assert remote.flow(TUNNEL).connections == remote.flow(GLOBAL_KEY).connections == 1
            await until(lambda: any(sample.inlet for sample in remote.live(TUNNEL)))
            assert (remote.today().inlet, remote.today().export) == (8, 6)
            assert remote.close_connections([link.id]) == 1
            assert await reader.read() == b""
            carried.close()
            await until(lambda: not remote.connections() and not remote.flow(TUNNEL).connections)
            writer.close()


async def test_history_and_audit_are_asked_for_there(service: Serve, tmp_path: Path) -> None:
    with service.ready():
        async with attached(tmp_path) as remote:
            await remote.put(Client(id=1, key="k", remark="家"))

            assert await remote.history(CLIENT, 0, 60, Step.MINUTE) == []
            assert await remote.verify() == []
            [*_, added] = await remote.audit(Search(owner=CLIENT))
            assert (added.owner, added.name, added.what) == (CLIENT, "家", "added")
            assert len(await remote.periods(CLIENT)) == 1


async def test_a_sentence_keeps_its_owner_on_the_way(service: Serve, tmp_path: Path) -> None:
    with service.ready():
        async with attached(tmp_path) as remote:
            await remote.put(Client(id=1, key="k", enabled=False))
            await remote.put(Tunnel(id=1, client=1, ports=(free_port(),), targets=(Target("127.0.0.1", 9),)))

            reason = remote.flow(TUNNEL).reason
            assert reason is not None
            assert dict(reason.values) == {"owner": CLIENT}


async def test_a_window_is_raised_and_a_service_without_one_says_so(service: Serve, tmp_path: Path) -> None:
    with service.ready():
        answer = await ask(tmp_path, "show", {})
        assert answer is not None
        assert answer.failed
        async with attached(tmp_path) as remote:
            heard: list[Event] = []
            remote.events.subscribe(heard.append)
            answer = await ask(tmp_path, "show", {})
            assert answer is not None
            assert not answer.failed
            await until(lambda: ShowWindow() in heard)


async def test_closing_the_window_leaves_the_service_running(service: Serve, tmp_path: Path) -> None:
    with service.ready() as served:
        async with attached(tmp_path) as remote:
            await remote.put(Client(id=1, key="k"))
        async with attached(tmp_path) as again:
            assert list(again.configuration.clients) == [1]
        assert served.end().code == 0


async def test_a_service_that_was_killed_is_told_and_found_again(tmp_path: Path) -> None:
    with Serve(tmp_path).ready() as first:
        async with attached(tmp_path) as remote:
            await remote.put(Client(id=1, key="k"))
            waiting = asyncio.ensure_future(remote.verify())
            await waiting
            first.kill()
            await until(lambda: remote.line.lost)
            assert [(row.owner, row.state) for row in remote.flows()] == [(CLIENT, State.STOPPED)]
            with pytest.raises(NpsError, match="has ended"):
                await remote.remove(CLIENT)
            with Serve(tmp_path).ready():
                await until(lambda: remote.flow(CLIENT).state is State.RUNNING)
                await remote.remove(CLIENT)
                assert remote.flows() == []


async def test_without_a_service_there_is_nothing_to_attach_to(tmp_path: Path) -> None:
    with pytest.raises(NpsError, match="does not answer"):
        await RemoteProgram.open(tmp_path)


async def test_what_was_deleted_is_put_back_and_the_service_says_what_it_would_undo(
    service: Serve, tmp_path: Path
) -> None:
    with service.ready():
        async with attached(tmp_path) as remote:
            await remote.add(OwnerKind.CLIENT, {"remark": "家"})
            await remote.remove(CLIENT)
            who = Sentence("{owner} “{name}”", (("owner", CLIENT), ("name", "家")))
            await until(lambda: remote.steps().undo == Sentence("delete {owner}", (("owner", who),)))

            assert await remote.undo() == CLIENT
            assert remote.flow(CLIENT).remark == "家"
