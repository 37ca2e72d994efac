"""Bars of starting: how long until the window is painted, and what it weighs."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.bench.contenders import furnish
from tests.bench.processes import MIB, python, running
from tests.bench.results import AtMost, Row, measured

SETTLED_SECONDS = 3.0


def start_bars(rounds: int) -> list[Row]:
    """A window on a ledger that is there already; the first start only warms the disk's cache."""
    times, sizes = [], []
    with tempfile.TemporaryDirectory() as folder:
        furnish(Path(folder), {"tunnel": 9})
        for _ in range(rounds + 1):
            with running(*python("tests.bench.inside", folder)) as process:
                times.append(process.hear() - process.started)
                time.sleep(SETTLED_SECONDS)
                sizes.append(process.memory() / MIB)
    return [
        measured("start to first paint", AtMost(1.0, "s"), times[1:], "warm"),
        measured(
            "memory with the window open", AtMost(170, "MiB"), sizes[1:], "resident, 3 s after the start"
        ),
    ]
