"""Bars of the ledger: a year of 100 busy owners, and the flush of 10,000 that all moved."""

from __future__ import annotations

import gc
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from npsgui.ledger.backlog import Backlog, Batch, Delta
from npsgui.ledger.opening import FILE, open_store
from npsgui.ledger.schema import LOCAL
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.views import Step
from tests.bench.processes import MIB
from tests.bench.results import AtMost, Row, measured
from tests.ledger.household import CLIENT, tunnel_key
from tests.ledger.pen import Pen

DAY = 86400
NOW = 1_795_392_000
"""A midnight in UTC."""

BUSY, MOVING = 100, 10_000

BYTES = "abs(random() % 1000000000)"

YEAR = f"""
WITH RECURSIVE s(at) AS (VALUES ({NOW - 90 * DAY}) UNION ALL SELECT at + 60 FROM s WHERE at < {NOW - 60})
    INSERT INTO minutes SELECT row, at, {BYTES}, {BYTES} FROM owners CROSS JOIN s;
INSERT INTO hours SELECT owner, start - start % 3600, sum(inlet), sum(export), max(inlet + export)
    FROM minutes GROUP BY 1, 2;
WITH RECURSIVE s(at) AS (VALUES ({NOW - 365 * DAY}) UNION ALL SELECT at + 3600 FROM s
                         WHERE at < {NOW - 90 * DAY - 3600})
    INSERT INTO hours SELECT row, at, 60 * {BYTES}, 60 * {BYTES}, 1000000000 FROM owners CROSS JOIN s;
INSERT INTO days SELECT owner, start - start % 86400, sum(inlet), sum(export), max(peak)
    FROM hours GROUP BY 1, 2;
INSERT INTO runs VALUES ('{LOCAL}', {NOW - 365 * DAY}, {NOW}, 1, 1);
UPDATE nodes SET hours_until = {NOW}, days_until = {NOW}, minutes_from = {NOW - 90 * DAY};
"""
"""The rows that the roll-up would have left of 52 million minutes."""


def ledger_bars(rounds: int) -> list[Row]:
    """On the disk that holds the temporary files; nothing else is asked of the writer meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        year = year_bars(Path(folder), rounds)
    with tempfile.TemporaryDirectory() as folder:
        return [*year, flush_bar(Path(folder), rounds)]


def year_bars(folder: Path, rounds: int) -> list[Row]:
    """A year of minutes by 100 owners that moved in each: its size, and charts of it."""
    Pen(folder, *range(1, BUSY)).store.close()
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.executescript(YEAR)
    size = (folder / FILE).stat().st_size / MIB
    store = open_store(folder)

    def read(since: int, step: Step) -> float:
        return seconds(lambda: store.history(CLIENT.owner, since, NOW, step))

    month = [1000 * read(NOW - 30 * DAY, Step.HOUR) for _ in range(rounds)]
    whole = [1000 * read(NOW - 365 * DAY, Step.HOUR) for _ in range(rounds)]
    store.close()
    return [
        measured("a year of 100 busy owners", AtMost(2048, "MiB"), [size], "the ledger's file"),
        measured("a month's chart of one client in it", AtMost(50, "ms"), month, "720 hours read"),
        measured("a year's chart of one client in it", AtMost(150, "ms"), whole, "8,760 hours read"),
    ]


def flush_bar(folder: Path, rounds: int) -> Row:
    """One second in which 10,000 tunnels moved, each for one peer; in the writer."""
    pen = Pen(folder, *range(1, MOVING + 1))
    times = []
    gc.collect()
    gc.freeze()  # as the program does once it runs
    for turn in range(1, rounds + 2):
        backlog = Backlog(pen.number)
        batch = moved(turn)

        def write(backlog: Backlog = backlog, batch: Batch = batch) -> None:
            backlog.add(batch)
            pen.write_backlog(backlog)

        times.append(1000 * seconds(write))
    gc.unfreeze()
    pen.store.close()
    return measured(
        "flush of 10,000 owners that all moved", AtMost(150, "ms"), times[1:], "their peers with them"
    )


def moved(turn: int) -> Batch:
    """What the books hand over in second ``turn`` of a minute."""
    keys = [tunnel_key(id_) for id_ in range(1, MOVING + 1)]
    deltas = [Delta(key, 100, 50, 100 * turn, 50 * turn) for key in keys]
    above = (100 * MOVING, 50 * MOVING)
    deltas += [Delta(key, *above, turn * above[0], turn * above[1]) for key in (CLIENT.owner, GLOBAL_KEY)]
    peers = [(key, "192.0.2.7", 100, 50) for key in keys]
    return Batch(NOW, NOW + turn, tuple(deltas), peers=peers)


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
