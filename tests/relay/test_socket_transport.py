"""A socket's transport by itself: what its protocol hears, whatever the peer does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from npsgui.relay.socket_transport import SocketTransport
from tests.conftest import Run

pytestmark = pytest.mark.parametrize("loop_name", ["asyncio", "npsgui"])

MUCH = 8 << 20
"""Bytes that no socket takes at once."""


class Recorder(asyncio.BufferedProtocol):
    """Keeps all that a transport tells it, as a script of events."""

    def __init__(self, *, stays: bool = True) -> None:
        self.events: list[object] = []
        self.stays = stays
        self.mistake: Exception | None = None
        self.buffer = bytearray(1024)
        self.heard, self.ended = asyncio.Event(), asyncio.Event()
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, count: int) -> None:
        if self.mistake is not None:
            raise self.mistake
        self.events.append(bytes(self.buffer[:count]))
        self.heard.set()

    def eof_received(self) -> bool:
        self.events.append("eof")
        self.ended.set()
        return self.stays

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        if self.mistake is not None:
            raise self.mistake
        self.events.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


@contextlib.contextmanager
def connected(protocol: Recorder) -> Iterator[tuple[SocketTransport, socket.socket]]:
    """A transport that reads, and its peer; both over loopback."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname())
        made = server.accept()[0]
    for one in (peer, made):
        one.setblocking(False)
    transport = SocketTransport(loop, made, protocol)
    transport.resume_reading()
    with peer:
        yield transport, peer
    transport.abort()


def reset(peer: socket.socket) -> None:
    """Close with RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


async def receive(peer: socket.socket) -> int:
    """How many bytes come until EOF."""
    count = 0
    while data := await asyncio.get_running_loop().sock_recv(peer, 1 << 20):
        count += len(data)
    return count


def test_what_a_socket_does_not_take_pauses_and_is_sent_before_eof(run: Run[Any]) -> None:
    async def body() -> None:
        protocol = Recorder()
        with connected(protocol) as (transport, peer):
            transport.write(bytes(MUCH))
            transport.write(b"more")
            transport.write_eof()
            assert protocol.events == ["pause"]
            assert await receive(peer) == MUCH + 4
            assert protocol.events == ["pause", "resume"]
            assert not transport.get_write_buffer_size()

    run(body())


def test_what_is_unsent_is_sent_after_close(run: Run[Any]) -> None:
    async def body() -> None:
        protocol = Recorder()
        with connected(protocol) as (transport, peer):
            transport.write(bytes(MUCH))
            transport.close()
            assert transport.is_closing()
            assert await receive(peer) == MUCH
            assert await protocol.lost is None

    run(body())


def test_a_peer_that_has_sent_eof_can_still_be_answered(run: Run[Any]) -> None:
    async def body() -> None:
        protocol = Recorder()
        with connected(protocol) as (transport, peer):
            peer.send(b"question")
            peer.shutdown(socket.SHUT_WR)
            await protocol.ended.wait()
            await asyncio.sleep(0)
            assert not transport.is_reading()
            transport.write(b"answer")
            transport.close()
            assert await receive(peer) == len(b"answer")
        assert protocol.events == [b"question", "eof"]

    run(body())


def test_a_protocol_that_does_not_stay_after_eof_is_closed(run: Run[Any]) -> None:
    async def body() -> None:
        protocol = Recorder(stays=False)
        with connected(protocol) as (_transport, peer):
            peer.shutdown(socket.SHUT_WR)
            assert await protocol.lost is None

    run(body())


@pytest.mark.parametrize("reading", [True, False])
def test_a_reset_is_told_by_its_error(run: Run[Any], reading: bool) -> None:
    async def body() -> None:
        protocol = Recorder()
        with connected(protocol) as (transport, peer):
            if not reading:
                transport.pause_reading()
                transport.write(bytes(MUCH))
            reset(peer)
            assert isinstance(await protocol.lost, ConnectionError)
            transport.write(b"nobody")
            transport.write_eof()
            transport.resume_reading()
            assert not transport.is_reading()
            assert not transport.get_write_buffer_size()

    run(body())


def test_nothing_is_read_while_it_is_paused(run: Run[Any]) -> None:
    async def body() -> None:
        protocol = Recorder()
        with connected(protocol) as (transport, peer):
            transport.pause_reading()
            peer.send(b"early")
            await asyncio.sleep(0.005)
            assert protocol.events == []
            transport.resume_reading()
            await protocol.heard.wait()
            assert protocol.events == [b"early"]

    run(body())


@pytest.mark.parametrize("mistake", [ZeroDivisionError(), OSError()], ids=["any", "looks like the peer's"])
@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
def test_a_mistake_in_the_protocol_is_reported_and_closes_the_connection(
    run: Run[Any], mistake: Exception, writes: bool
) -> None:
    async def body() -> None:
        reports: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reports.append(context))
        protocol = Recorder()
        protocol.mistake = mistake
        with connected(protocol) as (transport, peer):
            if writes:
                transport.write(bytes(MUCH))
                await receive(peer)
            else:
                peer.send(b"what?")
            assert await protocol.lost is None
        assert [report["exception"] for report in reports] == [mistake]

    run(body())
