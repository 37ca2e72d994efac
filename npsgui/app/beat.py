"""What makes the program turn once a second, whatever befalls one of the turns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine

from npsgui.tasks import spawn

AFTER_THE_SECOND = 0.005
"""A turn is made this long after the wall clock's second, s: a minute's last bytes are then in its row."""


async def keep_beat(turn: Callable[[], Coroutine[None, None, None]]) -> None:
    """Make a ``turn`` each second, until it is cancelled, and the turn under way with it.

    A turn that fails is reported as every task that does; the next is made all the same.
    """
    while True:
        await asyncio.sleep(1.0 - time.time() % 1.0 + AFTER_THE_SECOND)
        running = spawn(turn(), "beat")
        try:
            await asyncio.wait([running])
        finally:
            running.cancel()
