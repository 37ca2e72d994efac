"""Datagrams, bare sockets, file descriptors and pipes, on every loop that npsgui runs on."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

from tests.conftest import Run
from tests.loop.checks import Recorder, without_qasync


class Datagrams(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()
        self.errors: asyncio.Queue[Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received.put_nowait((data, addr))

    def error_received(self, exc: Exception) -> None:
        self.errors.put_nowait(exc)


def test_datagrams_go_both_ways_up_to_the_largest(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        server, heard = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
        address = server.get_extra_info("sockname")
        client, answers = await loop.create_datagram_endpoint(Datagrams, remote_addr=address)

        for size in (1, 65_507):
            client.sendto(bytes(size))
            data, peer = await heard.received.get()
            server.sendto(data, peer)
            assert await answers.received.get() == (bytes(size), address)
        client.close()
        server.close()
        await asyncio.sleep(0)

    run(body())


def test_a_datagram_to_a_closed_port_is_told_as_an_error(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
            closed.bind(("127.0.0.1", 0))
            address = closed.getsockname()
        client, seen = await loop.create_datagram_endpoint(Datagrams, remote_addr=address)
        client.sendto(b"anyone?")
        assert isinstance(await seen.errors.get(), ConnectionRefusedError)
        client.close()
        await asyncio.sleep(0)

    run(body())


@without_qasync("its sockets are Qt's, which keeps no order with callbacks")
def test_a_reader_that_a_queued_callback_takes_away_is_not_called(run: Run[Any]) -> None:
    """What holds a new transport of an old Python unread lives by it."""

    async def body() -> None:
        loop = asyncio.get_running_loop()
        read: list[bytes] = []
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.send(b"!")
            loop.call_soon(loop.add_reader, ours, lambda: read.append(ours.recv(1)))
            loop.call_soon(loop.call_soon, loop.remove_reader, ours)
            for _ in range(5):
                await asyncio.sleep(0)
        assert read == []

    run(body())


def test_bare_sockets_connect_accept_send_and_receive(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
            listener.setblocking(False)
            client.setblocking(False)
            accepting = asyncio.create_task(loop.sock_accept(listener))
            await loop.sock_connect(client, listener.getsockname())
            accepted, _ = await accepting
            with accepted:
                sending = asyncio.create_task(loop.sock_sendall(client, bytes(3_000_000)))
                buffer = bytearray(1 << 20)
                received = 0
                while received < 3_000_000:
                    received += await loop.sock_recv_into(accepted, buffer)
                await sending
                await loop.sock_sendall(accepted, b"done")
                assert await loop.sock_recv(client, 100) == b"done"

    run(body())


def test_bare_datagram_sockets_send_and_receive(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        kind = (socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket(*kind) as one, socket.socket(*kind) as other:
            for made in (one, other):
                made.setblocking(False)
                made.bind(("127.0.0.1", 0))
            receiving = asyncio.create_task(loop.sock_recvfrom(other, 100))
            await asyncio.sleep(0)
            await loop.sock_sendto(one, b"hello", other.getsockname())
            assert await receiving == (b"hello", one.getsockname())

    run(body())


def test_a_reader_is_called_while_there_is_something_to_read(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            seen = bytearray()
            done = asyncio.Event()

            def read_one() -> None:
                seen.extend(ours.recv(1))
                if len(seen) == 3:
                    done.set()

            loop.add_reader(ours, read_one)
            theirs.send(b"abc")
            await done.wait()
            assert loop.remove_reader(ours)
            assert not loop.remove_reader(ours)
            theirs.send(b"d")
            await asyncio.sleep(0.005)
            assert seen == b"abc"

    run(body())


def test_a_writer_is_called_while_there_is_room(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            calls = 0
            done = asyncio.Event()

            def write_one() -> None:
                nonlocal calls
                calls += 1
                if calls == 3:
                    done.set()

            loop.add_writer(ours, write_one)
            await done.wait()
            assert loop.remove_writer(ours)
            assert not loop.remove_writer(ours)

    run(body())


def test_a_reader_can_take_the_place_of_another(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            called = asyncio.Queue[str]()
            loop.add_reader(ours, called.put_nowait, "first")
            loop.add_reader(ours, called.put_nowait, "second")
            loop.add_writer(ours, called.put_nowait, "writer")
            theirs.send(b"a")
            assert {await called.get() for _ in range(4)} == {"second", "writer"}
            loop.remove_reader(ours)
            loop.remove_writer(ours)

    run(body())


def test_a_reader_that_another_has_removed_meanwhile_is_not_called(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        (one, its_peer), (two, other_peer) = socket.socketpair(), socket.socketpair()
        with one, its_peer, two, other_peer:
            called: list[socket.socket] = []

            def remove_both(ours: socket.socket) -> None:
                called.append(ours)
                loop.remove_reader(one)
                loop.remove_reader(two)

            loop.add_reader(one, remove_both, one)
            loop.add_reader(two, remove_both, two)
            its_peer.send(b"a")
            other_peer.send(b"a")
            await asyncio.sleep(0.005)
            assert len(called) == 1

    run(body())


@without_qasync("what a reader raises ends the program")
def test_a_failing_reader_is_reported_and_those_beside_it_are_called(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        reports: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _loop, context: reports.append(context))
        (one, its_peer), (two, other_peer) = socket.socketpair(), socket.socketpair()
        with one, its_peer, two, other_peer:
            done = asyncio.Event()

            def fail() -> None:
                loop.remove_reader(one)
                raise ZeroDivisionError

            loop.add_reader(one, fail)
            loop.add_reader(two, done.set)
            its_peer.send(b"a")
            other_peer.send(b"a")
            await done.wait()
            loop.remove_reader(two)
            await asyncio.sleep(0)

        assert [type(report["exception"]) for report in reports] == [ZeroDivisionError]

    run(body())


def test_pipes_are_read_and_written(run: Run[Any]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        read_end, write_end = os.pipe()
        with os.fdopen(read_end, "rb", 0) as source, os.fdopen(write_end, "wb", 0) as sink:
            reader, recorder = await loop.connect_read_pipe(Recorder, source)
            writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sink)
            writer.write(b"through a pipe")
            writer.close()
            assert await recorder.lost is None
            assert recorder.events == [b"through a pipe", "eof"]
            reader.close()

    run(body())
