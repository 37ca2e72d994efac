"""What goes in comes out, once, in order, and is counted on every owner above it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
from typing import Any

from npsgui.model.entities import GLOBAL_KEY, Limits
from npsgui.model.events import SessionClosed, SessionOpened
from npsgui.model.gate import Cause
from npsgui.relay.sockets import KEEPALIVE_SECONDS, adopt_visitor, listen
from tests.conftest import Run
from tests.relay.house import CLIENT, TUNNEL, Stream, echo, hang_up, house, read_all, send_all
from tests.waiting import until

RST = struct.pack("ii", 1, 0)
"""SO_LINGER that makes close() send RST."""

PAYLOAD = random.Random(1).randbytes(3_000_000)


def test_bytes_come_through_unchanged_and_are_counted_on_every_owner(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            visitor = await made.visit()
            _, answer = await asyncio.gather(send_all(visitor, PAYLOAD), read_all(visitor))
            await hang_up(visitor)
            await until(lambda: bool(made.of(SessionClosed)))

            assert answer == PAYLOAD
            for key in (TUNNEL, CLIENT, GLOBAL_KEY):
                flow = made.flow(key)
                assert (flow.inlet, flow.export) == (len(PAYLOAD), len(PAYLOAD))
            closed = made.seen[-1]
            assert isinstance(closed, SessionClosed)
            assert (closed.inlet, closed.export, closed.cause) == (len(PAYLOAD), len(PAYLOAD), Cause.PEER)

    run(body())


def test_the_first_byte_is_counted_while_the_connection_is_open(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            visitor = await made.visit()
            visitor[1].write(b"x")
            await visitor[0].readexactly(1)

            assert (made.flow().inlet, made.flow().export) == (1, 1)
            assert [(row.inlet, row.export, row.client) for row in made.relay.connections()] == [(1, 1, 1)]
            await hang_up(visitor)

    run(body())


def test_eight_slow_readers_at_once_each_get_their_own_bytes(run: Run[Any]) -> None:
    """From Python 3.12 on, a transport keeps a reference to what it could not send (design.md section 3)."""

    async def body() -> None:
        async def send_own(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(random.Random(await reader.readexactly(1)).randbytes(6_000_000))
            await writer.drain()

        async def read_slowly(number: int) -> bool:
            stream = await made.visit()
            stream[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            stream[1].write(bytes([number]))
            parts = []
            while part := await stream[0].read(100_000):
                parts.append(part)
                await asyncio.sleep(0)
            await hang_up(stream)
            return b"".join(parts) == random.Random(bytes([number])).randbytes(6_000_000)

        async with house(send_own) as made:
            assert await asyncio.gather(*(read_slowly(number) for number in range(8))) == [True] * 8

    run(body())


def test_a_half_closed_visitor_still_gets_its_answer(run: Run[Any]) -> None:
    async def body() -> None:
        async def answer_at_eof(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"got %d" % len(await reader.read()))
            await writer.drain()

        async with house(answer_at_eof) as made:
            visitor = await made.visit()
            await send_all(visitor, b"question")

            assert await read_all(visitor) == b"got 8"
            await hang_up(visitor)

    run(body())


def test_a_target_that_half_closes_still_gets_the_rest(run: Run[Any]) -> None:
    async def body() -> None:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def greet_then_listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"hello")
            writer.write_eof()
            heard.set_result(await reader.read())

        async with house(greet_then_listen) as made:
            visitor = await made.visit()
            assert await visitor[0].read() == b"hello"
            await send_all(visitor, b"late")

            assert await heard == b"late"
            await hang_up(visitor)

    run(body())


def test_a_reset_by_the_visitor_resets_the_target(run: Run[Any]) -> None:
    async def body() -> None:
        ended: asyncio.Future[type] = asyncio.get_running_loop().create_future()

        async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.read()
                ended.set_result(bytes)
            except ConnectionError as error:
                ended.set_result(type(error))

        async with house(wait) as made:
            visitor = await made.visit()
            await until(lambda: bool(made.of(SessionOpened)))
            reset(visitor)

            assert await ended is ConnectionResetError
            await until(lambda: not made.relay.connections())

    run(body())


def test_a_reset_by_the_target_resets_the_visitor(run: Run[Any]) -> None:
    async def body() -> None:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(1)
            reset((reader, writer))

        async with house(refuse) as made:
            visitor = await made.visit()
            visitor[1].write(b"x")
            with contextlib.suppress(ConnectionResetError):
                assert await visitor[0].read() == b""
            await hang_up(visitor)
            await until(lambda: bool(made.of(SessionClosed)))

            gate = made.accounts.gate(TUNNEL)
            assert gate is not None
            assert gate.open == 0

    run(body())


def test_a_session_is_closed_whose_reset_was_not_yet_seen(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            with socket.create_connection(("127.0.0.1", made.relay.port(TUNNEL))) as visitor:
                await until(lambda: bool(made.of(SessionOpened)))
                visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
            # the loop has not turned since
            await made.relay.close()

            assert made.of(SessionClosed)

    run(body())


def test_a_visitor_that_sends_nothing_costs_a_session_and_no_more(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo, limits=Limits(quota=1000, rate=1000)) as made:
            visitor = await made.visit()
            await until(lambda: len(made.relay.connections()) == 1)
            await hang_up(visitor)
            await until(lambda: bool(made.of(SessionClosed)))

            assert made.flow() == made.flow().__class__(quota=1000, parent=made.flow(CLIENT))

    run(body())


def reset(stream: Stream) -> None:
    """Close with RST."""
    peer = stream[1].get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    stream[1].transport.abort()


def test_what_a_visitor_sends_waits_for_nothing_and_one_that_has_vanished_is_found_out() -> None:
    listening = listen("127.0.0.1", 0)
    with listening, socket.create_connection(listening.getsockname()):
        listening.setblocking(True)
        accepted, _address = listening.accept()
        with accepted:
            adopt_visitor(accepted)
            assert accepted.gettimeout() == 0
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == KEEPALIVE_SECONDS
