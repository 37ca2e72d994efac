"""Every kind of tunnel through an agent: a whole program, our own agent, real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from npsgui.app.program import Program
from npsgui.bridge.agent import Agent
from npsgui.model.entities import OwnerKey, OwnerKind, Target
from npsgui.model.events import Event, SessionClosed
from npsgui.model.gate import Cause
from npsgui.model.views import State
from npsgui.relay.socks5 import Reply, format_datagram
from npsgui.tasks import spawn
from tests.conftest import Run
from tests.relay.house import Stream, echo, free_port, hang_up, read_all, send_all, serving
from tests.relay.http_talk import answer, tell
from tests.relay.udp_peer import peer
from tests.waiting import until

KEY = "agentkey"
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)
PAYLOAD = random.Random(4).randbytes(2_000_000)


class Village:
    """A program whose client 1 has an agent."""

    def __init__(self, program: Program, bridge: int) -> None:
        self.program = program
        self.bridge = bridge
        self.port = 0
        self.seen: list[Event] = []
        program.events.subscribe(self.seen.append)
        self._agents: list[asyncio.Task[None]] = []
        self.agent: Agent | None = None

    async def connect(self) -> None:
        """Let an agent log in."""
        self.agent = Agent(Target("127.0.0.1", self.bridge), KEY)
        self._agents.append(spawn(self.agent.run(), "agent"))
        await until(lambda: bool(self.program.agents()))

    async def disconnect(self) -> None:
        """End the agents."""
        for task in self._agents:
            task.cancel()
        await asyncio.gather(*self._agents, return_exceptions=True)
        self._agents.clear()

    async def tunnel(self, mode: str, *targets: Target, **words: str) -> None:
        """Add tunnel 1, whose targets the agent dials."""
        self.port = free_port()
        given = {"client": "1", "mode": mode, "via": "agent", "targets": ",".join(map(str, targets))} | words
        if mode != "secret":
            given["port"] = str(self.port)
        await self.program.add(OwnerKind.TUNNEL, given)

    async def visit(self) -> Stream:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)

    def moved(self) -> tuple[int, int]:
        row = self.program.flow(TUNNEL)
        return row.inlet, row.export

    def closed(self) -> list[SessionClosed]:
        return [event for event in self.seen if isinstance(event, SessionClosed)]


@contextlib.asynccontextmanager
async def village(folder: Path, **client: str) -> AsyncIterator[Village]:
    program = await Program.open(folder)
    try:
        bridge = free_port()
        await program.set(OwnerKey(OwnerKind.GLOBAL, 0), {"bridge_port": str(bridge)})
        await program.add(OwnerKind.CLIENT, {"key": KEY, **client})
        made = Village(program, bridge)
        await made.connect()
        try:
            yield made
        finally:
            await made.disconnect()
        assert [str(problem) for problem in await program.verify()] == []
    finally:
        await program.close()


@pytest.mark.parametrize(
    "client", [{}, {"crypt": "yes"}, {"compress": "yes"}], ids=["plain", "crypt", "compress"]
)
def test_tcp_comes_through_whole_and_is_counted_alike_on_both_sides(
    run: Run[Any], tmp_path: Path, client: dict[str, str]
) -> None:
    async def body() -> None:
        async with serving(echo) as targets, village(tmp_path, **client) as made:
            await made.tunnel("tcp", *targets)
            stream = await made.visit()
            _, got = await asyncio.gather(send_all(stream, PAYLOAD), read_all(stream))
            await hang_up(stream)

            assert hashlib.sha256(got).digest() == hashlib.sha256(PAYLOAD).digest()
            assert made.moved() == (len(PAYLOAD), len(PAYLOAD))
            assert made.agent is not None
            flow = made.agent.flow
            await until(lambda: (flow.inlet, flow.export) == made.moved())

    run(body())


def test_udp_datagrams_keep_their_boundaries(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with peer(lambda data: data[::-1]) as target, peer() as visitor, village(tmp_path) as made:
            await made.tunnel("udp", Target("127.0.0.1", target.port))
            for size in (1, 1472, 9000, 20_000):
                data = PAYLOAD[:size]
                visitor.send(data, ("127.0.0.1", made.port))

                assert (await visitor.came.get())[0] == data[::-1]
            assert made.moved() == (30_473, 30_473)

    run(body())


def test_socks5_reaches_what_the_agent_reaches(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as targets, village(tmp_path) as made:
            await made.tunnel("socks5")
            stream = await made.visit()
            stream[1].write(b"\5\1\0\5\1\0\1" + socket.inet_aton("127.0.0.1") + targets[0].port.to_bytes(2))
            assert (await stream[0].readexactly(12))[3] == Reply.SUCCEEDED
            stream[1].write(b"hello")

            assert await stream[0].readexactly(5) == b"hello"
            await hang_up(stream)

    run(body())


def test_socks5_datagrams_go_through_the_agent(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with peer(lambda data: data.upper()) as target, peer() as visitor, village(tmp_path) as made:
            await made.tunnel("socks5")
            stream = await made.visit()
            stream[1].write(b"\5\1\0\5\3\0\1" + bytes(4) + visitor.port.to_bytes(2))
            door = int.from_bytes((await stream[0].readexactly(12))[10:])
            visitor.send(format_datagram("127.0.0.1", target.port, b"hello"), ("127.0.0.1", door))

            answered = (await visitor.came.get())[0]
            assert answered == format_datagram("127.0.0.1", target.port, b"HELLO")
            assert made.moved() == (5, 5)
            await hang_up(stream)

    run(body())


def test_http_requests_go_through_the_agent(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(tell) as targets, village(tmp_path) as made:
            await made.tunnel("httpProxy")
            stream = await made.visit()
            for _ in range(2):
                stream[1].write(b"GET http://127.0.0.1:%d/a HTTP/1.1\r\nHost: x\r\n\r\n" % targets[0].port)

                assert (await answer(stream))[1].startswith(b"GET /a HTTP/1.1\r\n")
            await hang_up(stream)
            http = free_port()
            await made.program.set(OwnerKey(OwnerKind.GLOBAL, 0), {"http_port": str(http)})
            words = {"client": "1", "host": "a.test", "targets": str(targets[0]), "via": "agent"}
            await made.program.add(OwnerKind.HOST, words)
            other = await asyncio.open_connection("127.0.0.1", http)
            other[1].write(b"GET /b HTTP/1.1\r\nHost: a.test\r\n\r\n")

            assert (await answer(other))[1].startswith(b"GET /b HTTP/1.1\r\n")
            await hang_up(other)

    run(body())


def test_a_secret_tunnel_is_reached_with_its_password_alone(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as targets, village(tmp_path) as made:
            await made.tunnel("secret", *targets, password="sec1")
            for password, works in ((b"sec1", True), (b"sec2", False)):
                stream = await knock(
                    made.bridge, b"sert" + hashlib.md5(password).hexdigest().encode() + b"hi"
                )
                if works:
                    assert await stream[0].readexactly(2) == b"hi"
                else:
                    assert await read_all(stream) == b""
                await hang_up(stream)
            await until(lambda: bool(made.closed()))
            assert made.moved() == (2, 2)

    run(body())


async def knock(port: int, errand: bytes) -> Stream:
    """A visitor's handshake, as npc does it. Source: nps-wire.md sections 2 and 10.8."""
    stream = await asyncio.open_connection("127.0.0.1", port)
    stream[1].write(b"TST" + b"\6\0\0\0" + b"0.26.0" + b"\7\0\0\0" + b"0.26.10")
    await stream[0].readexactly(32)
    stream[1].write(hashlib.md5(KEY.encode()).hexdigest().encode())
    assert await stream[0].readexactly(4) == b"sucs"
    stream[1].write(errand)
    return stream


def test_without_its_agent_a_tunnel_is_offline_and_says_so(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as targets, village(tmp_path) as made:
            await made.tunnel("tcp", *targets)
            assert made.program.flow(TUNNEL).state is State.RUNNING
            await made.disconnect()
            await until(lambda: not made.program.agents())
            stream = await made.visit()

            assert await read_all(stream) == b""
            row = made.program.flow(TUNNEL)
            assert (row.state, str(row.reason)) == (State.OFFLINE, "The agent of client 1 is not connected.")
            assert made.program.flow(OwnerKey(OwnerKind.CLIENT, 1)).state is State.OFFLINE
            await hang_up(stream)
            await made.connect()
            assert made.program.flow(TUNNEL).state is State.RUNNING

    run(body())


def test_a_hundred_streams_of_an_agent_that_dies_end_for_that_reason(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as targets, village(tmp_path) as made:
            await made.tunnel("tcp", *targets)
            streams = [await made.visit() for _ in range(100)]
            for stream in streams:
                stream[1].write(b"x")
                await stream[0].readexactly(1)
            await made.disconnect()
            await until(lambda: len(made.closed()) == 100)

            assert {event.cause for event in made.closed()} == {Cause.AGENT}
            assert made.moved() == (100, 100)
            for stream in streams:
                await hang_up(stream)

    run(body())


def test_a_target_that_the_agent_cannot_reach_ends_the_session_for_that_reason(
    run: Run[Any], tmp_path: Path
) -> None:
    async def body() -> None:
        async with village(tmp_path) as made:
            await made.tunnel("tcp", Target("127.0.0.1", free_port()))
            stream = await made.visit()

            assert await read_all(stream) == b""
            await until(lambda: bool(made.closed()))
            assert made.closed()[0].cause is Cause.TARGET
            await hang_up(stream)

    run(body())


def test_a_quota_cuts_a_stream_through_an_agent_to_the_byte(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as targets, village(tmp_path, quota="1000000") as made:
            await made.tunnel("tcp", *targets)
            stream = await made.visit()
            await asyncio.gather(send_all(stream, PAYLOAD), read_all(stream))

            assert sum(made.moved()) == 1_000_000
            await hang_up(stream)

    run(body())
