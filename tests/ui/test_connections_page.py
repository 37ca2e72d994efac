"""The Connections page on plain data: every kind is named."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, Mode, OwnerKey, OwnerKind, Tunnel
from npsgui.model.peers import address_of
from npsgui.ui.connections_page import ConnectionsPage
from npsgui.ui.theme import Theme
from tests.ui.fake_program import FakeProgram, session

DNS, OUT, NAS = OwnerKey(OwnerKind.TUNNEL, 1), OwnerKey(OwnerKind.TUNNEL, 2), OwnerKey(OwnerKind.HOST, 1)


@pytest.fixture
def page(qtbot: QtBot) -> ConnectionsPage:
    program = FakeProgram()
    program.configuration = Configuration(
        clients={1: Client(id=1, key="a", remark="home")},
        tunnels={
            1: Tunnel(id=1, client=1, remark="dns", mode=Mode.UDP),
            2: Tunnel(id=2, client=1, remark="out", mode=Mode.HTTP_PROXY),
        },
        hosts={1: Host(id=1, client=1, remark="nas", host="nas.example.org")},
    )
    program.sessions = [
        session(1, DNS, 1)._replace(dropped=1200),
        session(2, OUT, 1),
        session(3, NAS, 1),
    ]
    made = ConnectionsPage(program, Theme())
    qtbot.addWidget(made)
    return made


def told(page: ConnectionsPage, *names: str) -> list[tuple[str, ...]]:
    columns = [column for column in page.table.columns if column.name in names]
    return [tuple(column.text(link) for column in columns) for link in page.table.rows]


def test_each_session_names_its_kind_and_whose_it_is(page: ConnectionsPage) -> None:
    assert sorted(told(page, "kind", "tunnel", "client")) == [
        ("HTTP proxy", "out", "home"),
        ("Host", "nas", "home"),
        ("UDP", "dns", "home"),
    ]


def test_datagrams_that_were_not_carried_are_counted(page: ConnectionsPage) -> None:
    assert sorted(told(page, "tunnel", "dropped")) == [("dns", "1,200"), ("nas", "–"), ("out", "–")]
    kind = [column.name for column in page.table.columns].index("kind")
    tips = [page.table.index(at, kind).data(Qt.ItemDataRole.ToolTipRole) for at in range(3)]
    assert [tip for tip in tips if tip] == ["datagrams dropped: 1,200"]


@pytest.mark.parametrize(("search", "found"), [("host", "nas"), ("udp", "dns"), ("httpproxy", "out")])
def test_sessions_are_found_by_their_kind(page: ConnectionsPage, search: str, found: str) -> None:
    page.header.search.setText(search)

    assert told(page, "tunnel") == [(found,)]


def test_qts_model_tester_finds_no_fault_while_sessions_end(page: ConnectionsPage) -> None:
    tester = QAbstractItemModelTester(page.table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    page.table.show(page.table.rows[1:])
    page.refresh()

    assert len(page.table.rows) == 3
    assert tester.model() is page.table


def test_block_and_close_all_act_on_the_peers_that_were_selected(page: ConnectionsPage) -> None:
    blocked: list[object] = []
    closed: list[object] = []
    page.block_asked.connect(blocked.append)
    page.close_asked.connect(closed.append)
    page.view.selectRow(0)
    peer = page.view.selected()[0].peer
    page._block.trigger()
    page._close_peers.trigger()

    assert blocked == [(address_of(peer),)]
    assert closed == [tuple(sorted(row.id for row in page.table.rows))]
