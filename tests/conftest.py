"""What every test shares: no display is needed, and a body runs on each event loop that npsgui ships."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import qasync
from hypothesis import settings
from PySide6.QtCore import QCoreApplication

from npsgui.ui.loop import new_event_loop
from tests.disk import small_disk

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# a shell has what it runs in the background ignore them, and so would every program that a test starts
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

settings.register_profile("npsgui", deadline=None)  # the machine is shared: time says nothing about us
settings.load_profile("npsgui")

PATIENCE = 120.0
"""Seconds. Only a test that hangs needs as many, however busy the machine is."""

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]

LOOPS: dict[str, Callable[[QCoreApplication], asyncio.AbstractEventLoop]] = {
    "asyncio": lambda _app: asyncio.SelectorEventLoop(),
    "qasync": lambda app: qasync.QEventLoop(app),
    "npsgui": new_event_loop,
}
"""The loops that npsgui runs on: headless, on other platforms, in its window."""


def pytest_collection_finish() -> None:
    """What is imported by now stays: collections look only at what the tests make, in a tenth of the time."""
    gc.freeze()


# stock qasync closes its self-pipe before the notifier that watches it
NOISE = {"qasync": [pytest.mark.qt_log_ignore("QSocketNotifier: Invalid socket")]}


@pytest.fixture(params=[pytest.param(name, marks=NOISE.get(name, [])) for name in LOOPS])
def loop_name(request: pytest.FixtureRequest) -> str:
    """Each loop in turn."""
    name: str = request.param
    return name


@pytest.fixture
def runner(loop_name: str, qapp: QCoreApplication) -> Iterator[asyncio.Runner]:
    """Runs coroutines on the loop of this turn."""
    # stock qasync asks for the current loop in debug mode, when there is none any more
    debug = False if loop_name == "qasync" else None
    with asyncio.Runner(loop_factory=lambda: LOOPS[loop_name](qapp), debug=debug) as made:
        yield made
    # a loop is a ring of Qt objects, which must be freed in this thread: the ledger's has collections, too
    del made
    gc.collect()


@pytest.fixture
def run(runner: asyncio.Runner) -> Run[Any]:
    """Run one coroutine to its end; a test that hangs fails after PATIENCE."""

    def within_time(body: Coroutine[Any, Any, T]) -> T:
        async def bounded() -> T:
            async with asyncio.timeout(PATIENCE):
                return await body

        return runner.run(bounded())

    return within_time


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one MiB."""
    with small_disk(tmp_path / "disk") as place:
        yield place
