"""Bars of the mux without a socket: bytes to frames and back."""

from __future__ import annotations

import time
from collections.abc import Callable

from npsgui.bridge.frames import Bytes, data_frames, parse
from tests.bench.results import AtLeast, Row, measured

READ = 256 * 1024
SMALL = 100
SMALL_FRAMES = 2000


def mux_bars(rounds: int) -> list[Row]:
    """Full frames as one read brings them, and the smallest that anybody sends."""
    bulk, small = bytes(READ), bytes(SMALL)
    full_frames = memoryview(b"".join(data_frames(1, bulk)))
    small_frames = memoryview(b"".join(data_frames(1, small)) * SMALL_FRAMES)

    def build_small() -> None:
        pieces: list[Bytes] = []
        for _ in range(SMALL_FRAMES):
            pieces += data_frames(1, small)
        b"".join(pieces)

    wide, narrow = AtLeast(4.0, "GB/s"), AtLeast(0.15, "GB/s")
    one_read, many = "a read of 256 KiB, one stream", f"{SMALL_FRAMES} frames of {SMALL} bytes, one stream"
    return [
        measured("mux: full frames parsed", wide, _rates(rounds, READ, lambda: parse(full_frames)), one_read),
        measured(
            "mux: full frames built",
            wide,
            _rates(rounds, READ, lambda: b"".join(data_frames(1, bulk))),
            one_read,
        ),
        measured(
            "mux: 100-byte frames parsed",
            narrow,
            _rates(rounds, SMALL * SMALL_FRAMES, lambda: parse(small_frames)),
            many,
        ),
        measured(
            "mux: 100-byte frames built", narrow, _rates(rounds, SMALL * SMALL_FRAMES, build_small), many
        ),
    ]


def _rates(rounds: int, size: int, once: Callable[[], object]) -> list[float]:
    """GB/s of payload in each of ``rounds`` tenths of a second of CPU."""
    rates = []
    for _ in range(rounds):
        count, began = 0, time.process_time()
        while (spent := time.process_time() - began) < 0.1:
            once()
            count += 1
        rates.append(count * size / spent / 1e9)
    return rates
