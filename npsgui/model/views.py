"""What the faces show: rows pulled from a running program. Pure facts, frozen.

The command line prints them as JSON (a contract: design.md section 6), the window as tables.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NpsError, begun


class State(enum.StrEnum):
    """How an owner is, in a word. ``FlowRow.reason`` says why, where there is a why."""

    RUNNING = "running"
    NEAR_QUOTA = "near quota"
    THROTTLED = "throttled"
    OVER_QUOTA = "over quota"
    OUTSIDE_HOURS = "outside its hours"
    EXPIRED = "expired"
    STOPPED = "stopped"
    FAILED = "failed"
    """Its port could not be opened."""
    OFFLINE = "offline"
    """Its client's agent is not connected."""
    WAITING = "not yet running"
    """Kept, but of a kind that this version does not run."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence for the user: a template and its values, translated where it is shown."""

    template: str
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, error: NpsError) -> Sentence:
        """What an error says."""
        return cls(error.template, tuple(error.values.items()))

    def __str__(self) -> str:
        return begun(self.template, dict(self.values))


def named(owner: OwnerKey, name: str) -> OwnerKey | Sentence:
    """An owner as a value of a sentence: its kind and number, and its name if it has one."""
    return Sentence("{owner} “{name}”", (("owner", owner), ("name", name))) if name else owner


def reason_kept(reason: Sentence) -> dict[str, Any]:
    """A reason as the details of an alert or an event keep it, in plain values; ``reason_in`` reads it."""
    return {"reason": reason.template, "values": {name: str(value) for name, value in reason.values}}


def reason_in(details: Mapping[str, Any]) -> Sentence:
    """The reason that details keep."""
    return Sentence(details["reason"], tuple(details["values"].items()))


class FlowRow(NamedTuple):
    """One owner's bytes and limits. Bytes, bytes/s, sessions; a limit of 0 is unlimited.

    A tuple, because a window makes and compares a thousand of them every second.
    """

    owner: OwnerKey
    client: int
    """The client it belongs to; its own id for a client, 0 for the global owner."""
    remark: str
    inlet: int
    export: int
    inlet_now: float
    """Bytes/s over the last second."""
    export_now: float
    used: int
    """Bytes that count towards the quota."""
    near: bool
    """Whether the share of the quota to warn at is used."""
    quota: int
    rate: int
    inlet_rate: int
    export_rate: int
    connections: int
    """Open now."""
    connection_limit: int
    state: State
    reason: Sentence | None = None
    dropped: int = 0
    """Datagrams that were not carried since the start."""
    today_inlet: int = 0
    """Since local midnight, as ``today_export``."""
    today_export: int = 0

    @property
    def today(self) -> int:
        """Inlet and export since local midnight."""
        return self.today_inlet + self.today_export

    @property
    def kind(self) -> OwnerKind:
        """Client, tunnel, host or global."""
        return self.owner.kind

    @property
    def share(self) -> float:
        """The part of the quota that is used, 0 to 1 and above; 0 when there is none."""
        return self.used / self.quota if self.quota else 0.0


@dataclass(frozen=True, slots=True)
class Steps:
    """What can be undone and done again next, in words; None where nothing can."""

    undo: Sentence | None = None
    redo: Sentence | None = None


class ConnectionRow(NamedTuple):
    """One open session. A tuple: there are ten thousand each second."""

    id: int
    owner: OwnerKey
    client: int
    peer: str
    target: str
    seconds: float
    inlet: int
    export: int
    inlet_now: float = 0.0
    export_now: float = 0.0
    dropped: int = 0
    """Datagrams that were not carried."""


class Step(enum.StrEnum):
    """How long a bucket of history is. In UTC."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def seconds(self) -> int:
        """The length of a bucket."""
        return {Step.MINUTE: 60, Step.HOUR: 3600, Step.DAY: 86400}[self]


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of one owner in one bucket of time that begins at ``start`` (Unix time, s)."""

    start: int
    inlet: int
    export: int
    peak: int = field(default=0, compare=False)
    """Inlet and export of the busiest minute in it, where the ledger says so."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Rates of one owner over the second that ended at ``at`` (Unix time, s). Bytes/s."""

    at: float
    inlet: float
    export: float


class Health(enum.StrEnum):
    """How the ledger is."""

    OK = "ok"
    BEHIND = "behind"
    """Writing fails at the moment; counting goes on in memory and the flush is retried."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """The health light: its colour, and the sentence beside it."""

    health: Health = Health.OK
    reason: Sentence | None = None
    unsaved_since: float = 0.0
    """Unix time, s, of the oldest count that is not on disk; 0 when all is."""
