"""Wakes the streams that wait for a bucket: one timer for each bucket that anyone waits for."""

from __future__ import annotations

import asyncio

from npsgui.model.bucket import Bucket, Waiter

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

    def _arm(self, bucket: Bucket) -> None:
        seconds = bucket.next_turn(self._loop.time())
        if seconds is None:
            self._timers.pop(bucket, None)
        else:
            self._timers[bucket] = self._loop.call_later(max(seconds, SHORTEST), self._serve, bucket)

    def _serve(self, bucket: Bucket) -> None:
        bucket.serve(self._loop.time())
        self._arm(bucket)
