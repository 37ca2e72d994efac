"""Alerts on plain data: what is told, once for each cause, also after a new start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from npsgui.app import wire
from npsgui.app.alerts import GRACE, Alerts
from npsgui.app.all_settings import alert_switch
from npsgui.app.program import Program
from npsgui.app.remote import RemoteProgram
from npsgui.app.settings import Settings
from npsgui.model.agents import AgentRow
from npsgui.model.alerts import Alert, AlertKind
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Client, Host, OwnerKey, OwnerKind, Tunnel, Via
from npsgui.model.errors import NpsError
from npsgui.model.events import (
    AlertSnoozed,
    AlertsRaised,
    Event,
    Events,
    MinuteTurned,
    QuotaReached,
    QuotaWarned,
)
from npsgui.model.retention import Retention
from npsgui.model.views import FlowRow, Sentence, State, Step, Usage
from tests.cli.terminal import Serve
from tests.ui.fake_program import row

pytestmark = pytest.mark.asyncio

MONDAY = 1_700_438_400
WEEK = 7 * 86_400
HOUR = 3600
CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)
GIB = 2**30


class Plain:
    """A program of plain data with alerts and a clock. Of each week before, the first hour carried a GiB."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, Settings(folder)
        self.now = float(MONDAY)
        self.events = Events()
        self.raised: list[Alert] = []
        self.events.subscribe(self._on_event)
        client = Client(id=1, key="k", remark="nas")
        self.configuration = Configuration(
            clients={1: client}, tunnels={1: Tunnel(id=1, client=1, via=Via.AGENT)}
        )
        self.row = row(CLIENT, quota=100)
        self.covered = MONDAY
        self.online: list[AgentRow] = []
        self.began = 1
        self.retention = Retention()
        self.agents_port: Sentence | bool = True
        self.alerts = self._open()

    def _open(self) -> Alerts:
        alerts = Alerts(self, self.settings, lambda _: self.began, lambda: self.now)  # type: ignore[arg-type]
        alerts.begin()
        for _ in range(GRACE):
            alerts.turn()
        return alerts

    def start_again(self) -> None:
        self.alerts.close()
        self.events = Events()
        self.events.subscribe(self._on_event)
        self.alerts = self._open()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AlertsRaised):
            self.raised += event.alerts

    def flow(self, _: OwnerKey) -> FlowRow:
        return self.row

    def flows(self, _: OwnerKind) -> list[FlowRow]:
        return [self.row]

    def bridge(self) -> Sentence | bool:
        return self.agents_port

    def agents(self) -> list[AgentRow]:
        return self.online

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        return [Usage(MONDAY - week * WEEK, GIB, 0) for week in range(1, 9)]

    async def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        return [(0, self.covered)]

    def hear(self, *events: Event, seconds: float = 1.0) -> list[AlertKind]:
        """Push events, let time pass and turn; what is told by then."""
        self.raised.clear()
        for event in events:
            self.events.push(event)
        self.now += seconds
        self.alerts.turn()
        return [alert.kind for alert in self.raised]

    async def minute(self, usages: dict[OwnerKey, Usage] | None = None) -> list[AlertKind]:
        """Let a minute turn."""
        self.now += 60
        self.events.push(MinuteTurned(int(self.now) // 60 * 60, usages or {}))
        looks = (task for task in asyncio.all_tasks() if task.get_name() == "alerts of the minute")
        await asyncio.gather(*looks)
        return self.hear()


WARNED = QuotaWarned(CLIENT, 80, 100, 80)
REACHED = QuotaReached(CLIENT, 100)


@pytest_asyncio.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Plain]:
    made = Plain(tmp_path)
    yield made
    made.alerts.close()


async def test_a_quota_that_every_session_meets_is_told_once(plain: Plain) -> None:
    assert plain.hear(WARNED) == [AlertKind.WARNED]
    assert plain.hear(WARNED, REACHED, REACHED) == [AlertKind.CUT]
    assert str(plain.raised[0].sentence()).startswith("Client 1 “nas” has used up its quota, 100 B")
    assert plain.hear(REACHED) == []

    plain.began = 2
    assert plain.hear(REACHED) == [AlertKind.CUT]
    plain.row = plain.row._replace(quota=200)
    assert plain.hear(REACHED) == [AlertKind.CUT]


async def test_nothing_is_told_twice_after_a_new_start(plain: Plain) -> None:
    assert plain.hear(REACHED) == [AlertKind.CUT]
    await plain.alerts.snooze(AlertKind.CUT, CLIENT, 60)
    plain.start_again()

    assert plain.hear(REACHED) == []
    plain.now += HOUR
    plain.row = plain.row._replace(used=100)
    assert await plain.minute() == [AlertKind.CUT]


async def test_a_snooze_is_told_to_whoever_writes_the_trail(plain: Plain) -> None:
    plain.hear(REACHED)
    [alert] = plain.raised
    heard: list[Event] = []
    plain.events.subscribe(heard.append)
    await plain.alerts.snooze(AlertKind.CUT, CLIENT, 60)
    await plain.alerts.snooze(AlertKind.WARNED, CLIENT, 60)

    assert heard == [AlertSnoozed(alert, 60)]


async def test_what_comes_before_anybody_sees_it_waits(plain: Plain) -> None:
    plain.alerts = Alerts(plain, plain.settings, lambda _: 1, lambda: plain.now)  # type: ignore[arg-type]
    plain.alerts.begin()

    told = [plain.hear(REACHED) for _ in range(GRACE + 1)]
    assert told == [*[[]] * GRACE, [AlertKind.CUT]]


async def test_what_is_switched_off_is_not_told(plain: Plain) -> None:
    await plain.settings.choose(alert_switch(AlertKind.CUT), "false")

    assert plain.hear(WARNED, REACHED) == [AlertKind.WARNED]


async def test_an_agent_that_was_there_is_missed_also_after_a_new_start(plain: Plain) -> None:
    assert [*await plain.minute(), *await plain.minute(), *await plain.minute()] == []
    plain.online = [AgentRow(client=1, address="192.0.2.1", since=0.0, version="", latency=None, streams=0)]
    await plain.minute()
    plain.online = []
    plain.row = plain.row._replace(state=State.OFFLINE)
    plain.start_again()

    assert [*await plain.minute(), *await plain.minute(), *await plain.minute()] == [AlertKind.AGENT_OFFLINE]
    assert await plain.minute() == []


async def test_an_end_that_is_near_is_told_once(plain: Plain) -> None:
    client = replace(plain.configuration.clients[1], expires=MONDAY + 30 * 86_400)
    plain.configuration = plain.configuration.with_owner(client)
    assert await plain.minute() == []

    plain.now += 24 * 86_400
    assert await plain.minute() == [AlertKind.EXPIRY_NEAR]
    assert await plain.minute() == []
    later = replace(client, expires=client.expires + 60)
    plain.configuration = plain.configuration.with_owner(later)
    assert await plain.minute() == [AlertKind.EXPIRY_NEAR]


async def test_unusual_traffic_is_told_of_the_tunnel_and_not_of_its_client_as_well(plain: Plain) -> None:
    usages = {owner: Usage(MONDAY, 2 * GIB, 0) for owner in (GLOBAL_KEY, CLIENT, TUNNEL)}
    assert await plain.minute(usages) == []
    assert await plain.minute(usages) == [AlertKind.UNUSUAL]
    assert plain.raised[0].owner == TUNNEL
    assert plain.raised[0].details == {"moved": 4 * GIB, "usual": GIB}
    assert await plain.minute(usages) == []


async def test_a_client_that_is_quiet_where_it_never_is_is_told_if_that_is_wanted(plain: Plain) -> None:
    plain.row = plain.row._replace(state=State.RUNNING, inlet=8 * GIB)
    plain.covered = MONDAY + 2 * HOUR

    async def second_hour() -> list[AlertKind]:
        plain.now = MONDAY + HOUR - 120
        return [*await plain.minute(), *await plain.minute()]

    assert await second_hour() == []
    await plain.settings.choose(alert_switch(AlertKind.QUIET), "true")
    assert await second_hour() == [AlertKind.QUIET]
    assert str(plain.raised[0].sentence()) == (
        "Client 1 “nas” has carried 0 B in the last hour; at least 1 GiB are usual at this time."
    )
    assert await second_hour() == []
    plain.row = plain.row._replace(state=State.OFFLINE)
    plain.now += 24 * HOUR
    assert await second_hour() == []


async def test_where_hours_are_not_kept_for_weeks_nothing_is_unusual(plain: Plain) -> None:
    plain.retention = Retention(minutes=86_400, hours=4 * WEEK)
    usages = {CLIENT: Usage(MONDAY, 50 * GIB, 0)}

    assert await plain.minute(usages) == []


async def test_a_port_that_all_share_is_told_and_so_is_the_next_time_it_fails(plain: Plain) -> None:
    reason = Sentence("Port {port} on {address} is in use.", (("port", 8024), ("address", "0.0.0.0")))
    plain.agents_port = reason
    assert await plain.minute() == [AlertKind.PORT_FAILED]
    assert str(plain.raised[0].sentence()) == "Port 8024 on 0.0.0.0 is in use."
    assert await plain.minute() == []

    plain.configuration = plain.configuration.with_owner(Host(id=1, client=1))
    plain.row = plain.row._replace(state=State.FAILED, reason=reason)
    assert await plain.minute() == [AlertKind.PORT_FAILED]
    assert plain.raised[0].owner == Host(id=1, client=1).owner


async def test_a_file_that_cannot_be_read_costs_what_is_in_it(plain: Plain) -> None:
    plain.hear(REACHED)
    (plain.folder / "alerts.json").write_text("{")
    plain.start_again()

    assert plain.hear(REACHED) == [AlertKind.CUT]


async def test_what_an_attached_window_asks_is_done_by_the_service(tmp_path: Path) -> None:
    with Serve(tmp_path).ready():
        remote = await RemoteProgram.open(tmp_path)
        await remote.alerts.snooze(AlertKind.CUT, CLIENT, 60)
        with pytest.raises(NpsError, match="address like"):
            await remote.alerts.try_webhook()
        await remote.close()


async def test_a_port_that_is_taken_at_the_start_is_told(tmp_path: Path) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as taken:
        port = taken.sockets[0].getsockname()[1]
        program = await Program.open(tmp_path, relay=False)
        await program.add(OwnerKind.CLIENT, {"remark": "home"})
        await program.add(OwnerKind.TUNNEL, {"client": "1", "port": str(port), "targets": "9"})
        await program.close()
        program = await Program.open(tmp_path)
        raised: list[Event] = []
        program.events.subscribe(raised.append)
        for _ in range(GRACE + 1):
            program.alerts.turn()
        await program.close()

    [event] = raised
    assert isinstance(event, AlertsRaised)
    [alert] = event.alerts
    assert alert.key == (AlertKind.PORT_FAILED, TUNNEL)
    assert str(port) in str(alert.sentence())
    sent = wire.unpacked(wire.packed_event(event)[1], AlertsRaised)
    assert str(sent.alerts[0].sentence()) == str(alert.sentence())
