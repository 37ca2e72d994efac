"""A byte bucket that streams share in turn. Pure: time is an argument, waking is a call.

A stream that finds the bucket dry waits in a queue. The streams in front are served first, each
with the same quantum, so streams that share a bucket get equal shares. The bucket never refuses
a byte that was already read: it goes into debt and the debt is paid before anyone is served, so
the average is exact whatever the chunk sizes are.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

BURST_SECONDS = 0.25
"""What an idle bucket saves up, in seconds of its rate (design: limits)."""

TURNS_PER_BURST = 8
"""A slow bucket's burst is split into this many turns: smooth at 1 KiB/s."""

SMOOTH_QUANTUM = 16 * 1024
SMOOTH_SECONDS = 0.004
"""A faster one's turn is this many bytes or so long, whichever is more: a socket buffer of 208 KiB, Linux's
default, must not overflow when a turn of datagrams comes at once. Measured: at 10 MiB/s turns of 256 KiB lost
half of them."""

LARGEST_QUANTUM = 256 * 1024
"""No turn is larger than a relay chunk, bytes: cheap at 1 GiB/s."""


class Waiter(Protocol):
    """A stream that waits for its turn."""

    def granted(self) -> None:
        """Its turn has come: it may read one quantum. Called once for each wait."""


class Bucket:
    """Tokens, in bytes, that refill at ``rate`` bytes a second. Rate 0 is unlimited."""

    __slots__ = ("_burst", "_queue", "_tokens", "quantum", "rate", "spent", "stamp")

    def __init__(self, rate: int = 0, now: float = 0.0) -> None:
        self._queue: OrderedDict[Waiter, None] = OrderedDict()
        self._tokens = 0.0
        self.stamp = now
        """Until when its tokens are counted."""
        self._burst = 0.0
        self.spent = 0
        """Bytes taken since ``stamp``, which ``_tokens`` does not know of yet. Who takes bytes adds here."""
        self.rate = 0
        self.quantum = LARGEST_QUANTUM
        """Bytes a stream may read in one turn."""
        self.set_rate(rate, now)

    def set_rate(self, rate: int, now: float) -> None:
        """Change the rate in place; who waits keeps its place. Debt is kept, at most one burst of it."""
        if rate == self.rate:
            return
        self._refill(now)
        self.rate = rate
        burst = self._burst = max(1.0, rate * BURST_SECONDS)
        self.quantum = _quantum(rate)
        self._tokens = max(-burst, min(burst, self._tokens))

    @property
    def waiting(self) -> int:
        """Streams in the queue."""
        return len(self._queue)

    def wait(self, waiter: Waiter) -> None:
        """Put ``waiter`` at the end of the queue."""
        self._queue[waiter] = None

    def forget(self, waiter: Waiter) -> None:
        """Take ``waiter`` out of the queue, if it is there: its stream has ended."""
        self._queue.pop(waiter, None)

    def dry(self, now: float) -> bool:
        """Whether a stream must wait: others do, or there is less than a turn of tokens.

        Not only at zero: a stream that reads each token as it falls would read a few bytes at a time.
        """
        if not self.rate:
            return False
        self._refill(now)
        return self._tokens < self.quantum or bool(self._queue)

    def next_turn(self, now: float) -> float | None:
        """Seconds until the first in the queue may be served; None when nobody waits."""
        if not self._queue:
            return None
        if not self.rate:
            return 0.0
        self._refill(now)
        return max(0.0, (self.quantum - self._tokens) / self.rate)

    def serve(self, now: float) -> None:
        """Wake as many waiters, in turn, as there are tokens for; all of them if the rate is 0.

        A wakened stream spends when it reads. One that has nothing to read takes nothing from the others.
        """
        if not self.rate:
            turns = len(self._queue)
        else:
            self._refill(now)
            turns = min(len(self._queue), int(self._tokens / self.quantum + 1e-9))
        while turns and self._queue:
            turns -= 1
            self._queue.popitem(last=False)[0].granted()

    def _refill(self, now: float) -> None:
        """Bring ``_tokens`` up to ``now``. What was spent meanwhile is taken as spent only now.

        So spending needs no clock, and what a full bucket let overflow meanwhile is never given out twice.
        """
        elapsed = now - self.stamp
        if elapsed > 0:
            self.stamp = now
            self._tokens += elapsed * self.rate
        self._tokens = min(self._burst, self._tokens) - self.spent
        self.spent = 0


def _quantum(rate: int) -> int:
    """Bytes of one turn at a rate."""
    if not rate:
        return LARGEST_QUANTUM
    slow = max(1, int(rate * BURST_SECONDS / TURNS_PER_BURST))
    return min(slow, max(SMOOTH_QUANTUM, int(rate * SMOOTH_SECONDS)), LARGEST_QUANTUM)
