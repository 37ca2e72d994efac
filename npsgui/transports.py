"""What joining two transports of asyncio takes, on every Python. Under all floors; imports none of them."""

from __future__ import annotations

import asyncio
import sys

READS_THOUGH_PAUSED = sys.version_info < (3, 11, 7)
"""Older ones (Debian 12 has 3.11.2) begin to read after ``connection_made``, even if that paused reading:
rates would not hold, and what a peer says first would be lost."""


LEAST_UNSENT = 1
"""Bytes unsent that pause the other side. Not 0: TLS in asyncio counts nothing unsent as too much then, and
pauses at every second read, perhaps for good."""


def hold(transport: asyncio.Transport) -> None:
    """Read nothing until ``resume_reading``; for ``connection_made``."""
    transport.pause_reading()
    if READS_THOUGH_PAUSED:
        asyncio.get_running_loop().call_soon(_hold_again, transport)


def outlives_eof(transport: asyncio.BaseTransport | None) -> bool:
    """Whether a side that has met EOF can be kept open: one with asyncio's TLS cannot, which the log says."""
    return transport is None or transport.get_extra_info("ssl_object") is None


def _hold_again(transport: asyncio.Transport) -> None:
    """The reader that asyncio added meanwhile goes, before it is served."""
    if not (transport.is_closing() or transport.is_reading()):
        transport.resume_reading()
        transport.pause_reading()
