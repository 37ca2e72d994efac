"""The Hosts page on plain data, and the way to it in the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, OwnerKey, OwnerKind, Scheme, Target
from npsgui.model.views import Sentence, State
from npsgui.ui.flow_page import FlowPage
from npsgui.ui.sidebar import StateFilter
from npsgui.ui.table import AT_ONCE
from npsgui.ui.theme import Theme
from tests.ui.fake_program import FakeProgram, row

NAS, WIKI = OwnerKey(OwnerKind.HOST, 1), OwnerKey(OwnerKind.HOST, 2)
NO_PORT = Sentence("There is no shared port for it; set the HTTP or HTTPS port.")


@pytest.fixture
def program() -> FakeProgram:
    made = FakeProgram(
        row(NAS, remark="nas")._replace(client=1),
        row(WIKI, remark="wiki", state=State.FAILED)._replace(client=1, reason=NO_PORT),
    )
    targets = (Target("127.0.0.1", 80),)
    made.configuration = Configuration(
        clients={1: Client(id=1, key="a", remark="home")},
        hosts={
            1: Host(id=1, client=1, remark="nas", host="nas.example.org", targets=targets),
            2: Host(
                id=2,
                client=1,
                remark="wiki",
                host="*.example.net",
                location="/wiki",
                scheme=Scheme.HTTPS,
                targets=targets,
            ),
        },
    )
    return made


@pytest.fixture
def page(qtbot: QtBot, program: FakeProgram) -> FlowPage:
    ports = QAction("Set the ports…")
    made = FlowPage(program, Theme(), OwnerKind.HOST, QAction("New host"), None, ports)
    ports.setParent(made)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.refresh()
    return made


def shown(page: FlowPage) -> list[str]:
    return [line.flow.remark for line in page.table.rows]


def test_qts_model_tester_finds_no_fault_while_hosts_come_and_go(
    page: FlowPage, program: FakeProgram
) -> None:
    tester = QAbstractItemModelTester(page.table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    gone = program.rows.pop(NAS)
    page.refresh()
    assert shown(page) == ["wiki"]
    program.rows[NAS] = gone
    page.refresh()

    assert shown(page) == ["nas", "wiki"]
    assert tester.model() is page.table


def test_a_host_shows_where_it_answers(page: FlowPage) -> None:
    page.view.selectAll()
    head, nas, wiki = (line.split("\t") for line in page.view.as_tsv().splitlines())

    assert head[:5] == ["Name", "State", "Host name", "Client", "Inlet/s"]
    assert nas[:5] == ["nas", "running", "nas.example.org", "home", "–"]
    assert wiki[:5] == ["wiki", "failed", "*.example.net/wiki", "home", "–"]


def test_why_a_host_cannot_be_reached_is_told_where_one_points(page: FlowPage) -> None:
    state = page.table.index(1, 1)

    assert state.data(Qt.ItemDataRole.ToolTipRole) == str(NO_PORT)
    page.view.choose(1)
    warnings = [label for label in page.detail.findChildren(QLabel) if label.objectName() == "warn"]
    assert [label.text() for label in warnings if label.isVisible()] == [str(NO_PORT)]


@pytest.mark.parametrize(("search", "found"), [("example.net/wiki", "wiki"), ("!failed", "nas")])
def test_a_host_is_found_by_its_place_and_state(page: FlowPage, search: str, found: str) -> None:
    page.header.search.setText(search)

    assert shown(page) == [found]


def test_hosts_are_counted_and_filtered_by_state(page: FlowPage) -> None:
    assert page.counts()[StateFilter.TROUBLE] == 1
    page.show_states(StateFilter.TROUBLE)

    assert shown(page) == ["wiki"]


@pytest.mark.parametrize(
    ("key", "signal"), [(Qt.Key.Key_F2, "edit_asked"), (Qt.Key.Key_Delete, "remove_asked")]
)
def test_a_host_is_edited_and_deleted_by_keys(qtbot: QtBot, page: FlowPage, key: Qt.Key, signal: str) -> None:
    page.view.choose(1)
    with qtbot.waitSignal(getattr(page.acts, signal)) as asked:
        QTest.keyClick(page.view, key)

    assert asked.args == [(WIKI,)]


def test_the_ports_are_offered_in_the_head(qtbot: QtBot, page: FlowPage) -> None:
    (action,) = (found for found in page.findChildren(QAction) if found.text() == "Set the ports…")
    button = next(found for found in page.header.findChildren(QPushButton) if found.text() == action.text())
    with qtbot.waitSignal(action.triggered):
        button.click()
    action.setText("HTTP 8080")

    assert button.text() == "HTTP 8080"


def test_thousands_of_rows_are_pulled_in_turns_and_one_is_chosen_at_once(
    page: FlowPage, program: FakeProgram, qtbot: QtBot
) -> None:
    hosts = {
        number: Host(id=number, client=1, host=f"{number}.example.org") for number in range(1, AT_ONCE + 2)
    }
    program.configuration = replace(program.configuration, hosts=hosts)
    program.rows |= {host.owner: row(host.owner) for host in hosts.values()}
    page.choose(hosts[AT_ONCE].owner)
    assert page.owners() == (hosts[AT_ONCE].owner,)

    program.rows |= {host.owner: row(host.owner, state=State.STOPPED) for host in hosts.values()}
    page.refresh()
    qtbot.waitUntil(lambda: {line.flow.state for line in page.table.rows} == {State.STOPPED})

    assert page.owners() == (hosts[AT_ONCE].owner,)
