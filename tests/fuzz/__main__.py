"""Fuzzes the parsers of the relay for as long as you like: ``python -m tests.fuzz SECONDS [PARSER...]``.

What it finds becomes a case of ``tests/relay/test_fuzz.py``, which runs each parser briefly.
"""

from __future__ import annotations

import sys
import time

from hypothesis import HealthCheck, given, settings

from tests.fuzz.parsers import PARSERS

BATCH = 20_000
"""Examples between two looks at the clock."""


def fuzz(name: str, seconds: float) -> int:
    """Run one parser; how many examples it stood. Raises what the first that it did not stand raised."""
    check, data = PARSERS[name]
    example = settings(
        max_examples=BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    body = example(given(data)(check))
    end, stood = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        body()
        stood += BATCH
    return stood


if __name__ == "__main__":
    for parser in sys.argv[2:] or PARSERS:
        print(f"{parser}: {fuzz(parser, float(sys.argv[1])):,} examples", flush=True)
