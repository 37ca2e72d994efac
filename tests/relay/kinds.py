"""One client with a way to be visited over each kind of tunnel and over a host: what is sent comes back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import TypeAlias

from npsgui.model.entities import Host, Mode
from tests.relay.house import House, Stream, echo, free_port, hang_up, house, serving
from tests.relay.test_udp import peer, tunnel

Exchange: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Sends, and gives as much as comes back."""


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of tunnel, open."""

    house: House
    visit: Callable[[], Awaitable[Exchange]]
    """Begins a session. Raises ConnectionError or IncompleteReadError: when it is refused."""
    leave: Callable[[], Awaitable[None]]
    """All visitors go: what was cut need not drain."""


Open: TypeAlias = Callable[[], AbstractAsyncContextManager[Way]]


@contextlib.asynccontextmanager
async def _streams(
    made: House,
    connect: Callable[[], Awaitable[Stream]],
    ask: Callable[[Stream], Awaitable[None]] | None = None,
) -> AsyncIterator[Way]:
    """Visitors that hold a stream each, and ``ask`` for the target first."""
    streams: list[Stream] = []

    async def visit() -> Exchange:
        stream = await connect()
        streams.append(stream)
        if ask is not None:
            await ask(stream)

        async def exchange(data: bytes) -> bytes:
            stream[1].write(data)
            return await stream[0].readexactly(len(data))

        return exchange

    async def leave() -> None:
        while streams:
            await hang_up(streams.pop())

    yield Way(made, visit, leave)
    await leave()


@contextlib.asynccontextmanager
async def over_tcp() -> AsyncIterator[Way]:
    async with house(echo) as made, _streams(made, made.visit) as way:
        yield way


@contextlib.asynccontextmanager
async def over_socks5() -> AsyncIterator[Way]:
    async def ask(stream: Stream) -> None:
        stream[1].write(b"\5\1\0\5\1\0\1" + socket.inet_aton("127.0.0.1") + target.port.to_bytes(2))
        assert await stream[0].readexactly(2) == b"\5\0"
        if (await stream[0].readexactly(10))[1]:
            raise ConnectionError("refused")

    async with serving(echo) as (target,), house(echo) as made, _streams(made, made.visit, ask) as way:
        made.apply(replace(made.configuration.tunnels[1], mode=Mode.SOCKS5, targets=()))
        yield way


@contextlib.asynccontextmanager
async def over_http_proxy() -> AsyncIterator[Way]:
    async def ask(stream: Stream) -> None:
        await _ask(stream, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")

    async with serving(echo) as (target,), house(echo) as made, _streams(made, made.visit, ask) as way:
        made.apply(replace(made.configuration.tunnels[1], mode=Mode.HTTP_PROXY, targets=()))
        yield way


@contextlib.asynccontextmanager
async def over_host() -> AsyncIterator[Way]:
    async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
        await echo(reader, writer)

    async def connect() -> Stream:
        return await asyncio.open_connection("127.0.0.1", made.relay.shared_port("http"), limit=1 << 20)

    async def ask(stream: Stream) -> None:
        lines = ("GET / HTTP/1.1", "Host: a.test", "Upgrade: echo", "Connection: Upgrade", "", "")
        await _ask(stream, "\r\n".join(lines))

    async with serving(upgrade) as targets, house(echo) as made, _streams(made, connect, ask) as way:
        everything = replace(made.configuration.everything, http_port=free_port())
        made.apply(everything, Host(id=1, client=1, host="a.test", targets=tuple(targets)))
        yield way


async def _ask(stream: Stream, request: str) -> None:
    """Read the head of an answer that grants the request."""
    stream[1].write(request.encode())
    head = await stream[0].readuntil(b"\r\n\r\n")
    if head.split()[1] not in (b"200", b"101"):
        raise ConnectionError(head.decode())


@contextlib.asynccontextmanager
async def over_udp() -> AsyncIterator[Way]:
    async def leave() -> None:
        await asyncio.sleep(0)

    async with (
        peer(lambda data: data) as target,
        tunnel(target) as (made, door),
        contextlib.AsyncExitStack() as stack,
    ):

        async def visit() -> Exchange:
            visitor = await stack.enter_async_context(peer())

            async def exchange(data: bytes) -> bytes:
                visitor.send(data, door)
                return (await visitor.came.get())[0]

            return exchange

        yield Way(made, visit, leave)


KINDS: dict[str, Open] = {
    "tcp": over_tcp,
    "udp": over_udp,
    "socks5": over_socks5,
    "http proxy": over_http_proxy,
    "host": over_host,
}
