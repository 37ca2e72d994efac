"""Writes what happens into the audit trail: pushed events, and edits with their old and new values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from npsgui.app.rows import client_of, remark_of
from npsgui.ledger.ledger import Ledger
from npsgui.model.accounts import Accounts
from npsgui.model.alerts import Alert
from npsgui.model.audit import HIDDEN, OF_ALERTS, AuditEvent, Happening
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Everything, Owner, OwnerKey, OwnerKind
from npsgui.model.errors import NotFound
from npsgui.model.events import (
    AgentDown,
    AgentUp,
    AlertPosted,
    AlertSnoozed,
    AlertsRaised,
    AlternativeTurned,
    ClockJumped,
    Event,
    Events,
    ListenerChanged,
    QuotaReached,
    QuotaWarned,
    SessionClosed,
    Throttled,
    VisitorRefused,
)
from npsgui.model.gate import Cause
from npsgui.model.minutes import minute_of
from npsgui.model.units import format_time
from npsgui.model.views import reason_kept
from npsgui.model.words import shown

Owners: TypeAlias = Mapping[OwnerKey, Owner]

SECRET_WORDS = frozenset({"key", "accounts", "password", "public_key"})
"""Settings whose values the trail does not repeat."""


def edits(before: Owners, after: Owners, accounts: Accounts, at: float) -> Iterator[AuditEvent]:
    """What an edit did to each owner; of a removed one, the bytes that it takes along."""
    for key, owner in after.items():
        was = before.get(key)
        if was is None:
            yield _event(at, Happening.ADDED, owner)
        elif was is not owner:
            yield from _edit(at, was, owner)
    for key, owner in before.items():
        if key not in after:
            gate = accounts.gate(key)
            carried = {} if gate is None else {"inlet": gate.flow.inlet, "export": gate.flow.export}
            yield _event(at, Happening.REMOVED, owner, carried)


def imported(before: Owners, after: Owners, _accounts: Accounts, at: float) -> Iterator[AuditEvent]:
    """What an import did, in one row."""
    changed = sum(1 for key, owner in after.items() if key in before and before[key] != owner)
    counts = {"added": len(after.keys() - before.keys()), "edited": changed}
    yield AuditEvent(at, Happening.IMPORTED, details={**counts, "removed": len(before.keys() - after.keys())})


def _edit(at: float, was: Owner, owner: Owner) -> Iterator[AuditEvent]:
    old, new = shown(was), shown(owner)
    changes = {word: [old[word], text] for word, text in new.items() if old[word] != text}
    for word in SECRET_WORDS & changes.keys():
        changes[word] = [HIDDEN, HIDDEN]
    if changes.pop("enabled", None) is not None and not isinstance(owner, Everything):
        yield _event(at, Happening.STARTED if owner.enabled else Happening.STOPPED, owner)
    if changes:
        yield _event(at, Happening.EDITED, owner, changes)


def _about(alert: Alert) -> dict[str, Any]:
    """An alert as the trail keeps it."""
    return {"alert": alert.kind.value, "about": dict(alert.details)}


def _event(at: float, what: Happening, owner: Owner, details: Mapping[str, Any] | None = None) -> AuditEvent:
    return AuditEvent(at, what, owner.owner, client_of(owner), remark_of(owner), details=details or {})


class Auditor:
    """Hears the program's events and records those that matter later. Refusals are counted by the minute."""

    def __init__(
        self,
        ledger: Ledger,
        accounts: Accounts,
        events: Events,
        configuration: Callable[[], Configuration],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._configuration = configuration
        self._clock = clock
        self._refused: dict[tuple[OwnerKey, OwnerKey, Cause], tuple[int, str]] = {}
        """How many visitors since the last turn, and the last one's address."""
        self._failed: set[OwnerKey] = set()
        """Tunnels whose port could not be opened."""
        self._handlers: Mapping[type, Callable[[Any], None]] = {
            QuotaReached: self._on_quota_reached,
            QuotaWarned: self._on_quota_warned,
            Throttled: self._on_throttled,
            AlternativeTurned: self._on_alternative_turned,
            VisitorRefused: self._on_refused,
            SessionClosed: self._on_closed,
            ListenerChanged: self._on_listener,
            AgentUp: self._on_agent_up,
            AgentDown: self._on_agent_down,
            ClockJumped: self._on_clock_jumped,
            AlertsRaised: self._on_alerts,
            AlertSnoozed: self._on_snoozed,
            AlertPosted: self._on_posted,
        }
        events.subscribe(self._on_event)

    def begin(self) -> None:
        """The program begins to run; the run before may have ended in a crash."""
        seen = self._ledger.opened.unclean_since
        if seen is not None:
            self._ledger.record(
                AuditEvent(self._clock(), Happening.RECOVERED, details={"seen": format_time(seen)})
            )
        self._ledger.record(AuditEvent(self._clock(), Happening.BEGAN))

    def turn(self) -> None:
        """Once a second: record the visitors that were refused."""
        refused, self._refused = self._refused, {}
        for (owner, by, cause), (count, peer) in refused.items():
            details = {"by": [by.kind.value, by.id], "peer": peer}
            self._record(Happening.REFUSED, owner, details, cause, count)

    def end(self) -> None:
        """The program ends as it should."""
        self.turn()
        self._ledger.record(AuditEvent(self._clock(), Happening.ENDED))

    def _on_event(self, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def _on_quota_reached(self, event: QuotaReached) -> None:
        gate = self._accounts.gate(event.owner)
        flow = {} if gate is None else {"inlet": gate.flow.inlet, "export": gate.flow.export}
        self._record(Happening.CUT, event.owner, {"used": event.used, **flow}, Cause.QUOTA)

    def _on_quota_warned(self, event: QuotaWarned) -> None:
        details = {"used": event.used, "quota": event.quota, "percent": event.percent}
        self._record(Happening.WARNED, event.owner, details, Cause.QUOTA)

    def _on_throttled(self, event: Throttled) -> None:
        details = {"used": event.used, "percent": event.percent, "rate": event.rate}
        self._record(Happening.THROTTLED, event.owner, details, Cause.QUOTA)

    def _on_alternative_turned(self, event: AlternativeTurned) -> None:
        what = Happening.ALTERNATIVE_ON if event.in_force else Happening.ALTERNATIVE_OFF
        self._record(what, GLOBAL_KEY)

    def _on_refused(self, event: VisitorRefused) -> None:
        key = (event.owner, event.by, event.cause)
        count, _peer = self._refused.get(key, (0, ""))
        self._refused[key] = (count + 1, event.peer)

    def _on_closed(self, event: SessionClosed) -> None:
        if event.cause is Cause.CLOSED:
            details = {"peer": event.peer, "inlet": event.inlet, "export": event.export}
            self._record(Happening.CLOSED, event.owner, details, event.cause)

    def _on_listener(self, event: ListenerChanged) -> None:
        if event.error is not None:
            self._failed.add(event.owner)
            self._record(Happening.PORT_FAILED, event.owner, reason_kept(event.error))
        elif event.owner in self._failed:
            self._failed.discard(event.owner)
            if event.listening:
                self._record(Happening.PORT_OPENED, event.owner)

    def _on_agent_up(self, event: AgentUp) -> None:
        details = {"peer": event.address, "version": event.version}
        self._record(Happening.AGENT_UP, OwnerKey(OwnerKind.CLIENT, event.client), details)

    def _on_agent_down(self, event: AgentDown) -> None:
        details = {"peer": event.address, **reason_kept(event.reason)}
        self._record(Happening.AGENT_DOWN, OwnerKey(OwnerKind.CLIENT, event.client), details)

    def _on_clock_jumped(self, event: ClockJumped) -> None:
        self._record(Happening.CLOCK_JUMPED, GLOBAL_KEY, {"seconds": round(event.seconds)})

    def _on_alerts(self, event: AlertsRaised) -> None:
        kinds = {kind: what for what, kind in OF_ALERTS.items()}
        for alert in event.alerts:
            if alert.kind in kinds:
                self._record(kinds[alert.kind], alert.owner, alert.details)
            else:
                self._record(Happening.ALERTED, alert.owner, _about(alert))

    def _on_snoozed(self, event: AlertSnoozed) -> None:
        self._record(Happening.SNOOZED, event.alert.owner, _about(event.alert) | {"minutes": event.minutes})

    def _on_posted(self, event: AlertPosted) -> None:
        reason = {} if event.error is None else reason_kept(event.error)
        what = Happening.POST_FAILED if reason else Happening.POSTED
        self._record(what, event.alert.owner, _about(event.alert) | reason)

    def _record(
        self,
        what: Happening,
        owner: OwnerKey,
        details: Mapping[str, Any] | None = None,
        cause: Cause | None = None,
        count: int = 1,
    ) -> None:
        at = self._clock()
        if what is Happening.REFUSED:
            at = minute_of(at)
        try:
            found = self._configuration().find(owner)
            client, name = client_of(found), remark_of(found)
        except NotFound:  # its last session ends after it was removed
            client, name = 0, ""
        self._ledger.record(AuditEvent(at, what, owner, client, name, cause, details or {}, count))
