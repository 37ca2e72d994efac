"""What a visitor says before its target is known: read, bounded in size and time, and handed on."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast

from npsgui.model.errors import ProtocolError
from npsgui.transports import outlives_eof

MOST = 64 * 1024
"""Bytes that are kept unread."""

SECONDS = 15.0
"""How long a visitor may take to say what it wants."""


FAREWELL_SECONDS = 2.0
"""How long a visitor that is told to go may take to read that."""


class Prelude(asyncio.Protocol):
    """A visitor's connection while it is talked with. ``unread`` is what nobody has understood yet."""

    def __init__(self) -> None:
        self.unread = bytearray()
        self.prepaid = 0
        """How many of the bytes of ``unread`` were charged before: a request that is sent again."""
        self.transport: asyncio.Transport | None = None
        self.ended = False
        """Whether the visitor has sent EOF."""
        self._waiter: asyncio.Future[None] | None = None

    async def more(self) -> None:
        """Wait until ``unread`` has grown. Raises ProtocolError: when it cannot grow any more."""
        if len(self.unread) >= MOST:
            raise ProtocolError("says too much before it is understood")
        if self.ended:
            raise ProtocolError("ended before it was understood")
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def write(self, data: bytes) -> None:
        """Answer."""
        if self.transport is not None and data:
            self.transport.write(data)

    def close(self) -> None:
        """Send what was answered, then close."""
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self.transport is not None:
            self.transport.abort()

    async def farewell(self, data: bytes) -> None:
        """Send a last answer, then close; not before the visitor has had time to read it.

        Closing with bytes unread would reset the connection, and destroy what is on its way.
        """
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        transport.write(data)
        with contextlib.suppress(OSError, NotImplementedError):
            transport.write_eof()
        with contextlib.suppress(TimeoutError, ProtocolError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                while True:
                    self.unread.clear()
                    if not self.ended:
                        transport.resume_reading()
                    await self.more()

    def hold(self) -> None:
        """Read no more for now: what comes next is for whom it is handed to."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def hand_over(self, protocol: asyncio.BaseProtocol) -> bool:
        """Give the connection to ``protocol``; False when it is gone. ``unread`` and ``ended`` go with it."""
        transport, self.transport = self.transport, None
        if transport is None or transport.is_closing():
            return False
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return True

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.unread += data
        if len(self.unread) >= MOST:
            self.hold()
        self._wake()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        return outlives_eof(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
