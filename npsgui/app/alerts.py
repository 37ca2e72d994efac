"""Tells what the user should know unasked: to whoever shows it, and to the webhook. One for each cause."""

from __future__ import annotations

import asyncio
import datetime
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from npsgui.app.all_settings import alert_switch
from npsgui.app.front import Shown
from npsgui.app.hour_watch import HourWatch
from npsgui.app.quiet_watch import QuietWatch
from npsgui.app.rows import client_of, remark_of
from npsgui.app.settings import Settings
from npsgui.app.webhook import Address, Webhook, trial_body
from npsgui.model.alert_causes import AgentWatch, expiring, needed_agents, told_by
from npsgui.model.alerts import STEPS, Alert, AlertBook, AlertKind, AlertRules, Told, last_steps
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Everything, Owner, OwnerKey, OwnerKind
from npsgui.model.errors import FieldError, NotFound, NpsError
from npsgui.model.events import AlertPosted, AlertSnoozed, AlertsRaised, ClockJumped, Event, MinuteTurned
from npsgui.model.hours import zone_of
from npsgui.model.units import parse_bytes
from npsgui.model.views import FlowRow, Sentence, State, reason_kept
from npsgui.tasks import spawn

log = logging.getLogger(__name__)

GRACE = 5
"""Nothing is told in so many first seconds: whoever shows it is not there yet."""

DAY = 86_400

PART = 100
"""Alerts that are looked at in one go: of each its owner's row is made."""


class _Kept(msgspec.Struct):
    """What is in the file."""

    told: list[Told] = []
    agents: list[int] = []
    """The clients whose agents have been online."""


class Alerts:
    """Hears the program's events, and tells by ``AlertsRaised``."""

    def __init__(
        self,
        program: Shown,
        settings: Settings,
        began: Callable[[OwnerKey], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``began``: when the running period of an owner did; Unix time, s."""
        self._program = program
        self._settings = settings
        self._began = began
        self._clock = clock
        self._file = program.folder / "alerts.json"
        self._kept = msgspec.json.encode(_Kept())
        self._book = AlertBook()
        self._agents = AgentWatch({})
        self._rules, self._address = AlertRules(), Address("")
        self._webhook = Webhook(lambda: self._address, self._on_posted)
        self._hours = HourWatch(program, self._on_unusual)
        self._quiet = QuietWatch(program, self._on_unusual)
        self._facts: dict[tuple[AlertKind, OwnerKey], Mapping[str, Any]] = {}
        """What was heard in the running second; every session of a quota tells that it is used up."""
        self._raised: list[Alert] = []
        self._turns = 0
        self._looks: set[asyncio.Task[None]] = set()
        self._seen: Configuration | None = None
        self._expiring: list[tuple[int, Owner]] = []

    def begin(self) -> None:
        """Hear events from now on."""
        now = self._clock()
        kept = _read(self._file)
        self._book = AlertBook(kept.told)
        self._agents = AgentWatch(dict.fromkeys(kept.agents, now))
        self._read_settings()
        self._settings.follow(self._on_setting)
        self._program.events.subscribe(self._on_event)

    def turn(self) -> None:
        """Once a second: tell what has come up."""
        self._turns += 1
        if self._turns <= GRACE:
            return
        facts, self._facts = self._facts, {}
        for (kind, owner), details in facts.items():
            self._take(kind, owner, details)
        if not self._raised:
            return
        raised, self._raised = tuple(last_steps(self._raised)), []
        self._keep()
        for alert in raised:
            self._webhook.post(alert)
        self._program.events.push(AlertsRaised(raised))

    def close(self) -> None:
        """Tell nothing more."""
        self._webhook.close()
        for look in self._looks:
            look.cancel()

    async def snooze(self, kind: AlertKind, owner: OwnerKey, minutes: int) -> None:
        """Tell of it once more in so many minutes, if it is still so then."""
        alert = self._book.snooze(kind, owner, self._clock() + minutes * 60)
        if alert is not None:
            self._keep()
            self._program.events.push(AlertSnoozed(alert, minutes))

    async def try_webhook(self) -> None:
        """Post a test to the webhook. Raises NpsError: why it was not taken."""
        await self._webhook.post_now(trial_body(self._clock()))

    async def _on_setting(self, name: str) -> None:
        if name.startswith(("alert_", "webhook_")):
            self._read_settings()

    def _read_settings(self) -> None:
        settings = self._settings
        self._rules = rules_of(settings)
        self._address = Address(settings["webhook_url"], settings["webhook_secret"])

    def _on_event(self, event: Event) -> None:
        if isinstance(event, MinuteTurned):
            look = spawn(self._look(event), "alerts of the minute")
            self._looks.add(look)
            look.add_done_callback(self._looks.discard)
            return
        if isinstance(event, ClockJumped):
            self._agents.shift(event.seconds)
        told = told_by(event)
        if told is not None:
            kind, owner, details = told
            self._facts[kind, owner] = details

    async def _look(self, turned: MinuteTurned) -> None:
        """Once a minute: what no event tells. The window has its turn between the parts."""
        now, configuration = self._clock(), self._program.configuration
        self._watch_agents(configuration, now)
        self._watch_shared_ports(configuration)
        await asyncio.sleep(0)
        self._watch_ends(configuration, now)
        told = self._book.told()
        for first in range(0, len(told), PART):
            await asyncio.sleep(0)
            self._raised += self._book.turn(now, self._holds, told[first : first + PART])
        if AlertKind.UNUSUAL not in self._rules.off:
            await self._hours.take(turned, self._rules)
        if AlertKind.QUIET not in self._rules.off:
            await self._quiet.take(turned, self._rules)
        self._keep()

    def _watch_ends(self, configuration: Configuration, now: float) -> None:
        if self._seen is not configuration:
            self._seen, self._expiring = configuration, expiring(configuration)
        kind, zone = AlertKind.EXPIRY_NEAR, zone_of(configuration.everything.timezone)
        for expires, owner in self._expiring:
            if expires > now + self._rules.expiry_days * DAY:
                break
            if expires > now and not self._book.knows(kind, owner.owner, str(expires)):
                date = datetime.datetime.fromtimestamp(expires, zone).date().isoformat()
                self._take(kind, owner.owner, {"date": date}, str(expires))

    def _watch_agents(self, configuration: Configuration, now: float) -> None:
        online = {row.client for row in self._program.agents()}
        self._agents.turn(online, configuration.clients.keys(), now)
        seconds = self._rules.offline_minutes * 60
        for client, gone in self._agents.away(needed_agents(configuration), now, seconds):
            owner = OwnerKey(OwnerKind.CLIENT, client)
            self._take(AlertKind.AGENT_OFFLINE, owner, {"minutes": round(gone / 60)})

    def _watch_shared_ports(self, configuration: Configuration) -> None:
        """The agents' port, and that of hosts: the first that is enabled stands for all of them."""
        bridge = self._program.bridge()
        if isinstance(bridge, Sentence):
            self._take(AlertKind.PORT_FAILED, GLOBAL_KEY, reason_kept(bridge))
        for host in configuration.hosts.values():
            if host.enabled and configuration.clients[host.client].enabled:
                row = self._program.flow(host.owner)
                if row.state is State.FAILED and row.reason is not None:
                    self._take(AlertKind.PORT_FAILED, host.owner, reason_kept(row.reason))
                break

    def _on_unusual(self, kind: AlertKind, owner: OwnerKey, moved: int, usual: float) -> None:
        """One a day for a client and all that it owns: a tunnel's traffic is its client's, too."""
        period, client = self._today(), self._client(owner)
        if not any(
            told.alert.kind is kind
            and (told.alert.client, told.alert.period) == (client, period)
            and told.alert.owner != owner
            for told in self._book.told()
        ):
            self._take(kind, owner, {"moved": moved, "usual": round(usual)}, period)

    def _take(self, kind: AlertKind, owner: OwnerKey, details: Mapping[str, Any], period: str = "") -> None:
        """Tell it, if it is wanted and was not told. A step of a quota is of its running ``period``."""
        if kind in self._rules.off:
            return
        try:
            found = self._program.configuration.find(owner)
            if kind in STEPS:
                period = f"{self._began(owner)} {self._program.flow(owner).quota}"
        except NotFound:  # its last bytes came after it was removed
            return
        alert = Alert(self._clock(), kind, owner, client_of(found), remark_of(found), period, details)
        if self._book.take(alert):
            self._raised.append(alert)

    def _on_posted(self, alert: Alert, error: NpsError | None) -> None:
        self._program.events.push(AlertPosted(alert, None if error is None else Sentence.of(error)))

    def _client(self, owner: OwnerKey) -> int:
        try:
            return client_of(self._program.configuration.find(owner))
        except NotFound:
            return 0

    def _today(self) -> str:
        zone = zone_of(self._program.configuration.everything.timezone)
        return datetime.datetime.fromtimestamp(self._clock(), zone).date().isoformat()

    def _holds(self, alert: Alert) -> bool:
        """Whether its cause is still there."""
        if alert.kind in (AlertKind.UNUSUAL, AlertKind.QUIET):
            return alert.period == self._today()
        try:
            if alert.kind is AlertKind.EXPIRY_NEAR:
                found = self._program.configuration.find(alert.owner)
                return not isinstance(found, Everything) and str(found.expires) == alert.period
            if alert.key == (AlertKind.PORT_FAILED, GLOBAL_KEY):
                return isinstance(self._program.bridge(), Sentence)
            return _STANDS[alert.kind](self._program.flow(alert.owner))
        except NotFound:
            return False

    def _keep(self) -> None:
        kept = msgspec.json.encode(_Kept(self._book.told(), sorted(self._agents.last_seen)))
        if kept == self._kept:
            return
        self._kept = kept
        scratch = self._file.with_name(self._file.name + ".new")
        try:
            scratch.write_bytes(kept)
            scratch.replace(self._file)
        except OSError as error:
            log.warning("%s was not written: %s", self._file, error)


_STANDS: Mapping[AlertKind, Callable[[FlowRow], bool]] = {
    AlertKind.WARNED: lambda row: row.near and row.used < row.quota,
    AlertKind.THROTTLED: lambda row: row.state is State.THROTTLED,
    AlertKind.CUT: lambda row: 0 < row.quota <= row.used,
    AlertKind.AGENT_OFFLINE: lambda row: row.state is State.OFFLINE,
    AlertKind.PORT_FAILED: lambda row: row.state is State.FAILED,
}


def rules_of(settings: Settings) -> AlertRules:
    """What the settings say of alerts."""
    try:
        least = parse_bytes(settings["alert_unusual_least"], "alert_unusual_least")
    except FieldError as error:
        log.warning("%s", error)
        least = AlertRules().unusual_least
    return AlertRules(
        off=frozenset(kind for kind in AlertKind if not settings.is_on(alert_switch(kind))),
        offline_minutes=settings.number("alert_offline_minutes"),
        expiry_days=settings.number("alert_expiry_days"),
        unusual_times=settings.number("alert_unusual_times"),
        unusual_least=least,
    )


def _read(path: Path) -> _Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        return _Kept()
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("%s is not used: %s", path, error)
        return _Kept()
