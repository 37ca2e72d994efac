"""The people of the demo: visitors and targets that talk through real tunnels over loopback.

A visitor asks, a target answers: each exchange is a head that says how many bytes follow it and how many
are to come back. So the shape of all traffic lies in the visitor's Habit.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from npsgui.model.flow import Direction, Flow

Pause = Callable[[float], Awaitable[None]]
"""Lets this many seconds pass. Tests let none."""

HEAD = struct.Struct(">QQ")
"""Bytes that follow, bytes that are asked for."""

PATIENCE = 120.0
"""How long a visitor waits for one exchange, s: long enough for the slowest limit that a user may try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What the visitors of one tunnel do. Bytes and seconds; each is varied by up to a half both ways."""

    visitors: int = 1
    """How many there are at once."""
    sends: int = 0
    asks: int = 0
    exchanges: int = 0
    """In one connection; 0 goes on until it is cut."""
    pause: float = 0.0
    """Between two exchanges."""
    away: float = 1.0
    """Between two connections."""


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Flow) -> None:
    """Be the target of one connection until it ends. ``seen`` counts what came."""
    try:
        while True:
            follows, asked = HEAD.unpack(await _take(reader, HEAD.size, Direction.INLET, seen))
            await _take(reader, follows, Direction.INLET, seen)
            writer.write(bytes(asked))
            await writer.drain()
    except (OSError, EOFError):
        return
    finally:
        await _hang_up(writer)


class Visitor:
    """One who comes, stays, goes and comes again."""

    def __init__(
        self, number: int, habit: Habit, port: Callable[[], int | None], seen: Flow, pause: Pause
    ) -> None:
        """``port``: where the tunnel listens now; None when it is no more. ``seen`` counts what came back."""
        self._habit = habit
        self._port = port
        self._seen = seen
        self._pause = pause
        self._chance = random.Random(number)
        # every address of 127/8 is this machine's on Linux alone
        host = number % 250 + 2
        self._from = (f"127.0.{number // 250}.{host}", 0) if sys.platform == "linux" else None

    async def live(self) -> None:
        """Visit until cancelled. One who is refused tries again."""
        await self._pause(self._chance.uniform(0.0, self._habit.away))
        while True:
            port = self._port()
            if port is not None:
                with contextlib.suppress(OSError, EOFError):
                    await self._visit(port)
            await self._pause(self._about(self._habit.away))

    async def _visit(self, port: int) -> None:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=self._from)
        try:
            done = 0
            while not self._habit.exchanges or done < self._habit.exchanges:
                async with asyncio.timeout(PATIENCE):
                    await self._exchange(reader, writer)
                done += 1
                await self._pause(self._about(self._habit.pause))
        finally:
            await _hang_up(writer)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent, asked = round(self._about(self._habit.sends)), round(self._about(self._habit.asks))
        writer.write(HEAD.pack(sent, asked) + bytes(sent))
        await writer.drain()
        await _take(reader, asked, Direction.EXPORT, self._seen)

    def _about(self, amount: float) -> float:
        return amount * self._chance.uniform(0.5, 1.5)


async def _take(reader: asyncio.StreamReader, count: int, direction: Direction, seen: Flow) -> bytes:
    """Exactly ``count`` bytes, counted as they come. Raises EOFError: at the end of the stream."""
    taken = bytearray()
    while len(taken) < count:
        part = await reader.read(count - len(taken))
        if not part:
            raise EOFError
        seen.add(direction, len(part))
        taken += part
    return bytes(taken)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
