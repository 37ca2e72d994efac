"""Bars of a window on ten thousand owners: tables, the year's chart, and the minute that turns."""

from __future__ import annotations

import statistics
import tempfile

from tests.bench.processes import python, running
from tests.bench.results import AtMost, Row, measured

FRAME = AtMost(16, "ms")


def drawing_bars(rounds: int) -> list[Row]:
    """One window, asked ``rounds`` times."""
    with tempfile.TemporaryDirectory() as folder, running(*python("tests.bench.populated", folder)) as window:
        tables = [window.ask("table") for _ in range(rounds)]
        window.ask("turn")  # makes the rings of the live rates: once in a program's life
        turns = [window.ask("turn") for _ in range(rounds)]
        pans = [max(statistics.median(frames) for frames in window.ask("chart")) for _ in range(rounds)]
        themes = [statistics.median(window.ask("theme")) for _ in range(rounds)]
        crowds = [statistics.median(window.ask("sessions")) for _ in range(rounds)]
    writer = [turn["writer"] for turn in turns]
    stalls = [turn["stall"] for turn in turns]
    shown = [statistics.median(table["shown"]) for table in tables]
    whole = statistics.median(statistics.median(table["whole"]) for table in tables)
    told = f"every row changed, and painted; the whole window's second, rows pulled too: {whole:.1f} ms"
    crowd = "10,001 owners, all of which moved"
    return [
        measured("minute turns: time in the writer", AtMost(150, "ms"), writer, crowd),
        measured("minute turns: longest stall of Qt", FRAME, stalls, crowd),
        measured("table of 1,000 rows refreshed", AtMost(8, "ms"), shown, told),
        measured(
            "10,000 connections: longest stall of Qt", FRAME, crowds, "each second, all moved, sorted by rate"
        ),
        measured(
            "another theme: longest stall of Qt", AtMost(50, "ms"), themes, "every page made; painted, too"
        ),
        measured(
            "year of minutes panned: a frame",
            FRAME,
            pans,
            "525,600 points; half a year to three days, the slowest",
        ),
    ]
