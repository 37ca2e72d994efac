"""Bars of what thousands of sessions cost that do nothing, or whose readers have stalled."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.contenders import window
from tests.bench.processes import KIB, Child, python, running
from tests.bench.results import AtMost, Row, measured
from tests.relay.house import free_port

IDLE = 5000
STALLED = 2000
WARM = 20
"""Sessions that are opened before memory is read first."""


def idle_bars(rounds: int, seconds: int) -> list[Row]:
    """Memory and CPU of idle sessions, beyond those of the window without any."""
    sizes, shares = zip(*(_idle(seconds) for _ in range(rounds)), strict=True)
    told = f"{IDLE:,} sessions, window open"
    return [
        measured("idle session: memory", AtMost(10, "KiB"), sizes, told),
        measured("all idle sessions: share of a core", AtMost(1, "%"), shares, told),
    ]


def stalled_bars(rounds: int) -> list[Row]:
    """Memory of sessions whose two readers have stalled while both senders push all they can."""
    sizes = [_stalled() for _ in range(rounds)]
    told = f"{STALLED:,} sessions, stalled in both directions"
    return [measured("stalled session: memory", AtMost(64, "KiB"), sizes, told)]


def _stalled() -> float:
    """KiB of resident set for each session."""
    with _visited("stalled") as (relay, crowd):
        before = relay.memory()
        crowd.ask(STALLED)
        return (relay.memory() - before) / STALLED / KIB


def _idle(seconds: int) -> tuple[float, float]:
    """KiB for each session; per cent of a core for all of them."""
    with _visited("idle") as (relay, crowd):
        alone, before = _cpu_share(relay, seconds), relay.memory()
        crowd.ask(IDLE)
        time.sleep(1.5)
        return (relay.memory() - before) / IDLE / KIB, 100 * (_cpu_share(relay, seconds) - alone)


@contextlib.contextmanager
def _visited(kind: str) -> Iterator[tuple[Child, Child]]:
    """A fresh npsgui with its window open, and a crowd of a few sessions."""
    with tempfile.TemporaryDirectory() as folder:
        target = free_port()
        with window(Path(folder), {"crowd": target}) as ours:
            assert ours.process is not None
            command = python("tests.bench.crowd", kind, str(ours.ports["crowd"]), str(target))
            with running(*command) as crowd:
                crowd.hear()
                crowd.ask(WARM)
                time.sleep(1.5)
                yield ours.process, crowd


def _cpu_share(relay: Child, seconds: int) -> float:
    """The part of a core that it uses now."""
    before = relay.cpu()
    time.sleep(seconds)
    return (relay.cpu() - before) / seconds
