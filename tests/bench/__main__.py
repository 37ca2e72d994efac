"""``make bench``: measures every bar against its peer in the same run; prints and writes the table.

``python -m tests.bench [--quick] [GROUP...]``: one short round for trying; only these groups. What is tried
so is printed, not written.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    accuracy,
    accuracy_udp,
    agents,
    contenders,
    drawing,
    keeping,
    muxing,
    sessions,
    starting,
    traffic,
)
from tests.bench.results import Row, table

RESULTS = Path(__file__).with_name("results.md")
NOTES = Path(__file__).with_name("notes.md")
"""What is to be said of the results, whatever they are: how they are measured, what was tried on a miss."""

ROUNDS, SECONDS = 5, 3


def traffic_group(rounds: int, seconds: int) -> list[Row]:
    """Everything that iperf3 and wrk can measure, all contenders alive at once."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        to = stack.enter_context(contenders.services(folder))
        ours = stack.enter_context(contenders.window(folder / "window", to))
        plain = stack.enter_context(contenders.headless(folder / "serve", to))
        proxy = stack.enter_context(contenders.haproxy(folder, to))
        streams = stack.enter_context(contenders.streams(to))
        return [
            *traffic.bulk_bars(ours, proxy, streams, contenders.direct(to), rounds, seconds),
            *traffic.request_bars(ours, [(proxy, 0.8), (plain, 0.9), (streams, 3.0)], rounds, seconds),
            *traffic.connection_bars(ours, proxy, rounds, seconds),
            *traffic.tick_bars(ours, rounds, seconds),
            *traffic.page_bars(ours, rounds, min(seconds, 2)),
        ]


GROUPS: dict[str, Callable[[int, int], list[Row]]] = {
    "traffic": traffic_group,
    "idle": sessions.idle_bars,
    "stalled": lambda rounds, _seconds: sessions.stalled_bars(rounds),
    "agent": agents.agent_bars,
    "mux": lambda rounds, _seconds: muxing.mux_bars(rounds),
    "drawing": lambda rounds, _seconds: drawing.drawing_bars(rounds),
    "accuracy": lambda rounds, _seconds: accuracy.accuracy_bars(rounds),
    "udp": lambda rounds, _seconds: accuracy_udp.udp_accuracy_bars(rounds),
    "ledger": lambda rounds, _seconds: keeping.ledger_bars(rounds),
    "start": lambda rounds, _seconds: starting.start_bars(rounds),
}


def measure(names: list[str], rounds: int, seconds: int) -> Iterator[Row]:
    """The rows of these groups, as they are measured."""
    for name in names:
        began = time.monotonic()
        print(f"{name} ...", file=sys.stderr, flush=True)
        yield from GROUPS[name](rounds, seconds)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    """1 when a bar is missed."""
    top = argparse.ArgumentParser(prog="python -m tests.bench")
    top.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    top.add_argument("--quick", action="store_true", help="one short round, for trying")
    given = top.parse_args()
    if unknown := set(given.groups) - set(GROUPS):
        top.error(f"no such group: {', '.join(sorted(unknown))}")
    rounds, seconds = (1, 2) if given.quick else (ROUNDS, SECONDS)
    rows = list(measure(given.groups or list(GROUPS), rounds, seconds))
    shown = table(rows)
    print(shown)
    if not given.quick and not given.groups:
        RESULTS.write_text(f"# What make bench measured\n\n{shown}\n\n{NOTES.read_text()}")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
