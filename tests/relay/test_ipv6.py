"""Every kind over IPv6: visitors and targets on ::1."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from npsgui.model.entities import Host, Mode, Target
from npsgui.relay.socks5 import Command, Reply, format_datagram, parse_datagram
from tests.conftest import Run
from tests.relay.house import TUNNEL, House, Stream, echo, free_port, hang_up, house, serving
from tests.relay.kinds import request
from tests.relay.udp_peer import Peer

HERE = "::1"
ADDRESS = socket.inet_pton(socket.AF_INET6, HERE)


@pytest.fixture
def loop_name() -> str:
    """The window's loop: addresses are the same to all."""
    return "npsgui"


@contextlib.asynccontextmanager
async def v6(mode: Mode, bind: str = HERE) -> AsyncIterator[tuple[House, Target]]:
    """A tunnel of this kind, and a target that sends back what comes."""
    async with serving(echo, address=HERE) as [target], house(echo) as made:
        made.apply(replace(made.configuration.tunnels[1], mode=mode, bind=bind, targets=(target,)))
        yield made, target


@contextlib.asynccontextmanager
async def peer(
    family: socket.AddressFamily = socket.AF_INET6, *, echoes: bool = False
) -> AsyncIterator[Peer]:
    here = HERE if family == socket.AF_INET6 else "127.0.0.1"
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(
        lambda: Peer((lambda data: data) if echoes else (lambda data: None)), local_addr=(here, 0)
    )
    try:
        yield made
    finally:
        transport.close()
        await asyncio.sleep(0)


async def visit(made: House) -> Stream:
    return await asyncio.open_connection(HERE, made.relay.port(TUNNEL))


async def comes_back(stream: Stream) -> None:
    stream[1].write(b"hello")
    assert await stream[0].readexactly(5) == b"hello"
    await hang_up(stream)


@pytest.mark.parametrize("bind", [HERE, ""])
def test_tcp(run: Run[Any], bind: str) -> None:
    async def body() -> None:
        async with v6(Mode.TCP, bind) as (made, _):
            stream = await visit(made)
            stream[1].write(b"hello")
            assert await stream[0].readexactly(5) == b"hello"
            assert made.relay.connections()[0].peer.startswith("[::1]:")
            await hang_up(stream)

    run(body())


@pytest.mark.parametrize("family", [socket.AF_INET6, socket.AF_INET])
def test_udp_on_every_interface_answers_from_the_address_that_was_written_to(
    run: Run[Any], family: socket.AddressFamily
) -> None:
    async def body() -> None:
        async with v6(Mode.UDP, "") as (made, _), peer(echoes=True) as target, peer(family) as visitor:
            targets = (Target(HERE, target.port),)
            made.apply(replace(made.configuration.tunnels[1], targets=targets))
            here = HERE if family == socket.AF_INET6 else "127.0.0.2"
            visitor.send(b"hello", (here, made.relay.port(TUNNEL)))
            data, source = await visitor.came.get()
            assert (data, source[0]) == (b"hello", here)

    run(body())


async def ask(stream: Stream, command: Command, target: Target) -> int:
    """The port that the answer names."""
    stream[1].write(b"\5\1\0\5%c\0\4" % command + ADDRESS + target.port.to_bytes(2))
    assert (await stream[0].readexactly(6))[:4] == bytes([5, 0, 5, Reply.SUCCEEDED])
    rest = await stream[0].readexactly(18)
    return int.from_bytes(rest[-2:])


def test_socks5(run: Run[Any]) -> None:
    async def body() -> None:
        async with v6(Mode.SOCKS5) as (made, target), peer(echoes=True) as other, peer() as visitor:
            stream = await visit(made)
            await ask(stream, Command.CONNECT, target)
            await comes_back(stream)
            stream = await visit(made)
            door = await ask(stream, Command.UDP_ASSOCIATE, Target(HERE, visitor.port))
            visitor.send(format_datagram(HERE, other.port, b"hello"), (HERE, door))
            parsed = parse_datagram((await visitor.came.get())[0])
            assert parsed is not None
            assert (parsed[0], bytes(parsed[1])) == (Target(HERE, other.port), b"hello")
            await hang_up(stream)

    run(body())


def test_http_proxy(run: Run[Any]) -> None:
    async def body() -> None:
        async with v6(Mode.HTTP_PROXY) as (made, target):
            stream = await visit(made)
            await request(stream, f"CONNECT {target} HTTP/1.1", f"Host: {target}")
            await comes_back(stream)

    run(body())


def test_a_host_may_be_named_by_its_address(run: Run[Any]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def body() -> None:
        async with house(answer) as made:
            everything = replace(made.configuration.everything, http_port=free_port(), http_bind=HERE)
            targets = made.configuration.tunnels[1].targets
            made.apply(everything, Host(id=1, client=1, host=HERE, targets=targets))
            stream = await asyncio.open_connection(HERE, everything.http_port)
            await request(stream, "GET / HTTP/1.1", f"Host: [{HERE}]:{everything.http_port}")
            await hang_up(stream)

    run(body())
