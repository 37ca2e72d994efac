"""A UDP socket of a test's own, as a visitor or a target has it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any


class Peer(asyncio.DatagramProtocol):
    """One end: keeps what comes, answers it with ``answer``."""

    def __init__(self, answer: Callable[[bytes], bytes | None] = lambda data: None) -> None:
        self.came: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport | None = None
        self._answer = answer

    @property
    def port(self) -> int:
        assert self.transport is not None
        return int(self.transport.get_extra_info("sockname")[1])

    def send(self, data: bytes, to: Any = None) -> None:
        assert self.transport is not None
        self.transport.sendto(data, to)

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.came.put_nowait((data, addr))
        answer = self._answer(data)
        if answer is not None:
            self.send(answer, addr)


@contextlib.asynccontextmanager
async def peer(answer: Callable[[bytes], bytes | None] = lambda data: None) -> AsyncIterator[Peer]:
    """A UDP socket of the test's own on loopback."""
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(lambda: Peer(answer), local_addr=("127.0.0.1", 0))
    try:
        yield made
    finally:
        transport.close()
        await asyncio.sleep(0)
