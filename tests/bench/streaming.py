"""Streams through a relay that count what arrives, and when. Both ends are the bench's."""

from __future__ import annotations

import asyncio
import contextlib
import time

CHUNK = bytes(1 << 16)
STEP_SECONDS = 0.01


class Arrivals:
    """What one stream has received."""

    def __init__(self) -> None:
        self.bytes = 0
        self.marks: list[tuple[float, int]] = []
        """Moments and the bytes until then, at most one for each ``STEP_SECONDS``."""

    def count(self, count: int) -> None:
        """More has arrived."""
        self.bytes += count
        now = time.monotonic()
        if not self.marks or now - self.marks[-1][0] >= STEP_SECONDS:
            self.marks.append((now, self.bytes))

    def at(self, moment: float) -> int:
        """The bytes that had arrived at ``moment``."""
        return next((count for when, count in reversed(self.marks) if when <= moment), 0)


async def receive(reader: asyncio.StreamReader, into: Arrivals) -> None:
    """Count until the end, orderly or not."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(1 << 18):
            into.count(len(data))


async def send(writer: asyncio.StreamWriter) -> None:
    """Send for ever, all that is taken."""
    with contextlib.suppress(ConnectionError):
        while True:
            writer.write(CHUNK)
            await writer.drain()


async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be a target that sends."""
    await send(writer)


async def download(port: int, into: Arrivals, seconds: float) -> None:
    """Be a visitor of a target that sends; for so long at most."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await receive(reader, into)
    writer.close()


async def upload(port: int, seconds: float) -> None:
    """Be a visitor who sends until it is cut; for so long at most."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(send(writer))
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(seconds):
            await reader.read()
    sending.cancel()
    writer.close()
