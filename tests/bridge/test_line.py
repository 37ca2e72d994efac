"""Bytes through an agent on a line that is slow, cut into odd pieces, and stalls."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
from collections.abc import AsyncIterator

from npsgui.bridge.agent import Agent, AgentPhase
from npsgui.model.entities import Target
from npsgui.tasks import spawn
from tests.bridge.town import KEY, Town, town
from tests.bridge.wiring import Notes
from tests.conftest import Run
from tests.relay.house import echo, serving
from tests.waiting import until

SIZE = 8 * 1024 * 1024
SEED = 20_261_124


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rng: random.Random) -> None:
    """Pass bytes on in odd pieces; now and then not at once."""
    try:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(rng.choice((1, 7, 100, 4092, 65_536))):
                writer.write(data)
                await writer.drain()
                if rng.random() < 0.01:
                    await asyncio.sleep(rng.random() * 0.01)
    finally:
        writer.close()


@contextlib.asynccontextmanager
async def bad_line(place: Town) -> AsyncIterator[Target]:
    """A port that leads to the bridge, badly."""
    rng = random.Random(SEED)

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward = await asyncio.open_connection("127.0.0.1", place.port, limit=1 << 17)
        await asyncio.gather(_carry(reader, onward[1], rng), _carry(onward[0], writer, rng))

    server = await asyncio.start_server(join, "127.0.0.1", 0, limit=1 << 17)
    try:
        yield Target("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _there_and_back(notes: Notes, data: bytes) -> bytes:
    notes.stream.write(data)
    await until(lambda: len(notes.data) == len(data))
    notes.stream.close()
    return hashlib.sha256(notes.data).digest()


def test_all_bytes_arrive_over_a_bad_line_whatever_shares_it(run: Run[None]) -> None:
    async def body() -> None:
        rng = random.Random(SEED)
        plain, packed, sealed = (rng.randbytes(SIZE // 8) * 2 for _ in range(3))
        async with serving(echo) as (target,), town() as place, bad_line(place) as line:
            agent = Agent(line, KEY)
            task = spawn(agent.run(), "agent")
            await until(lambda: agent.state.phase is AgentPhase.ONLINE and bool(place.bridge.agents()))
            stalled = place.visit(target)
            stalled.stream.pause_reading()
            stalled.stream.write(bytes(SIZE))
            visits = [(place.visit(target), plain), (place.visit(target, compress=True), packed)]
            visits.append((place.visit(target, crypt=True), sealed))
            got = await asyncio.gather(*(_there_and_back(*visit) for visit in visits))

            assert got == [hashlib.sha256(data).digest() for _notes, data in visits]
            task.cancel()
            await asyncio.wait([task])

    run(body())
