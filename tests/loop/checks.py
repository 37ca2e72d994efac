"""What the loop checks share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def without_qasync(reason: str) -> pytest.MarkDecorator:
    """Run a check on the other loops only: stock qasync is known to fail it, for this ``reason``."""
    assert reason
    return pytest.mark.parametrize("loop_name", ["asyncio", "npsgui"])


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes until EOF, then close."""
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
    await close(writer)


async def close(writer: asyncio.StreamWriter) -> None:
    """Close a connection and wait until it is closed."""
    writer.close()
    await writer.wait_closed()


def port_of(server: asyncio.Server) -> int:
    """The port that a server on loopback was given."""
    return int(server.sockets[0].getsockname()[1])


class Recorder(asyncio.Protocol):
    """Keeps all that a transport tells it, as a script of events."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.transport: asyncio.Transport | None = None
        self.made = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self.resumed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.made.set_result(transport)

    def data_received(self, data: bytes) -> None:
        self.events.append(data)

    def eof_received(self) -> None:
        self.events.append("eof")

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")
        self.resumed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)
