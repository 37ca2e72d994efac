"""``kill -9`` in the middle of traffic: at most a second is lost, and nothing is counted twice."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import Serve, Terminal
from tests.relay.house import free_port

KILLS = 20
CHUNK = 4096
RATE = 1 << 20
"""Bytes/s, both directions together: a steady stream, kept by npsgui itself. 128 chunks/s there and back."""

LONGEST = 200
"""Chunks, there and back, before the latest kill: about 1.6 s of them."""

SECOND = 1.0
FLUSH = 0.5
"""How long the beat and the commit behind it may take on a busy machine, s."""


@dataclass
class Counter:
    """What one far end received, and when."""

    received: int = 0
    marks: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])

    def add(self, count: int) -> None:
        self.received += count
        self.marks.append((time.monotonic(), self.received))

    def until(self, moment: float) -> int:
        """Bytes received up to ``moment``."""
        return max(received for at, received in self.marks if at <= moment)


@dataclass
class Round:
    """One life of the process: what went in and came out of the tunnel, and when it was killed."""

    inlet: Counter = field(default_factory=Counter)
    export: Counter = field(default_factory=Counter)
    killed_at: float = 0.0

    def allows(self, counted: Counter, recorded: int) -> bool:
        """Whether the ledger may say that ``counted`` is ``recorded``."""
        return counted.until(self.killed_at - SECOND - FLUSH) <= recorded <= counted.received


async def echo(listener: socket.socket, counter: Counter) -> None:
    """The target: send everything back, count it."""
    loop = asyncio.get_running_loop()
    peer, _ = await loop.sock_accept(listener)
    with peer, contextlib.suppress(ConnectionError):
        while data := await loop.sock_recv(peer, CHUNK):
            counter.add(len(data))
            await loop.sock_sendall(peer, data)


async def ping(port: int, counter: Counter, times: int, kill: Coroutine[Any, Any, None]) -> None:
    """The visitor: each chunk is sent when the one before is back, so that nothing waits in between."""
    loop = asyncio.get_running_loop()
    with socket.socket() as peer, contextlib.suppress(ConnectionError):
        peer.setblocking(False)
        await loop.sock_connect(peer, ("127.0.0.1", port))
        for _ in range(times):
            await loop.sock_sendall(peer, bytes(CHUNK))
            wanted = counter.received + CHUNK
            while counter.received < wanted:
                counter.add(len(await loop.sock_recv(peer, wanted - counter.received)))
        await loop.sock_sendall(peer, bytes(CHUNK))
        await kill
        while data := await loop.sock_recv(peer, CHUNK):
            counter.add(len(data))


async def live_once(folder: Path, port: int, target: socket.socket, chunks: int) -> Round:
    """Carry about so many chunks there and back through a fresh process, then kill it."""
    made = Round()

    async def kill() -> None:
        made.killed_at = time.monotonic()
        served.kill()

    with Serve(folder) as served:
        served.ready()
        async with asyncio.timeout(30):
            await asyncio.gather(echo(target, made.inlet), ping(port, made.export, chunks, kill()))
    return made


def test_a_killed_process_loses_at_most_a_second_and_counts_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(20)
    terminal, port = Terminal(tmp_path, capsys), free_port()
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.setblocking(False)
        terminal.done("add", "client", "remark=killed")
        terminal.done("add", "tunnel", "client=1", f"port={port}", f"targets={target.getsockname()[1]}")
        terminal.done("set", "tunnel", 1, f"rate={RATE}")
        before = (0, 0)
        for _ in range(KILLS):
            made = asyncio.run(live_once(tmp_path, port, target, chance.randrange(LONGEST)))

            client, tunnel = terminal.rows("flows")
            total = (tunnel["inlet"], tunnel["export"])
            assert (client["inlet"], client["export"]) == total
            assert made.allows(made.inlet, total[0] - before[0])
            assert made.allows(made.export, total[1] - before[1])
            assert terminal.done("verify") == "The ledger adds up.\n"
            before = total
        assert before > (0, 0)
