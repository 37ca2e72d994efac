"""Joins a stream and a target's connection at the agent: two ends that hold each other, and count.

The relay's pairs meter and cut; an agent only carries and counts, so its ends are this small.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

from npsgui.model.flow import Direction, Flow
from npsgui.transports import LEAST_UNSENT, hold

CHUNK: Final = 256 * 1024


class Chunk:
    """The receive buffer that all ends of a loop share: only one callback runs at a time."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(CHUNK))

    def give_away(self) -> None:
        """It belongs to a transport now that could not send all of it; take a fresh one."""
        self.view = memoryview(bytearray(CHUNK))


class End(asyncio.BufferedProtocol):
    """One side of a splice; what is read here goes ``direction``."""

    __slots__ = ("_chunk", "_direction", "_ended", "_eof", "_flow", "other", "transport")

    other: End

    def __init__(self, chunk: Chunk, flow: Flow, direction: Direction, ended: Callable[[], None]) -> None:
        self._chunk = chunk
        self._flow = flow
        self._direction = direction
        self._ended = ended
        self._eof = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=LEAST_UNSENT)
        if self.other.transport is None:
            hold(self.transport)
        else:
            self.other.transport.resume_reading()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._chunk.view

    def buffer_updated(self, count: int) -> None:
        sink = self.other.transport
        if sink is None or sink.is_closing():
            return
        self._flow.add(self._direction, count)
        sink.write(self._chunk.view[:count])
        if sink.get_write_buffer_size():
            self._chunk.give_away()

    def eof_received(self) -> bool:
        self._eof = True
        sink = self.other.transport
        if sink is None or sink.is_closing():
            return False
        if self.other._eof or not sink.can_write_eof():
            # NPS knows no half-close: a server of that kind hears of the end by the stream's
            sink.close()
            return False
        sink.write_eof()
        return True

    def pause_writing(self) -> None:
        if self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        # a transport that has met EOF and is resumed would meet it again and again
        if self.other.transport is not None and not self.other._eof:
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        other = self.other.transport
        if other is None:
            self._ended()
        elif exc is not None:
            other.abort()
        else:
            other.close()


def splice(chunk: Chunk, flow: Flow, ended: Callable[[], None]) -> tuple[End, End]:
    """The end for the stream and the end for the target; ``ended`` is called when both are closed."""
    stream, target = End(chunk, flow, Direction.INLET, ended), End(chunk, flow, Direction.EXPORT, ended)
    stream.other, target.other = target, stream
    return stream, target
