"""Flow control of one mux stream, one class for each direction. Pure: no clock, no socket.

Source: nps-wire.md section 7; nps-mux conn.go.
"""

from __future__ import annotations

from typing import Final

from npsgui.model.errors import ProtocolError

INITIAL: Final = 30 * 4085
"""Bytes that either side may send before it has heard anything of the other's window; never announced."""

LARGEST: Final = 1 << 27

OURS: Final = 4 << 20
"""The largest window that we announce, bytes."""

BUDGET: Final = 64 << 20
"""Bytes that all streams of a session together may hold unread: many streams get smaller windows, down to
the initial one, which nobody can take back."""

PROMPT: Final = 64 << 10
"""Fewer bytes than this are reported as soon as they are read: that is talk. More is a bulk: it can wait."""


def window_of(streams: int, largest: int = OURS) -> int:
    """The window for each of so many streams."""
    return max(INITIAL, min(largest, BUDGET // max(1, streams)))


class SendWindow:
    """How much the peer still takes."""

    __slots__ = ("_largest", "sent")

    def __init__(self) -> None:
        self._largest = INITIAL
        self.sent = 0
        """Bytes sent that the peer has not reported as read."""

    @property
    def room(self) -> int:
        """Bytes that may be sent now. The peer may shrink its window below what was sent."""
        return max(0, self._largest - self.sent)

    def acked(self, read: int, largest: int) -> bool:
        """Take the peer's report; False when it is to be ignored: more read than was sent, or nothing new."""
        if read > self.sent or (not read and largest == self._largest):
            return False
        self.sent -= read
        self._largest = min(largest, LARGEST)
        return True


class ReceiveWindow:
    """What the peer may send, and what it has not been told yet. It may shrink: then what was allowed before
    may still come."""

    __slots__ = ("_allowed", "_unread", "size", "unreported")

    def __init__(self, size: int = OURS) -> None:
        self.size = size
        """What was announced last."""
        self.unreported = 0
        """Bytes consumed that no report has covered."""
        self._allowed = size
        self._unread = 0
        """Bytes that have arrived and that no report has covered, consumed or not."""

    def arrived(self, count: int) -> None:
        """Count bytes from the peer. Raises ProtocolError: when it has sent more than it was allowed."""
        self._unread += count
        if self._unread > self._allowed:
            raise ProtocolError(f"{self._unread} bytes in a window of {self._allowed}")

    def consumed(self, count: int) -> bool:
        """Count bytes that were handed on; whether to report now: talk, or a quarter of the window."""
        self.unreported += count
        if self.unreported == self._unread and self.unreported < PROMPT:
            return True
        return self.unreported * 4 >= self.size

    def report(self, size: int) -> int:
        """Announce a window of ``size``; the bytes consumed since the last report are reported with it."""
        count, self.unreported = self.unreported, 0
        self._unread -= count
        self.size = size
        self._allowed = max(self._allowed, size)
        return count
