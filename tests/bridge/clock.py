"""A loop whose clock jumps to the next deadline when there is nothing to do: hours of waiting cost none."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GRACE: float = 0.002
"""Seconds for which sockets are asked before the clock jumps: what loopback carries is there by then."""


class _Selector(selectors.DefaultSelector):
    """Never waits longer than the grace while there is a deadline; tells what it did not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.saved = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= GRACE:
            return super().select(timeout)
        found = super().select(GRACE)
        if not found:
            self.saved += timeout - GRACE
        return found


class HurriedLoop(asyncio.SelectorEventLoop):
    """asyncio's loop on its own time. Threads would be overtaken: nothing may wait for one."""

    def __init__(self) -> None:
        self._hurried = _Selector()
        super().__init__(self._hurried)

    def time(self) -> float:
        return super().time() + self._hurried.saved


def hurry(body: Coroutine[Any, Any, T]) -> T:
    """Run ``body`` with a clock that does not wait."""
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(body)
