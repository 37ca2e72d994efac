"""A process: the relay that one would write first, asyncio streams on stock qasync. A peer of the bench."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import qasync
from PySide6.QtCore import QCoreApplication

CHUNK = 64 * 1024


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until EOF."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def relay(ports: list[tuple[int, int]]) -> None:
    """Listen on the first of each pair, lead to the second, for ever."""
    for port, target in ports:

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int = target
        ) -> None:
            onward = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(pump(reader, onward[1]), pump(onward[0], writer))

        await asyncio.start_server(serve, "127.0.0.1", port, backlog=4096)
    print("1", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    app = QCoreApplication([])
    pairs = [(int(pair.split(":")[0]), int(pair.split(":")[1])) for pair in sys.argv[1:]]
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(relay(pairs))
