"""Streams as asyncio transports: back-pressure both ways, ends, and that none blocks another."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os

import pytest

from npsgui.bridge import frames
from npsgui.bridge.outlet import LONGEST_BACKLOG
from npsgui.bridge.window import INITIAL, OURS
from npsgui.model.errors import AgentLost
from tests.bridge.wiring import Buffered, against_bytes, settle, wiring
from tests.conftest import Run
from tests.waiting import until

SIZE = 8 * 1024 * 1024


def test_bytes_arrive_as_they_were_sent(run: Run[None]) -> None:
    async def body() -> None:
        data = os.urandom(SIZE)
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            ours.stream.write(data)
            theirs.stream.write(data[::-1])
            await until(lambda: len(theirs.data) == SIZE and len(ours.data) == SIZE)

            assert hashlib.sha256(theirs.data).digest() == hashlib.sha256(data).digest()
            assert bytes(ours.data) == data[::-1]

    run(body())


def test_the_opening_comes_first(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours = wired.open(opening=b"link,")
            ours.stream.write(b"data")
            await until(lambda: bool(wired.taken) and len(wired.taken[0].data) == 9)

            assert bytes(wired.taken[0].data) == b"link,data"

    run(body())


def test_a_reader_that_pauses_holds_one_window_and_stalls_the_writer(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            theirs.stream.pause_reading()
            ours.stream.write(bytes(SIZE))
            await settle()

            assert (ours.paused, ours.resumed, len(theirs.data)) == (1, 0, 0)
            assert ours.stream.get_write_buffer_size() == SIZE - OURS
            theirs.stream.resume_reading()
            await until(lambda: len(theirs.data) == SIZE)
            assert ours.resumed == 1

    run(body())


def test_a_stalled_stream_does_not_block_the_others(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            stalled = [await wired.pair() for _ in range(5)]
            for ours, theirs in stalled:
                theirs.stream.pause_reading()
                ours.stream.write(bytes(SIZE))
            ours, theirs = await wired.pair()
            ours.stream.write(bytes(SIZE))
            await until(lambda: len(theirs.data) == SIZE)

            assert not any(their.data for _our, their in stalled)

    run(body())


def test_high_water_zero_pauses_until_all_is_sent(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            ours.stream.set_write_buffer_limits(high=0)
            theirs.stream.pause_reading()
            ours.stream.write(bytes(OURS))
            await until(lambda: not ours.stream.get_write_buffer_size())
            ours.stream.write(b"x")

            assert ours.stream.get_write_buffer_size() == 1
            assert ours.paused > ours.resumed
            theirs.stream.resume_reading()
            await until(lambda: ours.resumed == ours.paused)

    run(body())


def test_a_buffered_protocol_gets_a_run_of_frames_at_once(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            buffered = Buffered(64 * 1024)
            ours.stream.set_protocol(buffered)
            theirs.stream.write(bytes(100_000))
            await until(lambda: len(buffered.data) == 100_000)

            assert max(buffered.updates) > 8 * 4085

    run(body())


def test_a_closed_stream_sends_what_was_written_first(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            ours.stream.write(bytes(SIZE))
            ours.stream.close()
            await until(lambda: theirs.lost and ours.lost)

            assert (len(theirs.data), theirs.eof, theirs.error, ours.error) == (SIZE, True, None, None)
            assert not wired.server.mux.channels
            assert not wired.agent.mux.channels

    run(body())


def test_what_came_before_the_close_is_read_by_one_who_paused(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            theirs.stream.pause_reading()
            ours.stream.write(b"last words")
            ours.stream.close()
            await settle()
            assert not theirs.lost

            theirs.stream.resume_reading()
            await until(lambda: theirs.lost)
            assert bytes(theirs.data) == b"last words"

    run(body())


def test_a_stream_closed_without_a_byte_was_refused(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours = wired.open(opening=b"link")
            await until(lambda: bool(wired.taken))
            wired.taken[0].stream.close()
            await until(lambda: ours.lost)

            assert isinstance(ours.error, ConnectionRefusedError)

    run(body())


def test_half_close_is_carried_between_two_npsgui(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring(half_close=True) as wired:
            ours, theirs = await wired.pair()
            ours.stream.write(b"question")
            ours.stream.write_eof()
            await until(lambda: theirs.eof)
            theirs.stream.write(b"answer")
            theirs.stream.close()
            await until(lambda: ours.lost)

            assert (bytes(theirs.data), bytes(ours.data)) == (b"question", b"answer")

    run(body())


def test_without_half_close_the_answer_still_comes(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            ours, theirs = await wired.pair()
            ours.stream.write(b"question")
            ours.stream.write_eof()
            ours.stream.write(b"too late")
            await until(lambda: len(theirs.data) == 8)
            theirs.stream.write(b"answer")
            await until(lambda: len(ours.data) == 6)

            assert not theirs.eof
            ours.stream.abort()

    run(body())


def test_every_stream_ends_with_the_connection(run: Run[None]) -> None:
    async def body() -> None:
        async with wiring() as wired:
            pairs = [await wired.pair() for _ in range(20)]
            wired.agent.close(AgentLost("The agent closed its connection."))
            await until(lambda: all(ours.lost for ours, _ in pairs))

            assert all(isinstance(ours.error, AgentLost) for ours, _ in pairs)
            assert len(wired.server) == len(wired.agent) == 0
            assert len(wired.ends) == 2

    run(body())


def test_asyncios_own_streams_work_on_it(run: Run[None]) -> None:
    async def body() -> None:
        loop = asyncio.get_running_loop()
        async with wiring() as wired:
            reader = asyncio.StreamReader(limit=1 << 16)
            protocol = asyncio.StreamReaderProtocol(reader)
            wired.open(protocol)
            await until(lambda: bool(wired.taken))
            stream = wired.taken[0].stream
            ours = next(iter(wired.server._streams.values()))
            writer = asyncio.StreamWriter(ours, protocol, reader, loop)  # type: ignore[arg-type]
            writer.write(bytes(SIZE))
            await writer.drain()
            await until(lambda: len(wired.taken[0].data) == SIZE)
            stream.write(bytes(SIZE))
            stream.close()
            got = 0
            while part := await reader.read(1 << 18):
                got += len(part)

            assert got == SIZE
            writer.close()

    run(body())


@pytest.mark.parametrize(
    "bad",
    [
        frames.short(frames.OPEN, 1) + bytes.fromhex("03 01000000 f60f") + bytes(4086),
        bytes.fromhex("00 ffffffff 0000"),
        frames.short(frames.OPEN, 1) * 2,
        frames.short(frames.OPEN, 1) + b"".join(frames.data_frames(1, bytes(2 * OURS))),
        b"\x03GET / HTTP/1.1\r\n\r\n" * 9,
    ],
    ids=["oversized", "empty ping", "opened twice", "overrun", "garbage"],
)
def test_a_breach_ends_its_session_and_nothing_else(run: Run[None], bad: bytes) -> None:
    async def body() -> None:
        async with wiring() as other, against_bytes() as (wired, reader, writer):
            ours, theirs = await other.pair()
            wired.reads = False
            writer.write(bad)
            with contextlib.suppress(ConnectionError):
                while await reader.read(1 << 16):
                    pass

            assert len(wired.ends) == 1
            ours.stream.write(b"still here")
            await until(lambda: len(theirs.data) == 10)

    run(body())


def test_unknown_flags_a_second_answer_and_late_data_are_ignored(run: Run[None]) -> None:
    async def body() -> None:
        async with against_bytes() as (wired, reader, writer):
            writer.write(
                frames.short(99, 5)
                + frames.short(frames.OPEN, 1)
                + frames.short(frames.OPEN_OK, 1)
                + frames.short(frames.CLOSE, 1)
                + b"".join(frames.data_frames(1, b"late"))
                + frames.ping(b"alive?")
            )
            got = b""
            while frames.ping(b"alive?", frames.PONG) not in got:
                got += await reader.read(1 << 16)

            assert not wired.ends

    run(body())


def test_a_peer_that_does_not_read_our_answers_is_dropped(run: Run[None]) -> None:
    async def body() -> None:
        async with against_bytes() as (wired, _reader, writer):
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            pings = frames.ping(bytes(4000)) * 64
            sent = 0
            while not wired.ends and sent < 8 * LONGEST_BACKLOG:
                writer.write(pings)
                sent += len(pings)
                await asyncio.sleep(0)
                await asyncio.sleep(0.001)

            assert wired.ends
            writer.transport.abort()

    run(body())


def test_a_peer_that_never_acks_gets_one_initial_window(run: Run[None]) -> None:
    async def body() -> None:
        async with against_bytes() as (wired, reader, writer):
            writer.write(frames.short(frames.OPEN, 1))
            await until(lambda: bool(wired.taken))
            notes = wired.taken[0]
            notes.stream.write(bytes(SIZE))
            await until(lambda: notes.stream.get_write_buffer_size() == SIZE - INITIAL)

            assert notes.paused == 1
            await reader.read(1)

    run(body())
