"""Streams and protocols over sockets, on every loop that npsgui runs on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.loop.checks import Recorder, close, echo, port_of

LARGE = bytes(range(256)) * 20_000


def test_a_server_serves_many_at_once(run: Run[Any]) -> None:
    async def body() -> None:
        async def ask(port: int, word: bytes) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(word)
            writer.write_eof()
            answer = await reader.read()
            await close(writer)
            return answer

        words = [b"%d" % number for number in range(50)]
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            port = port_of(server)
            assert await asyncio.gather(*(ask(port, word) for word in words)) == words

    run(body())


def test_megabytes_come_through_unchanged(run: Run[Any]) -> None:
    async def body() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))

            async def send() -> None:
                writer.write(LARGE)
                await writer.drain()
                writer.write_eof()

            _, answer = await asyncio.gather(send(), reader.read())
            assert answer == LARGE
            await close(writer)

    run(body())


def test_a_server_that_is_closed_refuses(run: Run[Any]) -> None:
    async def body() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = port_of(server)
        server.close()
        await server.wait_closed()
        assert not server.is_serving()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    run(body())


def test_serve_forever_ends_when_it_is_cancelled(run: Run[Any]) -> None:
    async def body() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, start_serving=False)
        serving = asyncio.create_task(server.serve_forever())
        await asyncio.sleep(0.001)
        assert server.is_serving()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert not server.is_serving()

    run(body())


def test_a_port_that_is_taken_cannot_be_listened_on(run: Run[Any]) -> None:
    async def body() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            with pytest.raises(OSError, match="address already in use"):
                await asyncio.start_server(echo, "127.0.0.1", port_of(server))

    run(body())


def test_unix_sockets_carry_streams(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        path = str(tmp_path / "socket")
        async with await asyncio.start_unix_server(echo, path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"hello")
            writer.write_eof()
            assert await reader.read() == b"hello"
            await close(writer)

    run(body())


def test_a_half_that_is_closed_still_hears_the_answer(run: Run[Any]) -> None:
    async def body() -> None:
        async def answer_after_eof(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            question = await reader.read()
            writer.write(question[::-1])
            await close(writer)

        async with await asyncio.start_server(answer_after_eof, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
            writer.write(b"abc")
            writer.write_eof()
            assert await reader.read() == b"cba"
            await close(writer)

    run(body())


def test_a_peer_that_resets_is_told_as_an_error(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            _, recorder = await loop.create_connection(Recorder, *listener.getsockname())
            peer, _ = listener.accept()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
            assert isinstance(await recorder.lost, ConnectionResetError)

    run(body())


def test_a_full_socket_pauses_the_writer_and_an_empty_one_resumes_it(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        transport, recorder = await loop.create_connection(Recorder, sock=ours)
        transport.set_write_buffer_limits(high=0)
        transport.write(LARGE)
        assert recorder.events == ["pause"]
        assert 0 < transport.get_write_buffer_size() < len(LARGE)

        received = bytearray()
        while len(received) < len(LARGE):
            received += await loop.sock_recv(theirs, 1 << 20)
        await recorder.resumed.wait()
        assert recorder.events == ["pause", "resume"]
        assert bytes(received) == LARGE

        transport.close()
        assert await recorder.lost is None
        theirs.close()

    run(body())


def test_nothing_is_received_while_reading_is_paused(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        transport, recorder = await loop.create_connection(Recorder, sock=ours)
        transport.pause_reading()
        theirs.send(b"hello")
        await asyncio.sleep(0.005)
        assert recorder.events == []

        transport.resume_reading()
        theirs.close()
        assert await recorder.lost is None
        assert recorder.events == [b"hello", "eof"]

    run(body())


def test_abort_drops_what_was_not_sent(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        transport, recorder = await loop.create_connection(Recorder, sock=ours)
        transport.write(LARGE)
        transport.abort()
        assert await recorder.lost is None
        theirs.close()

    run(body())


class EchoBuffer(asyncio.BufferedProtocol):
    """Sends back what it reads, through a buffer of seven bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray(7)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._transport.write(bytes(self._buffer[:nbytes]))


def test_a_buffered_protocol_reads_into_its_own_buffer(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(EchoBuffer, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
            writer.write(b"longer than seven bytes")
            writer.write_eof()
            assert await reader.read() == b"longer than seven bytes"
            await close(writer)

    run(body())


def test_an_accepted_socket_becomes_a_transport(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            accepted, _ = listener.accept()
            await loop.connect_accepted_socket(EchoBuffer, accepted)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            await close(writer)

    run(body())


def test_a_file_is_sent(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        path = tmp_path / "file"
        path.write_bytes(LARGE)
        ours, theirs = socket.socketpair()
        transport, _ = await loop.create_connection(Recorder, sock=ours)
        reader, writer = await asyncio.open_connection(sock=theirs)

        with path.open("rb") as file:
            reading = asyncio.create_task(reader.readexactly(len(LARGE)))
            assert await loop.sendfile(transport, file) == len(LARGE)
        assert await reading == LARGE
        transport.close()
        await close(writer)

    run(body())


def test_names_are_looked_up_both_ways(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)
        assert [address for *_, address in found] == [("127.0.0.1", 80)]
        numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
        assert await loop.getnameinfo(("127.0.0.1", 80), numeric) == ("127.0.0.1", "80")

    run(body())


def test_a_connection_attempt_can_be_cancelled(run: Run[Any]) -> None:
    async def body() -> None:
        # a listener whose queue is full lets the next connection wait
        with socket.socket() as listener, contextlib.ExitStack() as stack:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            for _ in range(2):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await asyncio.open_connection(*listener.getsockname())

    run(body())
