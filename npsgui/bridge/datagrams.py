"""A stream of a mux as an ``asyncio.DatagramTransport``: one mux message is one datagram.

Like UDP it never waits: a datagram that the peer has no room for is dropped, and counted.
Source: nps-wire.md sections 10.2 and 10.6.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from npsgui.bridge.carrying import Carrier
from npsgui.bridge.frames import MSG, Run
from npsgui.bridge.handshake import LENGTH
from npsgui.bridge.mux import Channel, State

LARGEST: Final = 65_535
"""Bytes of one datagram."""

BACKLOG: Final = 128 * 1024
"""Bytes that may wait for the peer to take the stream, or to read."""


class DatagramStream(asyncio.DatagramTransport):
    """One stream of datagrams. ``prefixed``: the peer puts a length before each (SOCKS5 through npc)."""

    def __init__(
        self,
        carrier: Carrier,
        channel: Channel,
        protocol: asyncio.DatagramProtocol,
        *,
        opening: bytes = b"",
        prefixed: bool = False,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(dict(extra or {}))
        self.channel = channel
        self.dropped = 0
        """Datagrams that were not sent."""
        self._carrier = carrier
        self._protocol = protocol
        self._prefixed = prefixed
        self._partial = bytearray()
        self._backlog: deque[bytes] = deque([opening] if opening else [])
        self._waiting = len(opening)
        self._closing = False

    def get_protocol(self) -> asyncio.DatagramProtocol:
        return self._protocol

    def is_closing(self) -> bool:
        return self._closing

    def get_write_buffer_size(self) -> int:
        return self._waiting

    def takes(self, size: int) -> bool:
        """Whether a datagram of so many bytes is sent now or later, and not dropped."""
        return not self._closing and 0 < size <= LARGEST and self._waiting + size <= BACKLOG

    def sendto(self, data: bytes | bytearray | memoryview, addr: Any = None) -> None:
        if not self.takes(len(data)):
            self.dropped += 1
            return
        if self._waiting or not self._carrier.writable or len(data) > self.channel.room:
            self._keep(bytes(data))
            return
        self._carrier.mux.send(self.channel, data, message=True)
        self._carrier.flush_soon()

    def close(self) -> None:
        self._finish(None)

    def abort(self) -> None:
        self._finish(None)

    # What the trunk calls

    def arrived(self, run: Run) -> None:
        """Parts of datagrams, or several whole ones."""
        self._carrier.mux.consumed(self.channel, sum(map(len, run.parts)))
        for part, mark in zip(run.parts, run.marks, strict=True):
            if self._closing:
                return
            self._partial += part
            if len(self._partial) > LARGEST + LENGTH.size:
                self._finish(None)
            elif self._prefixed:
                self._cut()
            elif mark == MSG:
                self._hand_on(len(self._partial))

    def ready(self) -> bool:
        """Whether datagrams wait."""
        return bool(self._backlog)

    def drain(self, most: int) -> bool:
        """Send what waits and fits, whole datagrams only; whether more could be sent at once."""
        while self._backlog and most > 0 and len(self._backlog[0]) <= self.channel.room:
            data = self._backlog.popleft()
            self._waiting -= len(data)
            most -= len(data)
            self._carrier.mux.send(self.channel, data, message=True)
            self._carrier.flush_soon()
        return bool(self._backlog) and len(self._backlog[0]) <= self.channel.room

    def ended(self) -> None:
        """The peer has closed the stream."""
        self._finish(None)

    def lost(self, error: Exception | None) -> None:
        """The connection under all streams is gone."""
        self.channel.state = State.CLOSED
        self._finish(error)

    def _keep(self, data: bytes) -> None:
        self._backlog.append(data)
        self._waiting += len(data)
        self._carrier.wait(self)

    def _cut(self) -> None:
        """Hand on every datagram that is whole, by the length before it."""
        while len(self._partial) >= LENGTH.size and not self._closing:
            (size,) = LENGTH.unpack_from(self._partial)
            if not 0 < size <= LARGEST:
                self._finish(None)
                return
            if len(self._partial) < LENGTH.size + size:
                return
            del self._partial[: LENGTH.size]
            self._hand_on(size)

    def _hand_on(self, size: int) -> None:
        data = bytes(self._partial[:size])
        del self._partial[:size]
        self._protocol.datagram_received(data, ("", 0))

    def _finish(self, error: Exception | None) -> None:
        if self._closing:
            return
        self._closing = True
        self._backlog.clear()
        self._waiting = 0
        if self.channel.state is not State.CLOSED:
            self._carrier.mux.close(self.channel)
            self._carrier.flush_soon()
        self._carrier.forget(self)
        self._carrier.loop.call_soon(self._protocol.connection_lost, error)
