"""What the user is told of unasked: each cause once in its period, and again when a snooze is over. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.units import Measured
from npsgui.model.views import Sentence, named, reason_in

QUIET_SECONDS = 900.0
"""A cause that is over for so long, and comes again, is another one. One that comes and goes is one."""

MOST = 1000
"""Causes that are remembered. With so many no other is told until some are over: nobody reads more."""


class AlertKind(enum.StrEnum):
    """What an alert is about. The words are in settings, files and webhooks: they never change."""

    WARNED = "warned"
    THROTTLED = "throttled"
    CUT = "cut"
    AGENT_OFFLINE = "agent offline"
    EXPIRY_NEAR = "expiry near"
    PORT_FAILED = "port failed"
    UNUSUAL = "unusual"
    QUIET = "quiet"


STEPS = (AlertKind.WARNED, AlertKind.THROTTLED, AlertKind.CUT)
"""Of a quota, which counts anew in each period."""


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Which causes are told, and from when on."""

    off: frozenset[AlertKind] = frozenset()
    offline_minutes: int = 2
    """How long an agent is away before that is told."""
    expiry_days: int = 7
    """How long before the end that is told."""
    unusual_times: int = 4
    """How many times the usual spread above the usual is unusual."""
    unusual_least: int = 256 << 20
    """Bytes: an hour with less is never unusual."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One cause that the user should know of."""

    at: float
    """Unix time, s."""
    kind: AlertKind
    owner: OwnerKey
    client: int
    """The client that the owner is or belongs to; 0 when none."""
    name: str
    """The owner's remark."""
    period: str
    """Of one kind and owner, another period is another cause."""
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What JSON can hold: bytes, bytes/s, Unix times."""

    @property
    def key(self) -> tuple[AlertKind, OwnerKey]:
        """What it is about."""
        return self.kind, self.owner

    def title(self) -> Sentence:
        """What happened, in few words."""
        return TITLES[self.kind]

    def sentence(self) -> Sentence:
        """What happened, and to whom."""
        values: dict[str, object] = {name: _shown(name, value) for name, value in self.details.items()}
        if self.kind is AlertKind.PORT_FAILED:
            reason = reason_in(self.details)
            if self.owner == GLOBAL_KEY:
                return reason
            values = {"reason": reason}
        return Sentence(_SAID[self.kind].template, (*values.items(), ("owner", named(self.owner, self.name))))


def _shown(name: str, value: Any) -> object:
    if name in ("rate", "used", "quota", "moved", "usual"):
        return Measured(round(value), per_second=name == "rate")
    return value


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that was told."""

    alert: Alert
    seen: float
    """When its cause held last; Unix time, s."""
    again: float = 0.0
    """When it is to be told again, if its cause still holds; 0: not."""


class AlertBook:
    """What was told, and what is to be told again."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self._told = {one.alert.key: one for one in told}

    def told(self) -> list[Told]:
        """All that is remembered."""
        return list(self._told.values())

    def take(self, alert: Alert) -> bool:
        """Whether this one is to be told: its cause was not, in this period."""
        known = self._told.get(alert.key)
        if known is None and len(self._told) >= MOST:
            return False
        if known is not None and known.alert.period == alert.period:
            self._told[alert.key] = replace(known, alert=alert, seen=alert.at)
            return False
        self._told[alert.key] = Told(alert, alert.at)
        return True

    def snooze(self, kind: AlertKind, owner: OwnerKey, until: float) -> Alert | None:
        """Tell it once more at ``until``, if it holds then. The alert; None when it is not known any more."""
        known = self._told.get((kind, owner))
        if known is None:
            return None
        self._told[kind, owner] = replace(known, again=until)
        return known.alert

    def knows(self, kind: AlertKind, owner: OwnerKey, period: str) -> bool:
        """Whether this cause was told, in this period."""
        known = self._told.get((kind, owner))
        return known is not None and known.alert.period == period

    def turn(
        self, now: float, holds: Callable[[Alert], bool], part: Iterable[Told] | None = None
    ) -> list[Alert]:
        """Those whose snooze is over. What has long been over itself is forgotten.

        ``part``: only these of ``told()``, so that many need not be looked at in one go.
        """
        again: list[Alert] = []
        for one in self.told() if part is None else part:
            key, told = one.alert.key, self._told.get(one.alert.key, one)
            if holds(told.alert):
                due = 0 < told.again <= now
                self._told[key] = replace(told, seen=now, again=0.0 if due else told.again)
                if due:
                    again.append(replace(told.alert, at=now))
            elif now - told.seen >= QUIET_SECONDS:
                del self._told[key]
        return again


def last_steps(alerts: Iterable[Alert]) -> list[Alert]:
    """The same without the steps of a quota that another of them has gone past: a cut says enough."""
    found = list(alerts)
    steps = [alert.key for alert in found if alert.kind in STEPS]
    passed = {(step, owner) for kind, owner in steps for step in STEPS[: STEPS.index(kind)]}
    return [alert for alert in found if alert.key not in passed]


TITLES: Mapping[AlertKind, Sentence] = {
    AlertKind.WARNED: Sentence("Quota nearly used up"),
    AlertKind.THROTTLED: Sentence("Throttled"),
    AlertKind.CUT: Sentence("Quota used up"),
    AlertKind.AGENT_OFFLINE: Sentence("Agent offline"),
    AlertKind.EXPIRY_NEAR: Sentence("Expires soon"),
    AlertKind.PORT_FAILED: Sentence("Not reachable"),
    AlertKind.UNUSUAL: Sentence("Unusual traffic"),
    AlertKind.QUIET: Sentence("Unusually quiet"),
}

_SAID: Mapping[AlertKind, Sentence] = {
    AlertKind.WARNED: Sentence("{owner} has used {percent} % of its quota: {used} of {quota}."),
    AlertKind.THROTTLED: Sentence("{owner} is throttled to {rate}: {percent} % of its quota is used."),
    AlertKind.CUT: Sentence("{owner} has used up its quota, {used}: its visitors are turned away."),
    AlertKind.AGENT_OFFLINE: Sentence("The agent of {owner} has been away for {minutes} min."),
    AlertKind.EXPIRY_NEAR: Sentence("{owner} expires on {date}."),
    AlertKind.PORT_FAILED: Sentence("{owner} does not listen. {reason}"),
    AlertKind.UNUSUAL: Sentence("{owner} has carried {moved} in this hour; {usual} are usual at this time."),
    AlertKind.QUIET: Sentence(
        "{owner} has carried {moved} in the last hour; at least {usual} are usual at this time."
    ),
}
