"""Server and agent over real sockets: logins, streams, and what happens when either is lost."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
from dataclasses import replace

import psutil
import pytest

from npsgui.bridge.agent import AgentPhase
from npsgui.bridge.handshake import Errand, KeyRefused, Purpose
from npsgui.bridge.knock import knock
from npsgui.model.entities import Target
from npsgui.model.errors import AgentLost, TargetUnreachable
from npsgui.model.events import AgentDown, AgentUp
from npsgui.relay.sockets import allow_many_sockets
from tests.bridge.captured import NPC_SAYS, NPS_ANSWERS
from tests.bridge.town import KEY, town
from tests.bridge.wiring import Notes
from tests.conftest import Run
from tests.relay.house import echo, free_port, serving
from tests.waiting import until

MIB = 1024 * 1024

WRAPS = pytest.mark.parametrize(
    "options", [{}, {"crypt": True}, {"compress": True}], ids=["plain", "crypt", "compress"]
)


@pytest.mark.parametrize(
    "options", [{}, {"crypt": True}, {"compress": True}], ids=["plain", "crypt", "compress"]
)
def test_64_mib_come_back_as_they_were_sent(run: Run[None], options: dict[str, bool]) -> None:
    async def body() -> None:
        size = (8 if options else 64) * MIB
        data = os.urandom(MIB)
        expected, got = hashlib.sha256(), hashlib.sha256()
        async with serving(echo) as (target,), town() as place:
            agent, _task = await place.agent()
            notes = place.visit(target, **options)
            received = 0
            for _ in range(size // MIB):
                expected.update(data)
                notes.stream.write(data)
                await until(lambda: not notes.stream.get_write_buffer_size() or len(notes.data) > 2 * MIB)
                got.update(notes.data)
                received += len(notes.data)
                notes.data.clear()
            await until(lambda: received + len(notes.data) == size)
            got.update(notes.data)

            assert got.digest() == expected.digest()
            assert (agent.flow.inlet, agent.flow.export) == (size, size)
            notes.stream.close()
            await until(lambda: not agent.streams.open)

    run(body())


def test_an_agent_is_shown_while_it_is_online(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            assert place.bridge.agents() == []
            _agent, task = await place.agent()
            await until(lambda: place.bridge.agents()[0].latency is not None)

            (row,) = place.bridge.agents()
            assert (row.client, row.streams) == (1, 0)
            assert row.version.startswith("npsgui ")
            assert row.address.startswith("127.0.0.1:")
            task.cancel()
            await until(lambda: not place.bridge.agents())
            assert [(event.client, event.address) for event in place.of(AgentUp)] == [(1, row.address)]
            assert [event.client for event in place.of(AgentDown)] == [1]

    run(body())


def test_without_an_agent_nothing_is_opened(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            with pytest.raises(TargetUnreachable):
                place.visit(Target("127.0.0.1", 1))

    run(body())


@pytest.mark.parametrize(
    "options", [{}, {"crypt": True}, {"compress": True}], ids=["plain", "crypt", "compress"]
)
def test_a_dead_target_is_told_apart_from_a_lost_agent(run: Run[None], options: dict[str, bool]) -> None:
    async def body() -> None:
        async with town() as place:
            agent, _task = await place.agent()
            notes = place.visit(Target("127.0.0.1", free_port()), **options)
            notes.stream.write(b"hello")
            await until(lambda: notes.lost)

            assert isinstance(notes.error, ConnectionRefusedError)
            assert agent.streams.refused == 1
            assert not agent.streams.open

    run(body())


def test_half_close_reaches_the_target_and_its_answer_comes_back(run: Run[None]) -> None:
    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"%d bytes" % len(await reader.read()))
        await writer.drain()

    async def body() -> None:
        async with serving(count) as (target,), town() as place:
            await place.agent()
            notes = place.visit(target)
            notes.stream.write(bytes(20_000))
            notes.stream.write_eof()
            await until(lambda: notes.eof)

            assert bytes(notes.data) == b"20000 bytes"
            notes.stream.close()

    run(body())


def test_streams_of_an_agent_that_is_killed_are_lost_and_it_comes_back(run: Run[None]) -> None:
    async def body() -> None:
        async with serving(echo) as (target,), town() as place:
            agent, task = await place.agent()
            visitors = [place.visit(target) for _ in range(100)]
            for notes in visitors:
                notes.stream.write(b"x")
            await until(lambda: all(notes.data for notes in visitors))
            task.cancel()
            await until(lambda: all(notes.lost for notes in visitors))

            assert all(isinstance(notes.error, AgentLost) for notes in visitors)
            assert not agent.streams.open
            await place.agent()
            again = place.visit(target)
            again.stream.write(b"back")
            await until(lambda: bytes(again.data) == b"back")

    run(body())


def test_an_agent_reconnects_when_the_server_is_back(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            agent, _task = await place.agent()
            everything = place.configuration.everything
            place.bridge.close()
            await until(lambda: agent.state.phase is AgentPhase.WAITING)
            assert agent.state.reason is not None
            place.apply(everything)
            await until(lambda: agent.state.phase is AgentPhase.ONLINE and bool(place.bridge.agents()))

            assert len(place.of(AgentUp)) == 2

    run(body())


def test_a_second_login_takes_over_and_the_first_one_is_closed(run: Run[None]) -> None:
    async def body() -> None:
        async with serving(echo) as (target,), town() as place:
            main, _ = await place.knock(Errand.MAIN)
            chan, _ = await place.knock(Errand.CHAN)
            first = Notes(), Notes()
            main.set_protocol(first[0])
            chan.set_protocol(first[1])
            await until(lambda: bool(place.bridge.agents()))
            await place.agent()
            await until(lambda: all(notes.eof or notes.lost for notes in first))

            assert bytes(first[0].data) == b"clse"
            assert len(place.bridge.agents()) == 1
            notes = place.visit(target)
            notes.stream.write(b"to the second")
            await until(lambda: len(notes.data) == 13)
            assert [(event.client, event.replaced) for event in place.of(AgentDown)] == [(1, True)]
            main.abort()
            chan.abort()

    run(body())


def test_the_end_of_one_login_leaves_the_others(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            _one, task = await place.agent()
            await place.agent("other")
            await until(lambda: len(place.bridge.agents()) == 2)
            task.cancel()
            await until(lambda: len(place.bridge.agents()) == 1)

            assert [row.client for row in place.bridge.agents()] == [2]

    run(body())


def test_a_wrong_key_is_answered_and_closed(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            with pytest.raises(KeyRefused):
                await place.knock(Errand.MAIN, "wrong")
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
            writer.write(NPC_SAYS + bytes(32))

            assert await reader.read() == NPS_ANSWERS + b"vkey"
            writer.close()

    run(body())


def test_wrong_keys_slow_their_address_down(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            loop = asyncio.get_running_loop()
            for guess in range(3):
                with pytest.raises(KeyRefused):
                    await place.knock(Errand.MAIN, f"wrong {guess}")
            began = loop.time()
            with pytest.raises(KeyRefused):
                await place.knock(Errand.MAIN, "wrong")

            assert loop.time() - began >= 0.2  # of 0.25; stock qasync wakes early

    run(body())


def test_another_core_version_is_closed_without_a_byte(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
            writer.write(NPC_SAYS.replace(b"0.26.0", b"0.27.0"))
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()

    run(body())


def test_a_flood_of_half_open_handshakes_keeps_no_agent_out() -> None:
    async def body() -> None:
        async with town() as place, contextlib.AsyncExitStack() as stack:
            loop = asyncio.get_running_loop()
            allow_many_sockets()
            place.bridge.apply(place.configuration)
            memory = psutil.Process().memory_info().rss
            for _ in range(5000):
                flood = stack.enter_context(socket.socket())
                flood.setblocking(False)
                await loop.sock_connect(flood, ("127.0.0.1", place.port))
                flood.send(b"TST")
            grown = psutil.Process().memory_info().rss - memory
            began = loop.time()
            await place.agent()

            assert loop.time() - began < 3
            assert len(place.bridge._porter.waiting) <= 256
            assert grown < 32 * MIB

    # asyncio's debug mode keeps a traceback of each connection: not what is measured here
    asyncio.run(body(), debug=False)


def test_a_disabled_client_loses_its_agent_and_is_refused(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            await place.agent()
            place.apply(replace(place.configuration.clients[1], enabled=False))
            await until(lambda: bool(place.of(AgentDown)))

            assert place.bridge.agents() == []
            with pytest.raises(KeyRefused):
                await place.knock(Errand.MAIN)

    run(body())


def test_a_new_key_ends_the_login_of_the_old_one(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            await place.agent()
            place.apply(replace(place.configuration.clients[1], key="fresh"))
            await until(lambda: not place.bridge.agents())
            await place.agent("fresh")

    run(body())


def test_a_port_that_is_taken_is_told_and_tried_again(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            assert (place.bridge.listener(), place.bridge.port) == (True, place.port)
            with socket.create_server(("127.0.0.1", 0)) as taken:
                port = taken.getsockname()[1]
                place.apply(replace(place.configuration.everything, bridge_port=port))
                assert str(place.bridge.listener()) == f"Port {port} on * is in use."
            place.bridge.try_to_listen()

            assert (place.bridge.listener(), place.bridge.port) == (True, port)
            await asyncio.sleep(0)

    run(body())


def test_a_secret_visitor_is_handed_on(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            transport, _ = await knock(place.server, KEY, Purpose(Errand.SECRET, b"5" * 32), None)
            await until(lambda: bool(place.secrets))

            assert place.secrets[0].purpose.argument == b"5" * 32
            transport.abort()
            place.secrets[0].transport.abort()

    run(body())
