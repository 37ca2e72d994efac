"""The receive buffers that all sessions of a loop share, and how large a chunk may be.

Only one callback runs at a time, so one buffer of each size serves every session. What could not be sent
stays in the memory of the transport that was to send it: a chunk for each stalled session.
"""

from __future__ import annotations

LEAST = 16 * 1024
LARGEST = 256 * 1024
SIZES = (LEAST, 32 * 1024, 64 * 1024, 128 * 1024, LARGEST)
"""Bytes. A chunk is one of these; each is twice the one before."""

STALLED_BUDGET = 16 * 1024 * 1024
"""Bytes that the stalled sessions together may hold before chunks become smaller."""


class Buffers:
    """Receive buffers, one of each size."""

    __slots__ = ("_stalled", "largest", "views")

    def __init__(self) -> None:
        self.views = {size: memoryview(bytearray(size)) for size in SIZES}
        """The buffer of each of the ``SIZES``. Good until the end of the callback, or until ``give_away``."""
        self._stalled = 0
        self.largest = LARGEST
        """The largest chunk that any session may read now, bytes."""

    def give_away(self, size: int) -> None:
        """Take a fresh buffer of this size: the last one belongs to a transport now.

        From Python 3.12 on ``transport.write(memoryview)`` keeps a reference to what it could not send, and a
        TLS transport does in every version: written over, it would send other sessions' bytes.
        """
        self.views[size] = memoryview(bytearray(size))

    def stalled(self, change: int) -> None:
        """Count one more (1) or one less (-1) session whose reader does not keep up."""
        self._stalled += change
        share = STALLED_BUDGET // (self._stalled + 1)
        self.largest = next((size for size in reversed(SIZES) if size <= share), LEAST)
