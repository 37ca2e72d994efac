"""Streams take turns at buckets; one timer for each bucket that any stream waits for wakes them."""

from __future__ import annotations

import asyncio
from typing import Protocol

from npsgui.model.bucket import Bucket, Waiter
from npsgui.model.gate import Lane

SHORTEST = 0.001
"""Seconds between two servings: those who were served first get to read before anyone is served again."""


class Pacer:
    """Puts time to the model's buckets."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timers: dict[Bucket, asyncio.TimerHandle] = {}

    def wait(self, bucket: Bucket, waiter: Waiter) -> None:
        """Put ``waiter`` into the queue of ``bucket``; it is ``granted`` when its turn comes."""
        bucket.wait(waiter)
        if bucket not in self._timers:
            self._arm(bucket)

    def refresh(self) -> None:
        """Set every timer again: rates have changed."""
        for bucket, timer in list(self._timers.items()):
            timer.cancel()
            self._arm(bucket)

    def now(self) -> float:
        """The time of the loop, s."""
        return self._loop.time()

    def _arm(self, bucket: Bucket) -> None:
        seconds = bucket.next_turn(self._loop.time())
        if seconds is None:
            self._timers.pop(bucket, None)
        else:
            self._timers[bucket] = self._loop.call_later(max(seconds, SHORTEST), self._serve, bucket)

    def _serve(self, bucket: Bucket) -> None:
        bucket.serve(self._loop.time())
        self._arm(bucket)


class Paced(Protocol):
    """A stream that reads only when it has a turn."""

    def pace(self, waits: bool) -> None:
        """It has to wait for its turn from now on, or its turn has come."""


class Turns:
    """One stream's turns at the buckets of its lane: one quantum each time, at each bucket that is dry."""

    __slots__ = ("_at", "_lane", "_pacer", "_stream", "grant")

    def __init__(self, lane: Lane, pacer: Pacer, stream: Paced) -> None:
        self._lane = lane
        self._pacer = pacer
        self._stream = stream
        self._at = 0
        self.grant = 0
        """Bytes that are left of its turn."""

    def take(self, now: float, first: int = 0) -> None:
        """Begin a turn, or wait for it at the next dry bucket from the one with index ``first`` on."""
        dry = self._lane.next_dry(first, now)
        if dry is None:
            self.grant = self._lane.quantum
            self._stream.pace(False)
            return
        self._at = dry
        self._stream.pace(True)
        self._pacer.wait(self._lane.buckets[dry], self)

    def spent(self, count: int) -> None:
        """It has read ``count`` bytes, which are charged."""
        grant, quantum = self.grant, self._lane.quantum
        self.grant = left = (grant if grant < quantum else quantum) - count
        if left <= 0:
            self.take(self._pacer.now())

    def granted(self) -> None:
        """The bucket: its turn there has come."""
        self.take(self._pacer.now(), self._at + 1)

    def leave(self) -> None:
        """It has ended: it waits no more."""
        for bucket in self._lane.buckets:
            bucket.forget(self)
