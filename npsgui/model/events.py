"""What happened, pushed as small frozen facts. How much is pulled: no event per chunk. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from npsgui.model.alerts import Alert
from npsgui.model.entities import OwnerKey
from npsgui.model.gate import Cause
from npsgui.model.views import LedgerHealth, Sentence, Usage


@dataclass(frozen=True, slots=True)
class ConfigurationChanged:
    """Owners were added, edited, removed, started or stopped; pull the configuration again."""


@dataclass(frozen=True, slots=True)
class ListenerChanged:
    """A tunnel began to listen, stopped, or failed to (``error``)."""

    owner: OwnerKey
    listening: bool
    error: Sentence | None = None


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A visitor's session has its target."""

    session: int
    owner: OwnerKey
    peer: str


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session ended; its exact bytes. ``cause`` is ``Cause.PEER`` for an ordinary end."""

    session: int
    owner: OwnerKey
    peer: str
    cause: Cause
    inlet: int
    export: int


@dataclass(frozen=True, slots=True)
class VisitorRefused:
    """A visitor was turned away: ``by`` is the owner whose limit did it."""

    owner: OwnerKey
    by: OwnerKey
    cause: Cause
    peer: str


@dataclass(frozen=True, slots=True)
class QuotaReached:
    """An owner's quota is used up: its sessions were cut at exactly this many bytes. Once, as QuotaWarned."""

    owner: OwnerKey
    used: int


@dataclass(frozen=True, slots=True)
class QuotaWarned:
    """An owner has used the share of its quota that it is to warn at. Once, until it has used less again."""

    owner: OwnerKey
    used: int
    quota: int
    percent: int


@dataclass(frozen=True, slots=True)
class Throttled:
    """An owner has used the share of its quota from which it is throttled. Once, as ``QuotaWarned``."""

    owner: OwnerKey
    used: int
    percent: int
    rate: int
    """Bytes/s."""


@dataclass(frozen=True, slots=True)
class AlternativeTurned:
    """The alternative limits came into force, or no longer hold: by hand or by schedule."""

    in_force: bool


@dataclass(frozen=True, slots=True)
class TargetFailed:
    """A target could not be connected to."""

    owner: OwnerKey
    target: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class AgentUp:
    """A client's agent is online."""

    client: int
    address: str
    version: str


@dataclass(frozen=True, slots=True)
class AgentDown:
    """A client's agent is no longer online; streams through it are lost."""

    client: int
    address: str
    reason: Sentence
    replaced: bool = False
    """Whether another login with the same key has taken its place."""


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """An agent has tried one of its targets: it is well again, or no more."""

    client: int
    target: str
    healthy: bool


@dataclass(frozen=True, slots=True)
class MinuteTurned:
    """A wall-clock minute is complete: what each owner that moved carried in it.

    A client's usage is the sum of its tunnels'. The charts refresh on it. ``minute``: Unix time, s.
    """

    minute: int
    usages: Mapping[OwnerKey, Usage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The wall clock moved by ``seconds`` against the time that passed: a suspend, or a clock set."""

    seconds: float


@dataclass(frozen=True, slots=True)
class LedgerHealthChanged:
    """The ledger got better or worse."""

    health: LedgerHealth


@dataclass(frozen=True, slots=True)
class ShowWindow:
    """Another npsgui was started on this data folder: bring the window to the front."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """There is a newer npsgui, at the place that the user has had looked at."""

    version: str


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """The service that the window is attached to has ended, or runs again; ``said`` is the same for both."""

    running: bool
    said: Sentence


@dataclass(frozen=True, slots=True)
class AlertsRaised:
    """What the user should know of, of one second."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class AlertSnoozed:
    """The user wants to be told of it again."""

    alert: Alert
    minutes: int


@dataclass(frozen=True, slots=True)
class AlertPosted:
    """The webhook has taken an alert, or is not asked any more."""

    alert: Alert
    error: Sentence | None = None
    """Why it was not taken."""


Event: TypeAlias = (
    ConfigurationChanged
    | ListenerChanged
    | SessionOpened
    | SessionClosed
    | VisitorRefused
    | QuotaReached
    | QuotaWarned
    | Throttled
    | AlternativeTurned
    | TargetFailed
    | AgentUp
    | AgentDown
    | TargetHealth
    | MinuteTurned
    | ClockJumped
    | LedgerHealthChanged
    | ShowWindow
    | NewVersion
    | ServiceChanged
    | AlertsRaised
    | AlertSnoozed
    | AlertPosted
)

Listener: TypeAlias = Callable[[Event], None]


class Events:
    """Hands each event to every subscriber, in the order of their subscription, in the caller's thread."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns the call that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def push(self, event: Event) -> None:
        """Tell everyone that ``event`` happened."""
        for listener in tuple(self._listeners):
            listener(event)
