"""Makes every asyncio task of the program. Lies under all floors; imports none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_running: set[asyncio.Task[Any]] = set()
"""The loop itself keeps tasks only weakly."""


def spawn(coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Run ``coro`` as a task of the running loop; it is kept until it ends.

    A failure goes to the loop's exception handler: in the window, to the crash dialog.
    """
    task = _begun(coro, name)
    task.add_done_callback(_report)
    return task


async def carried_through(coro: Coroutine[Any, Any, T], name: str) -> T:
    """What ``coro`` gives or raises. It is carried through, even when who waits for it is cancelled.

    A failure that nobody waits for any more goes to the loop's exception handler.
    """
    task = _begun(coro, name)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_report)
        raise


def loop_runs() -> bool:
    """Whether there is a loop to spawn in: a timer of a window may come when the loop has ended."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _begun(coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    task = asyncio.get_running_loop().create_task(coro, name=name)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


def _report(task: asyncio.Task[Any]) -> None:
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        task.get_loop().call_exception_handler(
            {"message": f"The task “{task.get_name()}” failed", "exception": error, "task": task}
        )
