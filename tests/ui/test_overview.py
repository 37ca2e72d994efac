from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Client, OwnerKey, OwnerKind, Tunnel
from npsgui.model.peers import OTHERS, PeerUsage
from npsgui.model.views import FlowRow, Sentence, State
from npsgui.ui.attention import Attention, Cure
from npsgui.ui.attention_card import MatterLine
from npsgui.ui.overview_page import OverviewPage
from npsgui.ui.peer_rows import DAY
from npsgui.ui.sidebar import WIDTH
from npsgui.ui.theme import Theme
from npsgui.ui.top_list import TOP, TopList, TopRow
from tests.ui.fake_program import NOW, FakeProgram, row


def client(number: int) -> OwnerKey:
    return OwnerKey(OwnerKind.CLIENT, number)


def tunnel(number: int) -> OwnerKey:
    return OwnerKey(OwnerKind.TUNNEL, number)


def page_of(qtbot: QtBot, program: FakeProgram, height: int = 760, width: int = 1000) -> OverviewPage:
    for key in program.rows:
        if key.kind is OwnerKind.CLIENT:
            program.configuration = program.configuration.with_owner(Client(id=key.id, key=str(key)))
        elif key.kind is OwnerKind.TUNNEL:
            program.configuration = program.configuration.with_owner(Tunnel(id=key.id, client=1))

    async def body() -> OverviewPage:
        made = OverviewPage(program, Theme(), clock=lambda: NOW)
        qtbot.addWidget(made)
        made.resize(width, height)
        with qtbot.waitExposed(made):
            made.show()
        for _ in range(4):
            await asyncio.sleep(0)
        made.chart.hide()  # it would ask for its marks when this loop is over
        return made

    return asyncio.run(body())


def listed(part: TopList) -> list[object]:
    return [top.entry.key for top in part.findChildren(TopRow) if top.isVisible() and top.entry is not None]


def matters(page: OverviewPage) -> list[str]:
    return [line.text() for line in page.matters.findChildren(MatterLine) if line.isVisible()]


def texts(page: OverviewPage) -> set[str]:
    return {label.text() for label in page.findChildren(QLabel) if label.isVisible()}


def test_who_carried_most_today_stands_first_and_then_the_fastest(qtbot: QtBot) -> None:
    rows = [row(client(n), remark=f"c{n}", rate=float(n)) for n in range(1, 8)]
    rows[1] = rows[1]._replace(today_inlet=5, today_export=7)
    page = page_of(qtbot, FakeProgram(*rows))

    assert listed(page.clients) == [client(n) for n in (2, 7, 6, 5, 4)]
    assert len(listed(page.clients)) == TOP


def test_where_it_is_low_fewer_are_listed(qtbot: QtBot) -> None:
    program = FakeProgram(*(row(client(n)) for n in range(1, 8)))
    program.visitors[GLOBAL_KEY] = [PeerUsage(int(NOW) // DAY * DAY, f"192.0.2.{n}", n, n) for n in range(9)]
    page = page_of(qtbot, program, 560)

    assert (len(listed(page.clients)), len(listed(page.peers))) == (2, 2)


def test_in_the_smallest_window_clients_have_room_for_names_and_rates(qtbot: QtBot) -> None:
    page = page_of(qtbot, FakeProgram(row(client(1)), row(tunnel(5))), 560, 960 - WIDTH)

    assert page.clients.width() >= 1.5 * page.tunnels.width()


def test_tunnels_and_peers_of_today_are_listed_and_the_others_are_nobody(qtbot: QtBot) -> None:
    program = FakeProgram(row(tunnel(5), remark="web")._replace(today_export=9))
    today = int(NOW) // DAY * DAY
    program.visitors[GLOBAL_KEY] = [PeerUsage(today, OTHERS, 900, 0), PeerUsage(today, "192.0.2.7", 1, 2)]
    page = page_of(qtbot, program)

    assert listed(page.tunnels) == [tunnel(5)]
    assert listed(page.peers) == ["192.0.2.7"]


@pytest.mark.parametrize("key", [None, Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_click_on_a_client_chooses_it(qtbot: QtBot, key: Qt.Key | None) -> None:
    page = page_of(qtbot, FakeProgram(row(client(4), remark="lab")))
    found = next(top for top in page.clients.findChildren(TopRow) if top.isVisible())

    with qtbot.waitSignal(page.owner_chosen) as chosen:
        if key is not None:
            QTest.keyClick(found, key)
        else:
            QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    assert chosen.args == [client(4)]


def test_without_anybody_it_says_what_to_do(qtbot: QtBot) -> None:
    shown = texts(page_of(qtbot, FakeProgram()))

    assert {"3.0 KiB", "1.0 KiB inlet, 2.0 KiB export", "Nothing needs your attention."} <= shown
    assert "There are no clients yet. Ctrl+2, then Ctrl+N makes one." in shown
    assert any(text.startswith("Nobody has come since") for text in shown)


def found(*rows: FlowRow, configuration: Configuration | None = None) -> list[tuple[OwnerKey, Cure, str]]:
    matters = Attention().of(rows, configuration or Configuration(), False)
    return [(matter.owner, matter.cure, matter.text) for matter in matters]


def test_the_worst_is_told_first_and_each_has_its_cure(qtbot: QtBot) -> None:
    full = row(client(1), quota=7000, state=State.OVER_QUOTA)
    near = row(client(2), quota=8000)._replace(near=True)
    away = row(client(3), state=State.OFFLINE)
    busy = row(tunnel(5), state=State.FAILED)._replace(reason=Sentence("Port 80 is in use."))

    assert found(away, near, busy, full, row(client(4))) == [
        (client(1), Cure.QUOTA, "Its quota of 6.8 KiB is used up."),
        (tunnel(5), Cure.PORT, "Port 80 is in use."),
        (client(3), Cure.AGENT, "Its agent is not connected."),
        (client(2), Cure.QUOTA, "87 % of its quota is used, 1000 B left."),
    ]


@pytest.mark.parametrize(
    ("state", "used"), [(State.STOPPED, 7000), (State.RUNNING, 10)], ids=["stopped", "far from it"]
)
def test_what_is_as_it_should_be_is_not_told(qtbot: QtBot, state: State, used: int) -> None:
    assert found(row(client(1), quota=7000, state=state)._replace(used=used)) == []


def test_a_tunnel_is_not_blamed_for_its_client(qtbot: QtBot) -> None:
    """It refuses visitors, too; but there is nothing to be done about it."""
    assert found(row(tunnel(5), state=State.OVER_QUOTA), row(tunnel(6), state=State.OFFLINE)) == []


@pytest.mark.parametrize(
    ("days", "told"), [(-1, "Expired on "), (3, "Expires on "), (30, None)], ids=["past", "soon", "later"]
)
def test_what_expires_is_told_a_week_before(qtbot: QtBot, days: int, told: str | None) -> None:
    ends = Tunnel(id=5, client=1, expires=int(time.time()) + days * DAY)
    configuration = Configuration(clients={1: Client(id=1, key="k")}, tunnels={5: ends})

    said = found(configuration=configuration)
    assert [(owner, cure) for owner, cure, _ in said] == ([(tunnel(5), Cure.EXPIRES)] if told else [])
    assert all(told is not None and text.startswith(told) for _, _, text in said)
    stopped = replace(configuration, tunnels={5: replace(ends, enabled=False)})
    assert found(configuration=stopped) == []


def test_the_agents_port_is_of_everything(qtbot: QtBot) -> None:
    [matter] = Attention().of([], Configuration(), Sentence("Port 8024 is in use."))

    assert (matter.owner, matter.cure, matter.text) == (
        GLOBAL_KEY,
        Cure.BRIDGE_PORT,
        "Port 8024 is in use.",
    )


def test_a_matter_leads_to_its_cure_and_further_ones_are_counted(qtbot: QtBot) -> None:
    program = FakeProgram(*(row(client(n), remark=f"c{n}", quota=7000) for n in range(1, 10)))
    page = page_of(qtbot, program)
    assert len(matters(page)) == 6
    assert {"Needs attention", "further ones: 3"} <= texts(page)
    assert "Nothing needs your attention." not in texts(page)

    first = page.matters.findChildren(MatterLine)[0]
    with qtbot.waitSignal(page.matter_chosen) as chosen:
        QTest.keyClick(first, Qt.Key.Key_Space)

    assert chosen.args is not None
    assert chosen.args[0].owner == client(1)
    assert first.accessibleName() == "c1: Its quota of 6.8 KiB is used up."
