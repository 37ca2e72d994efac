"""Bars of bytes, requests and connections, and the window's smoothness under load; contenders in turn."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Callable, Sequence

from npsgui.ui.sidebar import Page
from tests.bench.contenders import Contender
from tests.bench.processes import output
from tests.bench.results import AtLeast, AtMost, Row, compared, measured, percentile

GB = 1e9
CONNECTIONS = 32

Runs = dict[str, list[tuple[float, float]]]
"""By contender: what was reached in a second, and what it cost in CPU seconds, of each run."""


def in_turn(
    contenders: Sequence[Contender], rounds: int, run: Callable[[Contender], tuple[float, float]]
) -> Runs:
    """Every contender ``rounds`` times, one after the other; another begins each round."""
    runs: Runs = {contender.name: [] for contender in contenders}
    for turn in range(rounds):
        first = turn % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            runs[contender.name].append(run(contender))
    return runs


def bulk(contender: Contender, seconds: int, streams: int = 1) -> tuple[float, float]:
    """GB/s through iperf3, and CPU seconds of the relay for a GB."""
    before = contender.process.cpu() if contender.process else 0.0
    port = str(contender.ports["bulk"])
    command = ("iperf3", "-J", "-c", "127.0.0.1", "-p", port, "-t", str(seconds), "-P", str(streams))
    told = output(*command, seconds=seconds + 20)
    while "the server is busy" in told:  # with the end of the run before
        time.sleep(0.1)
        told = output(*command, seconds=seconds + 20)
    after = contender.process.cpu() if contender.process else 0.0
    end = json.loads(told)["end"]["sum_received"]
    return end["bits_per_second"] / 8 / GB, (after - before) / (end["bytes"] / GB)


def requests(contender: Contender, seconds: int, service: str) -> tuple[float, float]:
    """Requests a second through wrk, and CPU seconds of the relay for a thousand."""
    before = contender.process.cpu() if contender.process else 0.0
    url = f"http://127.0.0.1:{contender.ports[service]}/"
    told = output("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url, seconds=seconds + 20)
    after = contender.process.cpu() if contender.process else 0.0
    found = re.search(r"Requests/sec:\s*([\d.]+)", told)
    count = re.search(r"(\d+) requests in", told)
    if found is None or count is None or "Socket errors" in told:
        raise RuntimeError(told)
    return float(found[1]), (after - before) / (int(count[1]) / 1000)


def bulk_bars(
    ours: Contender, proxy: Contender, streams: Contender, bare: Contender, rounds: int, seconds: int
) -> list[Row]:
    """One stream: throughput, and what it costs; beside it what ``bare`` has, without a relay."""
    runs = in_turn([ours, proxy, streams, bare], rounds, lambda contender: bulk(contender, seconds))
    speed = {name: [run[0] for run in found] for name, found in runs.items()}
    cost = {name: [run[1] for run in found] for name, found in runs.items()}
    pace = f"{{:.2f}} GB/s of {statistics.median(speed[bare.name]):.2f}"
    rows = [
        compared(
            "one stream: CPU seconds per GB",
            AtMost(1.1),
            cost[ours.name],
            proxy.name,
            cost[proxy.name],
            "{:.2f} s",
        )
    ]
    for peer, share in ((proxy, 1.0), (streams, 3.0)):
        bar = AtLeast(share)
        rows.append(
            compared("one stream: throughput", bar, speed[ours.name], peer.name, speed[peer.name], pace)
        )
    return rows


def request_bars(
    ours: Contender, peers: Sequence[tuple[Contender, float]], rounds: int, seconds: int
) -> list[Row]:
    """Small requests on 32 connections; each peer with the share of it that is wanted."""
    everyone = [ours, *(peer for peer, _share in peers)]
    runs = in_turn(everyone, rounds, lambda contender: requests(contender, seconds, "http"))
    pace = {name: [run[0] for run in found] for name, found in runs.items()}
    what = f"requests/s, {CONNECTIONS} connections"
    return [
        compared(what, AtLeast(share), pace[ours.name], peer.name, pace[peer.name], "{:,.0f}")
        for peer, share in peers
    ]


def connection_bars(ours: Contender, proxy: Contender, rounds: int, seconds: int) -> list[Row]:
    """A connection for each request."""
    runs = in_turn([ours, proxy], rounds, lambda contender: requests(contender, seconds, "short"))
    pace = {name: [run[0] for run in found] for name, found in runs.items()}
    return [
        compared("connections/s", AtLeast(0.35), pace[ours.name], proxy.name, pace[proxy.name], "{:,.0f}")
    ]


def tick_bars(ours: Contender, rounds: int, seconds: int) -> list[Row]:
    """A 16 ms timer while four streams saturate the relay and the live chart is redrawn."""
    assert ours.process is not None
    worst, speeds = [], []
    for _ in range(rounds):
        ours.process.ask("ticks")
        speeds.append(bulk(ours, seconds, streams=4)[0])
        worst.append(percentile(ours.process.ask("ticks"), 0.99))
    told = f"four streams at {sum(speeds) / len(speeds):.2f} GB/s, chart redrawn 10 times a second"
    return [measured("16 ms tick under load: p99", AtMost(33, "ms"), worst, told)]


def page_bars(ours: Contender, rounds: int, seconds: int) -> list[Row]:
    """The same timer with each page shown in turn; of each round that of the page that is worst."""
    assert ours.process is not None
    worst, where, speeds = [], "", []
    for _ in range(rounds):
        found: dict[str, float] = {}
        for page in Page:
            ours.process.ask(f"ticks {page.name}")
            time.sleep(0.5)  # it is made, which is another matter
            ours.process.ask(f"ticks {page.name}")
            speeds.append(bulk(ours, seconds, streams=4)[0])
            found[page.name] = percentile(ours.process.ask(f"ticks {page.name}"), 0.99)
        where = max(found, key=found.__getitem__)
        worst.append(found[where])
    told = f"{len(Page)} pages at {sum(speeds) / len(speeds):.2f} GB/s; in the last round {where.lower()}"
    return [measured("16 ms tick under load, worst page: p99", AtMost(33, "ms"), worst, told)]
