"""A server that takes what a webhook posts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Receiver:
    """A server that answers as it is told, and what it was sent. Its last answer is repeated."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.heads: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.came = asyncio.Condition()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = (line.partition(": ") for line in head.split("\r\n")[1:-2])
        fields = {name: value for name, _, value in lines}
        self.bodies.append(await reader.readexactly(int(fields["Content-Length"])))
        self.heads.append(fields | {"": head.split("\r\n")[0]})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        with contextlib.suppress(OSError):
            if answer:
                writer.write(b"HTTP/1.1 %d Whatever\r\n\r\n" % answer)
            writer.close()
            await writer.wait_closed()
        async with self.came:
            self.came.notify_all()

    async def has(self, count: int) -> None:
        """Wait for so many posts."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(lambda: len(self.bodies) >= count)


@contextlib.asynccontextmanager
async def receiving(*answers: int) -> AsyncIterator[Receiver]:
    made = Receiver(*answers)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=1"
        yield made
