"""The counters in Prometheus's words, read when they are asked for. Nothing is counted twice for it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Histogram, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from npsgui import __version__
from npsgui.app.program import Program
from npsgui.app.rows_in_parts import rows_in_parts
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.events import Event, VisitorRefused
from npsgui.model.gate import Cause
from npsgui.model.views import FlowRow, Health, LedgerHealth

LABELS = ("kind", "id", "client", "name")
OTHERS = "others"
"""The id of the sum of all owners beyond the first ones of their kind."""

LAG_STEP = 0.25
"""How often the loop is asked to be on time, s."""

LAG_BUCKETS = (0.001, 0.004, 0.016, 0.033, 0.1, 0.3, 1.0, 3.0)

Labels: TypeAlias = tuple[str, ...]
Groups: TypeAlias = Mapping[Labels, Sequence[FlowRow]]
"""The rows behind one line: one owner's, or those of the others."""

Value: TypeAlias = Callable[[FlowRow], float | None]


def _left(row: FlowRow) -> float | None:
    return max(row.quota - row.used, 0) if row.quota else None


COUNTERS: tuple[tuple[str, str, Value], ...] = (
    ("npsgui_inlet_bytes", "Bytes from visitors to targets.", lambda row: row.inlet),
    ("npsgui_export_bytes", "Bytes from targets to visitors.", lambda row: row.export),
    ("npsgui_dropped_datagrams", "Datagrams that were not carried.", lambda row: row.dropped),
)
GAUGES: tuple[tuple[str, str, Value], ...] = (
    ("npsgui_inlet_bytes_per_second", "Inlet over the last second.", lambda row: row.inlet_now),
    ("npsgui_export_bytes_per_second", "Export over the last second.", lambda row: row.export_now),
    ("npsgui_sessions", "Open sessions.", lambda row: row.connections),
    ("npsgui_quota_bytes", "The quota, where there is one.", lambda row: row.quota or None),
    ("npsgui_quota_used_bytes", "Bytes that count towards the quota.", lambda row: row.used),
    ("npsgui_quota_left_bytes", "What is left of the quota, where there is one.", _left),
)


Refused: TypeAlias = Mapping[tuple[OwnerKey, Cause], int]
"""Visitors turned away since the start."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scrape has read, on the loop; all else is a thread's."""

    rows: Sequence[FlowRow]
    online: Set[int]
    """Clients whose agent is connected."""
    refused: Refused
    health: LedgerHealth


class Metrics:
    """What a scrape of one Program gives. Made and closed on its loop."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._refused: Counter[tuple[OwnerKey, Cause]] = Counter()
        self._unsubscribe = program.events.subscribe(self._on_event)
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._lag = Histogram(
            "npsgui_loop_lag_seconds",
            "How late the event loop is.",
            buckets=LAG_BUCKETS,
            registry=self._registry,
        )
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(LAG_STEP, self._on_time, self._loop.time() + LAG_STEP)

    async def render(self, most: int) -> bytes:
        """Everything, as Prometheus reads it; of each kind the first ``most`` owners apart."""
        program = self._program
        reading = Reading(
            await rows_in_parts(program),
            {row.client for row in program.agents()},
            Counter(self._refused),
            program.health,
        )
        # in a thread: ten thousand rows and two thousand lines of text take 50 ms
        return await asyncio.to_thread(self._written, reading, most)

    def close(self) -> None:
        """Count refusals and lags no more."""
        self._timer.cancel()
        self._unsubscribe()

    def _written(self, reading: Reading, most: int) -> bytes:
        once = CollectorRegistry(auto_describe=False)
        once.register(_Read(_families(reading, most)))
        return generate_latest(once) + generate_latest(self._registry)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, VisitorRefused):
            self._refused[event.owner, event.cause] += 1

    def _on_time(self, due: float) -> None:
        now = self._loop.time()
        self._lag.observe(max(0.0, now - due))
        self._timer = self._loop.call_at(now + LAG_STEP, self._on_time, now + LAG_STEP)


class _Read(Collector):
    """Families that were read already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _grouped(rows: Iterable[FlowRow], most: int) -> Groups:
    """The first ``most`` rows of each kind apart: the same at each scrape, so that counters grow."""
    seen: Counter[OwnerKind] = Counter()
    groups: dict[Labels, list[FlowRow]] = defaultdict(list)
    for row in rows:
        seen[row.kind] += 1
        labels = (row.kind.value, str(row.owner.id), str(row.client), row.remark)
        groups[labels if seen[row.kind] <= most else (row.kind.value, OTHERS, "", "")].append(row)
    return groups


def _of_owners(groups: Groups) -> Iterator[Metric]:
    for kind, table in ((CounterMetricFamily, COUNTERS), (GaugeMetricFamily, GAUGES)):
        for name, text, value in table:
            family = kind(name, text, labels=LABELS)
            for labels, rows in groups.items():
                values = [found for found in map(value, rows) if found is not None]
                if values:
                    family.add_metric(labels, sum(values))
            yield family


def _families(reading: Reading, most: int) -> list[Metric]:
    groups = _grouped(reading.rows, most)
    agents, refusals = _agents(groups, reading.online), _refusals(groups, reading.refused)
    return [*_of_owners(groups), agents, refusals, *_of_program(reading.health)]


def _of_program(health: LedgerHealth) -> Iterator[Metric]:
    yield GaugeMetricFamily("npsgui_ledger_ok", "Whether the ledger is written.", health.health is Health.OK)
    lag = time.time() - health.unsaved_since if health.unsaved_since else 0.0
    yield GaugeMetricFamily("npsgui_ledger_lag_seconds", "How old the oldest unsaved count is.", lag)
    version = GaugeMetricFamily("npsgui_version", "Always 1.", labels=["version"])
    version.add_metric([__version__], 1)
    yield version


def _agents(groups: Groups, online: Set[int]) -> Metric:
    family = GaugeMetricFamily("npsgui_agents_online", "Agents that are connected.", labels=LABELS)
    for labels, rows in groups.items():
        if rows[0].kind is OwnerKind.CLIENT:
            family.add_metric(labels, sum(row.owner.id in online for row in rows))
    return family


def _refusals(groups: Groups, refused: Refused) -> Metric:
    apart = {rows[0].owner: labels for labels, rows in groups.items() if labels[1] != OTHERS}
    sums: Counter[Labels] = Counter()
    for (owner, cause), count in refused.items():
        labels = apart.get(owner) or (owner.kind.value, OTHERS, "", "")
        sums[(*labels, cause.value)] += count
    family = CounterMetricFamily(
        "npsgui_refusals", "Visitors turned away since the start.", labels=[*LABELS, "cause"]
    )
    for labels, count in sums.items():
        family.add_metric(labels, count)
    return family
