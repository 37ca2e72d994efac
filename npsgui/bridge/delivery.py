"""Hands received bytes to an asyncio protocol, either kind, until it pauses. Pure: no clock, no socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

SIZE_HINT = 256 * 1024


class Delivery:
    """Gives bytes to a protocol while ``is_open``, and keeps what it does not take yet."""

    __slots__ = ("_held", "_is_open", "_protocol", "_receiver")

    def __init__(self, protocol: asyncio.BaseProtocol, is_open: Callable[[], bool]) -> None:
        self._is_open = is_open
        self._held = bytearray()
        self.protocol = protocol

    @property
    def protocol(self) -> asyncio.BaseProtocol:
        """Who takes the bytes."""
        return self._protocol

    @protocol.setter
    def protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol
        buffered = isinstance(protocol, asyncio.BufferedProtocol)
        self._receiver = self._fill if buffered else self._pass

    @property
    def held(self) -> int:
        """Bytes that wait for the protocol."""
        return len(self._held)

    def give(self, parts: Sequence[memoryview]) -> int:
        """Hand on bytes that have just arrived, after those that wait; how many bytes were handed on.

        ``parts`` may be overwritten when it returns.
        """
        if self._held or not self._is_open():
            self._held += b"".join(parts)
            return 0
        taken = self._receiver(parts)
        if taken < sum(map(len, parts)):
            self._held += memoryview(b"".join(parts))[taken:]
        return taken

    def resume(self) -> int:
        """Hand on what waits; how many bytes were handed on."""
        if not self._held:
            return 0
        with memoryview(self._held) as view:
            taken = self._receiver((view,))
        del self._held[:taken]
        return taken

    def drop(self) -> None:
        """Nobody takes it any more."""
        self._held = bytearray()

    def _pass(self, parts: Sequence[memoryview]) -> int:
        if not self._is_open():
            return 0
        data = bytes(parts[0]) if len(parts) == 1 else b"".join(parts)
        cast("asyncio.Protocol", self._protocol).data_received(data)
        return len(data)

    def _fill(self, parts: Sequence[memoryview]) -> int:
        """Several parts into one buffer: a run of frames is one write of whoever takes it."""
        total, index, offset = 0, 0, 0
        while index < len(parts) and self._is_open():
            protocol = cast("asyncio.BufferedProtocol", self._protocol)
            buffer = memoryview(protocol.get_buffer(SIZE_HINT))
            room = len(buffer)
            if not room:
                raise RuntimeError("get_buffer() returned an empty buffer")
            filled = 0
            while index < len(parts) and filled < room:
                part = parts[index]
                size = len(part) - offset
                if size <= room - filled:
                    buffer[filled : filled + size] = part[offset:] if offset else part
                    index, offset = index + 1, 0
                else:
                    size = room - filled
                    buffer[filled:room] = part[offset : offset + size]
                    offset += size
                filled += size
            protocol.buffer_updated(filled)
            total += filled
        return total
