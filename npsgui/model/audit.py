"""The audit trail: what was done to an owner or to the program, when, why and with which bytes. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from npsgui.model.alerts import Alert, AlertKind
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.gate import Cause, Refusal
from npsgui.model.views import Sentence, named, reason_in

HIDDEN = "…"
"""What the trail has in place of a secret, before and after."""

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})


class Happening(enum.StrEnum):
    """What kind of thing happened. The words are in the ledger: they never change."""

    CUT = "cut"
    WARNED = "warned"
    THROTTLED = "throttled"
    ALTERNATIVE_ON = "alternative on"
    ALTERNATIVE_OFF = "alternative off"
    REFUSED = "refused"
    CLOSED = "closed"
    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    STARTED = "started"
    STOPPED = "stopped"
    IMPORTED = "imported"
    PORT_FAILED = "port failed"
    PORT_OPENED = "port opened"
    AGENT_UP = "agent up"
    AGENT_DOWN = "agent down"
    CLOCK_JUMPED = "clock jumped"
    PERIOD_ENDED = "period ended"
    RESET = "reset"
    RESUMED = "resumed"
    ADJUSTED = "adjusted"
    BEGAN = "began"
    ENDED = "ended"
    RECOVERED = "recovered"
    EXPIRY_NEAR = "expiry near"
    UNUSUAL = "unusual"
    ALERTED = "alerted"
    SNOOZED = "alert snoozed"
    POSTED = "alert posted"
    POST_FAILED = "alert not posted"


OF_ALERTS: Mapping[Happening, AlertKind] = {
    Happening.EXPIRY_NEAR: AlertKind.EXPIRY_NEAR,
    Happening.UNUSUAL: AlertKind.UNUSUAL,
}
"""What happens only by being told; all else that is told is ``ALERTED``."""


EVER = 1e12
"""After every event, Unix time, s."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which events are wanted: ``most`` of them, after the ``skip`` newest."""

    since: float = 0.0
    until: float = EVER
    """Only in [since, until); Unix times, s."""
    owner: OwnerKey | None = None
    """Only what concerns it: a client with its tunnels and hosts, everything with all."""
    text: str = ""
    """Only where it occurs."""
    kinds: tuple[Happening, ...] = ()
    """Only these; without any, all."""
    most: int = 10_000
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that was edited."""

    word: str
    """Its name in ``model/words.py``, or a part of a period's balance."""
    old: object
    """The text that would set it, or exact bytes; as ``new``."""
    new: object

    def __str__(self) -> str:
        return (
            f"{self.word} {HIDDEN}"
            if self.new == HIDDEN
            else f"{self.word} {_told(self.old)} → {_told(self.new)}"
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one edit made otherwise, as a value of its sentence: put into the user's words where shown."""

    each: tuple[Change, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.each))


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One row of the trail. A refusal stands for all of its minute, owner and cause."""

    at: float
    """Unix time, s; of a refusal the start of its minute."""
    what: Happening
    owner: OwnerKey = GLOBAL_KEY
    client: int = 0
    """The client that the owner is or belongs to; 0 when none."""
    name: str = ""
    """The owner's remark at that time."""
    cause: Cause | None = None
    details: Mapping[str, Any] = field(default_factory=lambda: NO_DETAILS)
    """What JSON can hold: exact bytes, and of an edit ``[old, new]`` by the word of the setting."""
    count: int = 1
    """How often it happened."""

    def sentence(self) -> Sentence:
        """The same in words for the user."""
        if self.what in OF_ALERTS:
            kind = OF_ALERTS[self.what]
            return Alert(self.at, kind, self.owner, self.client, self.name, "", self.details).sentence()
        if self.what is Happening.ALERTED:
            return self._alert().sentence()
        told = {
            word: f"{value:,}" if isinstance(value, int) else value for word, value in self.details.items()
        }
        values: dict[str, object] = {**told, "owner": self.owner, "name": self.name, "count": self.count}
        if self.what in _OF_NAMED:
            values["owner"] = named(self.owner, self.name)
        if self.what is Happening.REFUSED:
            kind, id_ = self.details["by"]
            by = OwnerKey(OwnerKind(kind), id_)
            values["reason"] = Refusal(by, self.cause or Cause.DISABLED).sentence()
        elif self.what in (Happening.SNOOZED, Happening.POSTED, Happening.POST_FAILED):
            values["alert"] = self._alert().title()
        if "reason" in self.details:
            values["reason"] = reason_in(self.details)
        elif self.what in (Happening.EDITED, Happening.ADJUSTED):
            values["changes"] = Changes(
                tuple(
                    Change(word, old, new)
                    for word, (old, new) in self.details.items()
                    if old != new or new == HIDDEN
                )
            )
        return Sentence(_SAID[self.what].template, tuple(values.items()))

    def _alert(self) -> Alert:
        """The one that it tells of."""
        kind = AlertKind(self.details["alert"])
        return Alert(self.at, kind, self.owner, self.client, self.name, "", self.details["about"])


def _told(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


_OF_NAMED = (Happening.ADDED, Happening.REMOVED, Happening.STARTED, Happening.STOPPED)
"""What is told with the owner's name: it may be gone, or another one by now."""

_SAID: Mapping[Happening, Sentence] = {
    Happening.CUT: Sentence("The quota of {owner} is used up: cut at {used} bytes."),
    Happening.WARNED: Sentence("{owner} has used {percent} % of its quota: {used} of {quota} bytes."),
    Happening.THROTTLED: Sentence(
        "{owner} is throttled to {rate} bytes/s: {percent} % of its quota is used, {used} bytes."
    ),
    Happening.ALTERNATIVE_ON: Sentence("Alternative limits are on."),
    Happening.ALTERNATIVE_OFF: Sentence("Alternative limits are off."),
    Happening.REFUSED: Sentence("Visitors turned away at {owner}: {count}, the last from {peer}. {reason}"),
    Happening.CLOSED: Sentence(
        "Closed a connection of {owner} from {peer}: {inlet} bytes inlet, {export} bytes export."
    ),
    Happening.ADDED: Sentence("Added {owner}."),
    Happening.EDITED: Sentence("Set {owner}: {changes}."),
    Happening.REMOVED: Sentence("Removed {owner} with {inlet} bytes inlet, {export} bytes export."),
    Happening.STARTED: Sentence("Started {owner}."),
    Happening.STOPPED: Sentence("Stopped {owner}."),
    Happening.IMPORTED: Sentence("Imported: {added} added, {edited} edited, {removed} removed."),
    Happening.PORT_FAILED: Sentence("{owner} does not listen. {reason}"),
    Happening.PORT_OPENED: Sentence("{owner} listens again."),
    Happening.AGENT_UP: Sentence("The agent of {owner} is online from {peer}: {version}."),
    Happening.AGENT_DOWN: Sentence("The agent of {owner} at {peer} is gone. {reason}"),
    Happening.CLOCK_JUMPED: Sentence("The clock jumped by {seconds} s."),
    Happening.PERIOD_ENDED: Sentence(
        "A period of {owner} ended: {inlet} bytes inlet, {export} bytes export. The next began."
    ),
    Happening.RESET: Sentence(
        "Reset {owner}: a new period began. The one before had {inlet} bytes inlet, {export} bytes export."
    ),
    Happening.RESUMED: Sentence("Took back the reset of {owner}: the period before runs on."),
    Happening.ADJUSTED: Sentence("Adjusted the running period of {owner}: {changes}."),
    Happening.SNOOZED: Sentence("“{alert}” of {owner} is told again in {minutes} min, if it is still so."),
    Happening.POSTED: Sentence("“{alert}” of {owner} was posted to the webhook."),
    Happening.POST_FAILED: Sentence("“{alert}” of {owner} was not posted to the webhook. {reason}"),
    Happening.BEGAN: Sentence("npsgui began to run."),
    Happening.ENDED: Sentence("npsgui ended."),
    Happening.RECOVERED: Sentence("The run before did not end by itself; it was last seen at {seen}."),
}
