from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from npsgui.model.audit import AuditEvent, Happening
from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    Client,
    Everything,
    Host,
    Limits,
    Mode,
    OwnerKey,
    OwnerKind,
    Target,
    Tunnel,
    Via,
)
from npsgui.model.forecast import Forecast
from npsgui.model.hours import parse_week
from npsgui.model.views import State
from npsgui.ui.detail import DetailPane, Tab
from npsgui.ui.route_words import RouteWords
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme
from tests.ui.fake_program import FakeProgram, row, session

ONE = OwnerKey(OwnerKind.CLIENT, 1)
WEB, SSH = OwnerKey(OwnerKind.TUNNEL, 5), OwnerKey(OwnerKind.TUNNEL, 6)

DAY = 86400
NOVEMBER_27 = 1_795_737_600


@pytest.fixture
def program() -> FakeProgram:
    made = FakeProgram(
        row(ONE, remark="home-nas", quota=10_000), row(WEB, remark="web"), row(SSH, remark="ssh")
    )
    made.rows[WEB] = made.rows[WEB]._replace(client=1)
    made.rows[SSH] = made.rows[SSH]._replace(client=2)
    made.configuration = Configuration(
        clients={1: Client(id=1, key="a", remark="home-nas", tunnels=4), 2: Client(id=2, key="b")},
        tunnels={5: Tunnel(id=5, client=1, remark="web"), 6: Tunnel(id=6, client=2, remark="ssh")},
    )
    made.sessions = [session(1, WEB, 1), session(2, SSH, 2), session(3, WEB, 1)]
    return made


@pytest.fixture
def pane(qtbot: QtBot, program: FakeProgram) -> DetailPane:
    made = DetailPane(program, Theme())
    qtbot.addWidget(made)
    made.resize(1000, 480)
    with qtbot.waitExposed(made):
        made.show()
    return made


def texts(pane: DetailPane) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]


def test_without_an_owner_it_says_what_to_do(pane: DetailPane) -> None:
    assert texts(pane) == ["Choose a row to see its traffic."]


def test_it_shows_the_owners_facts_exactly(pane: DetailPane) -> None:
    pane.show_owner(ONE)

    assert {"home-nas", "2.9 KiB", "3,000 B", "3.9 KiB", "4,000 B", "70 %", "6.8 KiB of 9.8 KiB"} <= set(
        texts(pane)
    )
    assert pane.traffic.chart.legend.sentence() == "2.9 KiB of 9.8 KiB left"


def test_its_tables_fit_a_window_of_the_usual_size(pane: DetailPane) -> None:
    pane.resize(1032, 480)
    pane.show_owner(ONE)
    for tab, view in ((Tab.CONNECTIONS, pane.links), (Tab.TUNNELS, pane.tunnels)):
        pane.tabs.choose(tab)
        view.updateGeometries()
        assert view.horizontalScrollBar().maximum() == 0, tab


def test_a_cut_is_told_in_words(pane: DetailPane, program: FakeProgram) -> None:
    program.rows[ONE] = program.rows[ONE]._replace(state=State.OVER_QUOTA, quota=7000)
    pane.show_owner(ONE)

    assert pane.traffic.chart.legend.sentence() == "Cut at 6.8 KiB: new connections are refused."


@pytest.mark.parametrize(
    ("earliest", "latest", "told"),
    [
        (0, 7200, "at this pace full on 27 Nov between 00:00 and 02:00"),
        (0, 2 * DAY, "at this pace full between 27 Nov and 29 Nov"),
        (0, None, "at this pace full on 27 Nov at the earliest"),
        (None, None, "on course for 690.0–745.0 GiB by 1 Dec"),
    ],
)
def test_what_is_to_be_expected_is_told_beneath_the_chart(
    pane: DetailPane, program: FakeProgram, earliest: int | None, latest: int | None, told: str
) -> None:
    first, last = (None if at is None else NOVEMBER_27 + at for at in (earliest, latest))
    program.configuration = replace(program.configuration, everything=Everything(timezone="UTC"))
    program.forecasts[ONE] = Forecast(690 * 2**30, 745 * 2**30, NOVEMBER_27 + 4 * DAY, first, last)
    pane.show_owner(ONE)

    assert pane.traffic.chart.legend.sentence() == f"2.9 KiB of 9.8 KiB left · {told}"


def test_a_share_just_below_the_quota_is_not_rounded_up(pane: DetailPane, program: FakeProgram) -> None:
    program.rows[ONE] = program.rows[ONE]._replace(used=99_999, quota=100_000)
    pane.show_owner(ONE)

    assert "99 %" in texts(pane)


def test_an_owner_that_was_removed_is_let_go(pane: DetailPane, program: FakeProgram) -> None:
    pane.show_owner(ONE)
    del program.rows[ONE]
    pane.refresh()

    assert texts(pane) == ["Choose a row to see its traffic."]


def test_the_connections_of_the_selection_and_no_others_are_listed(pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.tabs.choose(Tab.CONNECTIONS)
    assert [row.id for row in pane.links.table.rows] == [1, 3]

    pane.show_owner(SSH)
    assert [row.id for row in pane.links.table.rows] == [2]


def test_del_asks_for_the_selected_connections_to_be_closed(qtbot: QtBot, pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.tabs.choose(Tab.CONNECTIONS)
    pane.links.choose(1)
    with qtbot.waitSignal(pane.close_asked) as asked:
        QTest.keyClick(pane.links, Qt.Key.Key_Delete)

    assert asked.args == [(3,)]


def test_a_clients_tunnels_are_listed_and_edited(qtbot: QtBot, pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.tabs.choose(Tab.TUNNELS)
    pane.tunnels.choose(0)
    with qtbot.waitSignal(pane.edit_asked) as asked:
        QTest.keyClick(pane.tunnels, Qt.Key.Key_Return)

    assert asked.args == [WEB]


def test_a_tunnel_has_no_tunnels_to_show(pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.tabs.choose(Tab.TUNNELS)
    pane.show_owner(WEB)

    assert pane.tabs.current is Tab.TRAFFIC


def test_the_way_through_a_tunnel_stands_beside_its_name(pane: DetailPane, program: FakeProgram) -> None:
    target = Target("::1", 80)
    web = replace(program.configuration.tunnels[5], ports=(8001, 8002), targets=(target,), via=Via.AGENT)
    program.configuration = replace(program.configuration, tunnels={5: web})
    pane.show_owner(WEB)

    assert "TCP  ·  127.0.0.1:8001-8002 → [::1]:80  ·  through the client's agent" in texts(pane)


def test_the_way_to_a_host_and_into_a_folder_are_told(qtbot: QtBot) -> None:
    papers = Tunnel(id=5, client=1, mode=Mode.FILE, bind="", ports=(80,), folder="/srv")
    wiki = Host(id=1, client=1, host="a.example.org", location="/wiki", targets=(Target("127.0.0.1", 81),))
    configuration = Configuration(tunnels={5: papers}, hosts={1: wiki})
    words = RouteWords(Sentences())

    assert words.of(WEB, configuration) == "Folder  ·  *:80 → /srv"
    host = OwnerKey(OwnerKind.HOST, 1)
    assert words.of(host, configuration) == "http(s)://a.example.org/wiki → 127.0.0.1:81"
    assert words.of(ONE, configuration) == ""


def test_several_rows_are_summed_up(pane: DetailPane, program: FakeProgram) -> None:
    pane.show_together([program.rows[WEB], program.rows[SSH]._replace(connections=2)])

    assert {"2 selected", "5.9 KiB", "6,000 B", "8,000 B", "2"} <= set(texts(pane))


def test_the_facts_come_back_when_the_bar_leaves_their_room(pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.resize(pane.tabs.sizeHint().width() + pane.traffic.bar.sizeHint().width(), 480)
    pane.resize(pane.width(), 480 + 290 - pane.traffic.height())
    assert "3,000 B" not in texts(pane)

    pane.show_owner(WEB)
    assert "3,000 B" in texts(pane)


def test_limits_stand_beside_what_is_used_of_them(pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.tabs.choose(Tab.LIMITS)

    assert {"<b>6.8 KiB</b> / 9.8 KiB", "7,000 of 10,000 bytes", "<b>1</b> / 4"} <= set(texts(pane))


def test_a_narrow_pane_is_no_wider_than_it_is_given(pane: DetailPane) -> None:
    pane.show_owner(ONE)
    pane.resize(640, 400)

    assert all(
        label.mapTo(pane, label.rect().topRight()).x() < 640
        for label in pane.findChildren(QLabel)
        if label.isVisible()
    )


def test_the_limits_that_have_no_line_are_told_in_words(pane: DetailPane, program: FakeProgram) -> None:
    limits = Limits(quota=10_000, throttle_at=90, throttle_rate=2048, alt_rate=0)
    client = Client(id=1, key="a", hours=parse_week("mo-fr 8-18"), limits=limits)
    program.configuration = program.configuration.with_owner(client)
    pane.show_owner(ONE)
    pane.tabs.choose(Tab.LIMITS)

    assert (
        "Throttled to 2 KiB/s from 90 % of the quota on.\nRuns mo-fr 08:00-18:00.\nIt has alternative limits."
        in texts(pane)
    )


def test_the_events_of_the_selection_and_of_what_it_owns_are_listed(
    pane: DetailPane, program: FakeProgram
) -> None:
    program.trail = [
        AuditEvent(1.0, Happening.CUT, ONE, 1, "home-nas", details={"used": 7000}),
        AuditEvent(2.0, Happening.STARTED, WEB, 1, "web"),
        AuditEvent(3.0, Happening.STARTED, SSH, 2, "ssh"),
    ]

    async def body() -> None:
        pane.show_owner(ONE)
        pane.tabs.choose(Tab.EVENTS)
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(body())
    assert [line.event.name for line in pane.events.table.rows] == ["web", "home-nas"]
