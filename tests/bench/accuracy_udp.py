"""Bars of limits on UDP: rates, equal shares, quotas to the byte. Both ends are the bench's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

from tests.bench.accuracy import (
    CROWDS,
    EDIT_SECONDS,
    EDITED_RATES,
    EDITS_FELT,
    FIRST_RATE,
    LOOPS,
    RATES,
    SECONDS,
    SHARED_RATE,
    STREAMS,
    edit_twice,
    metered,
)
from tests.bench.results import AtMost, Row, measured
from tests.bench.streaming import Arrivals

DATAGRAM = 1000
QUOTA = 3_000_000
"""Whole datagrams: one that does not fit in is not carried."""
LARGEST = 32_768
BUFFER = 4 * 1024 * 1024
"""Bytes that the system keeps for an end that is busy: the bench is both ends, and one process."""
EXCESS = 1.5
"""Visitors send this much more than is carried."""
SETTLE_SECONDS = 1.0
"""The burst that was saved up is over then."""
TICK_SECONDS = 0.001


class Peer(asyncio.DatagramProtocol):
    """Counts what comes, by sender; sends it back where it is to."""

    def __init__(self, *, echo: bool = False) -> None:
        self.all = Arrivals()
        self.by_sender: dict[Any, int] = {}
        self._echo = echo
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.all.count(len(data))
        self.by_sender[addr] = self.by_sender.get(addr, 0) + len(data)
        if self._echo and self._transport is not None:
            self._transport.sendto(data, addr)


def udp_accuracy_bars(rounds: int) -> list[Row]:
    """As those on TCP."""
    rates = [asyncio.run(_rates()) for _ in range(rounds)]
    shares = [asyncio.run(_shares()) for _ in range(rounds)]
    edits = [asyncio.run(_edits()) for _ in range(rounds)]
    missed = [float(asyncio.run(_quotas(loop))) for loop in LOOPS for _ in range(rounds)]
    return [
        measured(
            "UDP rate: worst error over 10 s",
            AtMost(3, "%"),
            rates,
            "1, 10, 100 KiB/s, 1, 10, 100 MiB/s at once",
        ),
        measured(
            "ten UDP visitors, one rate: worst share",
            AtMost(10, "%"),
            shares,
            "off a tenth, over 3 s of 10 MiB/s",
        ),
        measured("UDP rate edited: felt after", AtMost(0.5, "s"), edits, EDITS_FELT),
        measured(
            "UDP quota: bytes delivered beside it",
            AtMost(0, "B"),
            missed,
            "1, 8, 64 visitors, there and back, on each loop; worst",
        ),
    ]


@contextlib.asynccontextmanager
async def _peer(
    *, port: int | None = None, echo: bool = False
) -> AsyncIterator[tuple[asyncio.DatagramTransport, Peer]]:
    """A socket on a port of its own, or one connected to ``port``."""
    loop = asyncio.get_running_loop()
    here = ("127.0.0.1", 0) if port is None else None
    there = None if port is None else ("127.0.0.1", port)
    transport, made = await loop.create_datagram_endpoint(
        lambda: Peer(echo=echo), local_addr=here, remote_addr=there
    )
    try:
        yield transport, made
    finally:
        transport.close()


def _port(transport: asyncio.DatagramTransport) -> int:
    return int(transport.get_extra_info("sockname")[1])


async def _send(transport: asyncio.DatagramTransport, rate: float, size: int, seconds: float) -> None:
    """Send datagrams at a rate, bytes/s, evenly."""
    began = time.monotonic()
    sent = 0
    data = bytes(size)
    while (passed := time.monotonic() - began) < seconds:
        while sent < passed * rate:
            transport.sendto(data)
            sent += size
        await asyncio.sleep(TICK_SECONDS)


def _size(rate: float) -> int:
    """Fifty datagrams a second, not too small to be told and not too large for a socket's buffer."""
    return max(16, min(LARGEST, int(rate / 50)))


async def _rates() -> float:
    """Per cent."""
    async with contextlib.AsyncExitStack() as stack:
        targets = [await stack.enter_async_context(_peer()) for _ in RATES]
        relay, tunnels = stack.enter_context(metered("npsgui", "udp", [_port(one) for one, _ in targets]))
        visits = []
        for number, (rate, tunnel) in enumerate(zip(RATES, tunnels, strict=True), 1):
            relay.ask([number, {"rate": rate}])
            visitor, _ = await stack.enter_async_context(_peer(port=tunnel))
            visits.append(_send(visitor, EXCESS * rate, _size(rate), SETTLE_SECONDS + SECONDS + 0.5))
        began = time.monotonic() + SETTLE_SECONDS
        await asyncio.gather(*visits)
    found = [made.all.at(began + SECONDS) - made.all.at(began) for _, made in targets]
    return 100 * max(abs(count / SECONDS / rate - 1) for count, rate in zip(found, RATES, strict=True))


async def _shares() -> float:
    """Per cent."""
    async with contextlib.AsyncExitStack() as stack:
        target, made = await stack.enter_async_context(_peer())
        relay, tunnels = stack.enter_context(metered("npsgui", "udp", [_port(target)]))
        relay.ask([1, {"rate": SHARED_RATE}])
        visitors = [await stack.enter_async_context(_peer(port=tunnels[0])) for _ in range(STREAMS)]
        each = EXCESS * SHARED_RATE / STREAMS
        await asyncio.gather(*(_send(visitor, each, DATAGRAM, 3) for visitor, _ in visitors))
    tenth = sum(made.by_sender.values()) / STREAMS
    return 100 * max(abs(count / tenth - 1) for count in made.by_sender.values())


async def _edits() -> float:
    """Seconds until a visitor's datagrams come at the new rate; infinite when its session was dropped."""
    async with contextlib.AsyncExitStack() as stack:
        target, made = await stack.enter_async_context(_peer())
        relay, tunnels = stack.enter_context(metered("npsgui", "udp", [_port(target)]))
        relay.ask([1, {"rate": FIRST_RATE}])
        visitor, _ = await stack.enter_async_context(_peer(port=tunnels[0]))
        sending = asyncio.create_task(_send(visitor, EXCESS * max(EDITED_RATES), LARGEST, 4 * EDIT_SECONDS))
        felt = await edit_twice(relay, made.all)
        sending.cancel()
        await asyncio.wait([sending])
    # each session has a socket of its own towards the target
    return felt if len(made.by_sender) == 1 else float("inf")


async def _quotas(loop: str) -> int:
    """The most bytes that were delivered beyond the quota, or short of it."""
    return max([await _quota(loop, crowd) for crowd in CROWDS])


async def _quota(loop: str, crowd: int) -> int:
    """What both ends have received, beside the quota."""
    async with contextlib.AsyncExitStack() as stack:
        target, made = await stack.enter_async_context(_peer(echo=True))
        relay, tunnels = stack.enter_context(metered(loop, "udp", [_port(target)]))
        relay.ask([1, {"quota": QUOTA}])
        visitors = [await stack.enter_async_context(_peer(port=tunnels[0], echo=True)) for _ in range(crowd)]
        for visitor, _ in visitors:
            visitor.sendto(bytes(DATAGRAM))  # what comes back goes back, until the quota is used up
        ends = [made, *(back for _, back in visitors)]
        before = -1
        while (received := sum(end.all.bytes for end in ends)) != before:
            before = received
            await asyncio.sleep(0.3)
    return abs(received - QUOTA)
