"""The writing side of a stream of a mux: what waits for the peer, and telling the writer to pause."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from npsgui.bridge.carrying import Carried, Carrier
from npsgui.bridge.frames import Bytes
from npsgui.bridge.mux import Channel

HIGH: Final = 64 * 1024
"""Bytes that may wait for the peer before the writer is told to pause, unless it says otherwise."""

LINGER_SECONDS: Final = 60.0
"""NPS has no half-close. After EOF from our side a stream waits this long for each further answer of the
peer, who has not been told, before it is closed."""


class WriteSide(asyncio.WriteTransport, Carried):
    """Sends what the peer takes, keeps the rest. ``opening`` is a message of its own, before all others."""

    def __init__(
        self, carrier: Carrier, channel: Channel, opening: bytes, half_close: bool, extra: Mapping[str, Any]
    ) -> None:
        super().__init__(dict(extra))
        self.channel = channel
        self.half_close = half_close
        """Whether the peer knows the mark that ends one direction."""
        self._carrier = carrier
        self._backlog = bytearray(opening)
        self._unopened = len(opening)
        """Bytes of the opening that wait."""
        self._high, self._low = HIGH, HIGH // 4
        self._paused = False
        self._eof = False
        self._closing = False
        self._linger: asyncio.TimerHandle | None = None

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if high is None:
            high = HIGH if low is None else 4 * low
        self._high, self._low = high, high // 4 if low is None else low

    def get_write_buffer_size(self) -> int:
        return len(self._backlog)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._low, self._high

    def write(self, data: Bytes) -> None:
        if self._closing or self._eof or not data:
            return
        carrier, taken = self._carrier, 0
        if not self._backlog and carrier.writable:
            taken = carrier.mux.send(self.channel, data)
            if taken:
                carrier.flush_soon()
        if taken < len(data):
            self._backlog += memoryview(data)[taken:]
            if not carrier.writable:
                carrier.wait(self)
            self._tell_writer()

    def can_write_eof(self) -> bool:
        """Whether the peer is told. If not, ``write_eof`` only ends the writing; the answer is awaited."""
        return self.half_close

    def write_eof(self) -> None:
        if not self._eof and not self._closing:
            self._eof = True
            if not self._backlog:
                self._send_eof()

    def drain(self, most: int) -> bool:
        """Send up to ``most`` bytes of what waits; whether more could be sent at once."""
        with memoryview(self._backlog) as view:
            taken = self._carrier.mux.send(self.channel, view[: self._unopened or most])
        del self._backlog[:taken]
        self._unopened = max(0, self._unopened - taken)
        if taken:
            self._carrier.flush_soon()
        if not self._backlog:
            if self._closing:
                self.abort()
                return False
            if self._eof:
                self._send_eof()
        self._tell_writer()
        return bool(self._backlog) and self.channel.room > 0

    def _tell_writer(self) -> None:
        size = len(self._backlog)
        if not self._paused and size > self._high:
            self._paused = True
            self.get_protocol().pause_writing()
        elif self._paused and size <= self._low:
            self._paused = False
            self.get_protocol().resume_writing()

    def _send_eof(self) -> None:
        if self.half_close:
            self._carrier.mux.end(self.channel)
            self._carrier.flush_soon()
        else:
            self._await_answer()

    def _await_answer(self) -> None:
        if self._linger is not None:
            self._linger.cancel()
        self._linger = self._carrier.loop.call_later(LINGER_SECONDS, self.close)
