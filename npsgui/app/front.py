"""What the window and its pages hold: a Program in this process, or one that runs elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from npsgui.model.agents import AgentRow
from npsgui.model.alerts import AlertKind
from npsgui.model.audit import AuditEvent, Search
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Owner, OwnerKey, OwnerKind
from npsgui.model.events import Events
from npsgui.model.forecast import Forecast
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Period
from npsgui.model.retention import Retention
from npsgui.model.views import ConnectionRow, FlowRow, LedgerHealth, Sample, Sentence, Step, Steps, Usage


class TrailSource(Protocol):
    """The audit trail, explained at ``Readings``; what the feed of events needs of a Program."""

    async def audit(self, search: Search) -> list[AuditEvent]: ...


class Shown(TrailSource, Protocol):
    """What is pulled. Each is explained at ``Readings``."""

    folder: Path
    events: Events
    health: LedgerHealth
    notes: tuple[Sentence, ...]
    retention: Retention

    @property
    def configuration(self) -> Configuration: ...

    @property
    def alternative(self) -> bool: ...

    def flows(self, kind: OwnerKind | None = None) -> list[FlowRow]: ...

    def flow(self, owner: OwnerKey) -> FlowRow: ...

    def connections(self) -> list[ConnectionRow]: ...

    def agents(self) -> list[AgentRow]: ...

    def bridge(self) -> Sentence | bool: ...

    def live(self, owner: OwnerKey) -> list[Sample]: ...

    def today(self) -> Usage: ...

    def forecast(self, owner: OwnerKey) -> Forecast | None: ...

    def steps(self) -> Steps: ...

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]: ...

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]: ...

    async def periods(self, owner: OwnerKey) -> list[Period]: ...

    async def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]: ...

    async def verify(self) -> list[Sentence]: ...


class AlertDesk(Protocol):
    """What the window does about alerts. Each is explained at ``Alerts``."""

    async def snooze(self, kind: AlertKind, owner: OwnerKey, minutes: int) -> None: ...

    async def try_webhook(self) -> None: ...


class ManyDesk(Protocol):
    """What the window does to several owners at once. Each is explained at ``Many``."""

    async def set(self, owners: Sequence[OwnerKey], values: Mapping[str, str]) -> None: ...

    async def enable(self, owners: Sequence[OwnerKey], wanted: bool) -> None: ...

    async def remove(self, owners: Sequence[OwnerKey]) -> None: ...


class Front(Shown, Protocol):
    """What is pulled, and what is done. Each is explained at ``Program``."""

    @property
    def alerts(self) -> AlertDesk: ...

    @property
    def many(self) -> ManyDesk: ...

    async def add(self, kind: OwnerKind, values: Mapping[str, str]) -> Owner: ...

    async def set(self, owner: OwnerKey, values: Mapping[str, str]) -> Owner: ...

    async def put(self, owner: Owner) -> None: ...

    async def remove(self, owner: OwnerKey) -> None: ...

    async def enable(self, owner: OwnerKey, wanted: bool) -> None: ...

    async def reset(self, owner: OwnerKey) -> None: ...

    async def adjust(
        self, owner: OwnerKey, *, opening: int | None = None, top_up: int | None = None
    ) -> None: ...

    async def undo(self) -> OwnerKey: ...

    async def redo(self) -> OwnerKey: ...

    def close_connections(self, ids: Iterable[int]) -> int: ...

    async def import_nps(self, folder: Path) -> tuple[Sentence, ...]: ...

    async def close(self) -> None: ...
