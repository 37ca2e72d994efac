"""Waits for what nobody tells of: counters, widgets and other processes have no event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds by the machine's clock, whatever that of the loop says. Only what never comes takes as long."""


async def until(met: Callable[[], object]) -> None:
    """Let the loop turn until ``met``."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.001)
