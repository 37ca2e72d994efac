"""Flow control of one mux stream, one class for each direction. Pure: no clock, no socket.

Source: nps-wire.md section 7; nps-mux conn.go.
"""

from __future__ import annotations

from typing import Final

from npsgui.model.errors import ProtocolError

INITIAL: Final = 30 * 4085
"""Bytes that either side may send before it has heard anything of the other's window; never announced."""

LARGEST: Final = 1 << 27

OURS: Final = 1 << 20
"""The window that we announce, bytes. A stream whose reader stands still holds no more than this."""


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
    """What the peer may send, and what it has not been told yet."""

    __slots__ = ("_unread", "_unreported", "size")

    def __init__(self, size: int = OURS) -> None:
        self.size = max(size, INITIAL)
        self._unread = 0
        """Bytes that have arrived and that no report has covered, consumed or not."""
        self._unreported = 0
        """Bytes of these that were consumed."""

    def arrived(self, count: int) -> None:
        """Count bytes from the peer. Raises ProtocolError: when it has sent more than it was allowed."""
        self._unread += count
        if self._unread > self.size:
            raise ProtocolError(f"{self._unread} bytes in a window of {self.size}")

    def consumed(self, count: int) -> None:
        """Count bytes that were handed on."""
        self._unreported += count

    @property
    def due(self) -> bool:
        """Whether to report: a quarter of the window was consumed, or all that has arrived."""
        return self._unreported > 0 and (
            self._unreported == self._unread or self._unreported * 4 >= self.size
        )

    def report(self) -> int:
        """The bytes consumed since the last report; they are reported now."""
        count, self._unreported = self._unreported, 0
        self._unread -= count
        return count
