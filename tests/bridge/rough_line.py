"""A slow, rough line: a proxy that carries bytes late, in odd pieces, at a bounded rate, with stalls.

    python -m tests.bridge.rough_line [MIB] [MIB/S]

echoes MIB (1024) through an agent over such a line and compares the SHA-256 of both ways. TCP mends what a
real line loses; what is left of loss is what is here: stalls, and reads that end anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import sys
import time
from collections.abc import AsyncIterator

from npsgui.bridge.agent import Agent
from npsgui.model.entities import Target
from npsgui.tasks import spawn
from tests.bridge.town import KEY, Town, town
from tests.relay.house import echo, serving
from tests.waiting import until

MIB = 1024 * 1024


class RoughLine:
    """Leads connections on to a server. ``rate``: bytes/s each way; ``seed`` makes it the same again."""

    def __init__(self, server: Target, rate: float, seed: int) -> None:
        self._server = server
        self._rate = rate
        self._random = random.Random(seed)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Target]:
        """Where it begins."""
        async with serving(self._lead_on) as (start,):
            yield start

    async def _lead_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._server.host, self._server.port)
        with contextlib.suppress(OSError):
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        due = time.monotonic()
        try:
            while data := await reader.read(self._random.randrange(1, 65_536)):
                stall = 0.2 if self._random.random() < 0.002 else 0.0
                due = max(due, time.monotonic()) + len(data) / self._rate + stall
                await asyncio.sleep(due - time.monotonic())
                cut = self._random.randrange(len(data))
                writer.write(data[:cut])
                await writer.drain()
                writer.write(data[cut:])
                await writer.drain()
        finally:
            writer.close()


async def echo_over(place: Town, size: int, rate: float, seed: int = 7) -> bool:
    """Whether ``size`` random bytes come back as they went, and both sides have counted each of them."""
    piece, sent, got = random.Random(seed).randbytes(MIB), hashlib.sha256(), hashlib.sha256()
    async with serving(echo) as (target,), RoughLine(place.server, rate, seed).open() as start:
        agent = Agent(start, KEY)
        task = spawn(agent.run(), "agent")
        await until(lambda: bool(place.bridge.agents()))
        notes, left, received = place.visit(target), size, 0

        def moves() -> bool:
            return bool(notes.data or notes.lost or (left and not notes.stream.get_write_buffer_size()))

        while received < size and not notes.lost:
            await until(moves)
            if left and not notes.stream.get_write_buffer_size():
                part = piece[: min(left, MIB)]
                sent.update(part)
                notes.stream.write(part)
                left -= len(part)
            got.update(notes.data)
            received += len(notes.data)
            notes.data.clear()
        task.cancel()
        await until(lambda: notes.lost)
        return sent.digest() == got.digest() and (agent.flow.inlet, agent.flow.export) == (size, size)


async def main(size: int, rate: float) -> bool:
    """Tell how it went."""
    began = time.monotonic()
    async with town() as place:
        good = await echo_over(place, size * MIB, rate * MIB)
    print(f"{size} MiB there and back in {time.monotonic() - began:.0f} s: {'exact' if good else 'WRONG'}")
    return good


if __name__ == "__main__":
    sys.exit(not asyncio.run(main(int((sys.argv[1:2] or ["1024"])[0]), float((sys.argv[2:3] or ["64"])[0]))))
