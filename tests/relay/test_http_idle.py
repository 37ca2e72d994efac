"""Who is waited for in the middle of a request is not waited for for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from npsgui.model.events import SessionClosed
from npsgui.model.gate import Cause
from tests.conftest import Run
from tests.relay.house import House, Stream, hang_up, house, read_all
from tests.relay.http_talk import host, open_ports, visit
from tests.relay.kinds import request
from tests.waiting import until

POST = b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\n"
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"


@contextlib.asynccontextmanager
async def visited(answer: bytes, http_idle: float = 0.0) -> AsyncIterator[tuple[House, Stream]]:
    """A visitor of a host whose target answers this much, and keeps its connection open."""

    async def target(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await reader.read()

    async with house(target, http_idle=http_idle) as made:
        open_ports(made, host(1, "a.test", *made.configuration.tunnels[1].targets))
        stream = await visit(made)
        yield made, stream
        await hang_up(stream)


async def tire(made: House, sent: int) -> None:
    """Let two seconds pass for the relay: what moved in the first one counts."""
    await until(lambda: [row.inlet + row.export for row in made.relay.connections()] == [sent])
    made.relay.sweep()
    await asyncio.sleep(0)
    made.relay.sweep()


@pytest.mark.parametrize(
    ("said", "answer", "told"),
    [
        (POST + b"123", b"", b"HTTP/1.1 408 "),
        (POST + b"123456789", b"", b"HTTP/1.1 504 "),
        (POST + b"123456789", BEGUN, BEGUN),
    ],
    ids=["half a body", "no answer", "half an answer"],
)
def test_a_request_in_which_nothing_moves_ends(
    run: Run[Any], said: bytes, answer: bytes, told: bytes
) -> None:
    async def body() -> None:
        async with visited(answer) as (made, stream):
            stream[1].write(said)
            await tire(made, len(said + answer))

            assert (await read_all(stream)).startswith(told)
            await until(lambda: bool(made.of(SessionClosed)))
            closed = made.of(SessionClosed)[0]
            assert isinstance(closed, SessionClosed)
            assert closed.cause is Cause.IDLE

    run(body())


def test_a_slow_one_has_time(run: Run[Any]) -> None:
    async def body() -> None:
        async with visited(b"", http_idle=60) as (made, stream):
            stream[1].write(POST)
            await tire(made, len(POST))
            assert len(made.relay.connections()) == 1

    run(body())


def test_what_was_upgraded_may_be_silent(run: Run[Any]) -> None:
    async def body() -> None:
        answer = b"HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"
        async with visited(answer) as (made, stream):
            lines = ("GET / HTTP/1.1", "Host: a.test", "Upgrade: x", "Connection: Upgrade")
            await request(stream, *lines)
            made.relay.sweep()
            made.relay.sweep()
            assert len(made.relay.connections()) == 1

    run(body())
