"""Bars of limits: rates, equal shares, quotas to the byte, edits that are felt."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator

from npsgui.model.entities import Target
from tests.bench.processes import KIB, MIB, Child, python, running
from tests.bench.results import AtMost, Row, measured
from tests.bench.streaming import Arrivals, download, flood, receive, upload
from tests.relay.house import serving

RATES = (KIB, 10 * KIB, 100 * KIB, MIB, 10 * MIB, 100 * MIB)
SECONDS = 10
STREAMS = 10
SHARED_RATE = 10 * MIB
QUOTA = 3_000_017
CROWDS = (1, 8, 64)
LOOPS = ("npsgui", "asyncio", "qasync")
EDIT_SECONDS = 2.0
FIRST_RATE = 10 * MIB
EDITED_RATES = (MIB, 20 * MIB)
EDITS_FELT = "10 to 1 to 20 MiB/s, the slower one"
PATIENCE = 10
"""How long a stream may go on after its quota, s."""
WINDOW_SECONDS = 0.25
"""How long a stretch of a stream is whose rate is looked at."""


def accuracy_bars(rounds: int) -> list[Row]:
    """On TCP. All rates at once, then the others one by one."""
    rates = [asyncio.run(_rates()) for _ in range(rounds)]
    shares = [asyncio.run(_shares()) for _ in range(rounds)]
    edits = [asyncio.run(_edits()) for _ in range(rounds)]
    missed = [float(asyncio.run(_quotas(loop))) for loop in LOOPS for _ in range(rounds)]
    return [
        measured(
            "rate: worst error over 10 s", AtMost(3, "%"), rates, "1, 10, 100 KiB/s, 1, 10, 100 MiB/s at once"
        ),
        measured(
            "ten streams, one rate: worst share", AtMost(10, "%"), shares, "off a tenth, over 3 s of 10 MiB/s"
        ),
        measured("rate edited: felt after", AtMost(0.5, "s"), edits, EDITS_FELT),
        measured(
            "quota: bytes delivered beside it",
            AtMost(0, "B"),
            missed,
            "1, 8, 64 streams, both ways, on each loop; worst",
        ),
    ]


@contextlib.contextmanager
def metered(loop: str, mode: str, targets: list[int]) -> Iterator[tuple[Child, list[int]]]:
    """A relay on a loop, and the ports of its tunnels of this mode to ports of this machine."""
    with running(*python("tests.bench.metered", loop, mode, *map(str, targets))) as relay:
        yield relay, relay.hear()


def _relay(loop: str, served: list[Target]) -> contextlib.AbstractContextManager[tuple[Child, list[int]]]:
    return metered(loop, "tcp", [target.port for target in served])


async def _rates() -> float:
    """Per cent."""
    async with serving(*[flood] * len(RATES)) as served:
        with _relay("npsgui", served) as (relay, tunnels):
            for number, rate in enumerate(RATES, 1):
                relay.ask([number, {"rate": rate}])
            found = [Arrivals() for _ in RATES]
            began = time.monotonic()
            visits = (download(port, into, SECONDS + 0.5) for port, into in zip(tunnels, found, strict=True))
            await asyncio.gather(*visits)
    carried = [arrivals.at(began + SECONDS) for arrivals in found]
    return 100 * max(abs(count / SECONDS / rate - 1) for count, rate in zip(carried, RATES, strict=True))


async def _shares() -> float:
    """Per cent."""
    async with serving(flood) as served:
        with _relay("npsgui", served) as (relay, tunnels):
            relay.ask([1, {"rate": SHARED_RATE}])
            found = [Arrivals() for _ in range(STREAMS)]
            await asyncio.gather(*(download(tunnels[0], into, 3) for into in found))
    tenth = sum(arrivals.bytes for arrivals in found) / STREAMS
    return 100 * max(abs(arrivals.bytes / tenth - 1) for arrivals in found)


async def _edits() -> float:
    """Seconds until a stream runs at its new rate; infinite when it was dropped."""
    async with serving(flood) as served:
        with _relay("npsgui", served) as (relay, tunnels):
            relay.ask([1, {"rate": FIRST_RATE}])
            found = Arrivals()
            visit = asyncio.create_task(download(tunnels[0], found, 4 * EDIT_SECONDS))
            felt = await edit_twice(relay, found)
            if visit.done():
                return float("inf")
            visit.cancel()
            return felt


async def edit_twice(relay: Child, found: Arrivals) -> float:
    """Slow tunnel 1 down, then speed it up; how long it took until that was felt, the longer time, s."""
    felt = []
    for rate in EDITED_RATES:
        await asyncio.sleep(EDIT_SECONDS)
        edited = time.monotonic()
        relay.ask([1, {"rate": rate}])
        await asyncio.sleep(EDIT_SECONDS - 0.5)
        felt.append(_felt(found, edited, rate))
    return max(felt)


def _felt(found: Arrivals, edited: float, rate: int) -> float:
    """The time from which on a stretch has its rate within a quarter."""
    for step in range(100):
        begin = edited + step * 0.01
        carried = found.at(begin + WINDOW_SECONDS) - found.at(begin)
        if abs(carried / WINDOW_SECONDS / rate - 1) <= 0.25:
            return begin - edited
    return float("inf")


async def _quotas(loop: str) -> int:
    """The most bytes that were delivered beyond the quota, or short of it."""
    return max([await _quota(loop, crowd, up) for crowd in CROWDS for up in (False, True)])


async def _quota(loop: str, crowd: int, up: bool) -> int:
    taken = Arrivals()
    ended = asyncio.Semaphore(0)

    async def take(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await receive(reader, taken)
        ended.release()

    async with serving(take if up else flood) as served:
        with _relay(loop, served) as (relay, tunnels):
            relay.ask([1, {"quota": QUOTA}])
            if not up:
                await asyncio.gather(*(download(tunnels[0], taken, PATIENCE) for _ in range(crowd)))
                return abs(taken.bytes - QUOTA)
            visits = [asyncio.create_task(upload(tunnels[0], PATIENCE)) for _ in range(crowd)]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    while taken.bytes < QUOTA:
                        await ended.acquire()
            await asyncio.gather(*visits)
            return abs(taken.bytes - QUOTA)
