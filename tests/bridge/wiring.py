"""Two trunks over a real loopback connection, and protocols that note what happens to them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any, cast

from npsgui.bridge.mux import Channel
from npsgui.bridge.streams import Stream
from npsgui.bridge.trunk import Trunk
from tests.waiting import until


class Notes(asyncio.Protocol):
    """Keeps all that it is told."""

    def __init__(self) -> None:
        self.transport: Stream | None = None
        self.data = bytearray()
        self.eof = False
        self.lost = False
        self.error: Exception | None = None
        self.paused = 0
        self.resumed = 0
        self.reads = 0

    @property
    def stream(self) -> Stream:
        assert self.transport is not None
        return self.transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("Stream", transport)

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.reads += 1

    def eof_received(self) -> bool:
        self.eof = True
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost, self.error = True, exc

    def pause_writing(self) -> None:
        self.paused += 1

    def resume_writing(self) -> None:
        self.resumed += 1


class Buffered(asyncio.BufferedProtocol):
    """Takes bytes into a buffer of its own size."""

    def __init__(self, size: int) -> None:
        self.data = bytearray()
        self.updates: list[int] = []
        self._buffer = bytearray(size)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        self.data += self._buffer[:count]
        self.updates.append(count)


class Wiring:
    """The server's trunk and the agent's. The agent takes every stream; ``taken`` holds them in order."""

    def __init__(self, *, half_close: bool = False) -> None:
        self.taken: list[Notes] = []
        self.ends: list[Exception] = []
        self.half_close = half_close
        self.reads = True
        """Whether the agent's streams read at all."""
        self.server = Trunk(lambda trunk, channel: trunk.refuse(channel), self._on_lost)
        self.agent = Trunk(self._take, self._on_lost)

    def open(self, protocol: asyncio.BaseProtocol | None = None, opening: bytes = b"") -> Notes:
        """Open a stream on the server's side."""
        notes = protocol or Notes()
        stream = Stream(self.server, self.server.open(), notes, opening=opening, half_close=self.half_close)
        self.server.carry(stream)
        notes.connection_made(stream)
        return cast("Notes", notes)

    async def pair(self, protocol: asyncio.BaseProtocol | None = None) -> tuple[Notes, Notes]:
        """Open a stream; both its ends once the agent has taken it."""
        count = len(self.taken)
        ours = self.open(protocol)
        await until(lambda: len(self.taken) > count)
        return ours, self.taken[-1]

    def _take(self, trunk: Trunk, channel: Channel) -> None:
        notes = Notes()
        trunk.accept(channel)
        stream = Stream(trunk, channel, notes, half_close=self.half_close)
        trunk.carry(stream)
        notes.connection_made(stream)
        if not self.reads:
            stream.pause_reading()
        self.taken.append(notes)

    def _on_lost(self, _trunk: Trunk, error: Exception) -> None:
        self.ends.append(error)


async def settle(turns: int = 50) -> None:
    """Let everything that is on its way on loopback arrive."""
    for _ in range(turns):
        await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def wiring(*, half_close: bool = False) -> AsyncIterator[Wiring]:
    """Two trunks, wired."""
    loop = asyncio.get_running_loop()
    one, other = socket.socketpair()
    made = Wiring(half_close=half_close)
    for end, trunk in ((one, made.server), (other, made.agent)):
        end.setblocking(False)
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=end)
        trunk.start(transport)
    try:
        yield made
    finally:
        made.server.close(ConnectionResetError("over"))
        made.agent.close(ConnectionResetError("over"))
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def against_bytes() -> AsyncIterator[tuple[Wiring, asyncio.StreamReader, asyncio.StreamWriter]]:
    """The agent's trunk, and a peer that may send whatever it likes."""
    loop = asyncio.get_running_loop()
    one, other = socket.socketpair()
    made = Wiring()
    other.setblocking(False)
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=other)
    made.agent.start(transport)
    reader, writer = await asyncio.open_connection(sock=one)
    try:
        yield made, reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        made.agent.close(ConnectionResetError("over"))
        await asyncio.sleep(0)


class Datagrams(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.got.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
