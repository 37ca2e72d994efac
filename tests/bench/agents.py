"""Bars of tunnels through an agent, both processes ours, metered: bytes, connections, idle streams."""

from __future__ import annotations

import contextlib
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.contenders import Contender, Ports, direct, furnish, haproxy, services
from tests.bench.processes import KIB, PATIENCE, Child, python, running
from tests.bench.results import AtLeast, AtMost, Row, compared, measured
from tests.bench.traffic import bulk, in_turn, requests
from tests.relay.house import free_port

KEY = "bench"
IDLE = 1000
WARM = 20
"""Streams that are opened before memory is read first."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """``npsgui serve`` and ``npsgui agent``, and how to get through them."""

    contender: Contender
    server: Child
    agent: Child


@contextlib.contextmanager
def bridged(folder: Path, to: Ports) -> Iterator[Bridged]:
    """A server whose tunnels are dialled by an agent."""
    bridge = free_port()
    ports = furnish(folder, to, client={"key": KEY}, tunnel={"via": "agent"}, bridge_port=str(bridge))
    with (
        running(*python("npsgui", "--data", str(folder), "serve")) as server,
        running(*python("npsgui", "agent", "--server", f"127.0.0.1:{bridge}", "--key", KEY)) as agent,
    ):
        until_answered(ports["http"])
        yield Bridged(Contender("npsgui agent", ports, server), server, agent)


def agent_bars(rounds: int, seconds: int) -> list[Row]:
    """Throughput beside no relay at all, connections beside HAProxy, memory of streams that do nothing."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        to = {**stack.enter_context(services(folder)), "crowd": free_port()}
        ours = stack.enter_context(bridged(folder / "agent", to))
        proxy = stack.enter_context(haproxy(folder, to))
        bare = direct(to)
        bytes_runs = in_turn([ours.contender, bare], rounds, lambda one: bulk(one, seconds))
        short_runs = in_turn([ours.contender, proxy], rounds, lambda one: requests(one, seconds, "short"))
        sizes = _idle(ours, to["crowd"])
    speed = {name: [run[0] for run in found] for name, found in bytes_runs.items()}
    pace = {name: [run[0] for run in found] for name, found in short_runs.items()}
    mine, told = ours.contender.name, f"{IDLE:,} streams"
    return [
        compared(
            "through an agent: one stream",
            AtLeast(0.20),
            speed[mine],
            bare.name,
            speed[bare.name],
            "{:.2f} GB/s",
        ),
        compared(
            "through an agent: connections/s",
            AtLeast(0.15),
            pace[mine],
            proxy.name,
            pace[proxy.name],
            "{:,.0f}",
        ),
        measured("idle agent stream: memory of the server", AtMost(32, "KiB"), [sizes[0]], told),
        measured("idle agent stream: memory of the agent", AtMost(32, "KiB"), [sizes[1]], told),
    ]


def until_answered(port: int) -> None:
    """Wait until a web server answers behind a port. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2.0).close()
        except OSError:  # which URLError is
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")


def _idle(ours: Bridged, target: int) -> tuple[float, float]:
    """KiB of resident set for each stream, of the server and of the agent."""
    command = python("tests.bench.crowd", "idle", str(ours.contender.ports["crowd"]), str(target))
    with running(*command) as crowd:
        crowd.hear()
        crowd.ask(WARM)
        time.sleep(1.5)
        before = ours.server.memory(), ours.agent.memory()
        crowd.ask(IDLE)
        time.sleep(1.5)
        after = ours.server.memory(), ours.agent.memory()
    return (after[0] - before[0]) / IDLE / KIB, (after[1] - before[1]) / IDLE / KIB
