"""What the window shows of clients' agents."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.app.agent_lines import npc_line, npsgui_line
from npsgui.app.servers import Servers
from npsgui.cli.arguments import parser
from npsgui.model.agents import AgentRow
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, OwnerKey, OwnerKind, Target, Tunnel, Via
from npsgui.model.events import AgentDown, AgentUp
from npsgui.model.views import Sentence
from npsgui.ui.agent_notices import AgentNotices
from npsgui.ui.connect_dialog import ConnectDialog
from npsgui.ui.flow_page import FlowPage
from npsgui.ui.notices import NoticeBar
from npsgui.ui.sentences import Sentences
from npsgui.ui.servers_dialog import ServersDialog
from npsgui.ui.theme import Theme
from tests.ui.fake_program import FakeProgram, row

ONE, TWO = OwnerKey(OwnerKind.CLIENT, 1), OwnerKey(OwnerKind.CLIENT, 2)
AGENT = AgentRow(
    client=1, version="0.26.10", address="203.0.113.9:40000", since=1_795_440_000.0, latency=0.0123, streams=3
)


def program() -> FakeProgram:
    made = FakeProgram(row(ONE, remark="home-nas"), row(TWO, remark="lab"))
    made.configuration = Configuration(
        clients={1: Client(id=1, key="a", remark="home-nas"), 2: Client(id=2, key="b", remark="lab")},
        tunnels={5: Tunnel(id=5, client=1, via=Via.AGENT), 6: Tunnel(id=6, client=2)},
    )
    made.online = [AGENT]
    return made


def test_the_table_of_clients_tells_who_is_online(qtbot: QtBot) -> None:
    page = FlowPage(program(), Theme(), OwnerKind.CLIENT, QAction("New"))
    qtbot.addWidget(page)
    page.refresh()

    by_name = {column.name: column for column in page.table.columns}
    shown = {
        name: [by_name[name].text(line) for line in page.table.rows]
        for name in ("agent", "agent_version", "agent_address", "agent_latency")
    }
    assert shown == {
        "agent": ["online", "offline"],
        "agent_version": ["0.26.10", "–"],
        "agent_address": ["203.0.113.9:40000", "–"],
        "agent_latency": ["12 ms", "–"],
    }
    assert page.detail.agent.text.text().endswith("203.0.113.9:40000  ·  version 0.26.10  ·  12 ms")
    page.choose(TWO)
    assert page.detail.agent.text.text() == "Its agent is not connected."


def test_the_pane_asks_how_an_agent_is_connected(qtbot: QtBot) -> None:
    page = FlowPage(program(), Theme(), OwnerKind.CLIENT, QAction("New"))
    qtbot.addWidget(page)
    page.choose(TWO)

    with qtbot.waitSignal(page.acts.connect_asked) as asked:
        page.detail.agent.connect_asked.emit()

    assert asked.args == [2]


@pytest.mark.parametrize("key", ["plainkey", "-dash", "two words", "it's"])
@pytest.mark.parametrize("host", ["example.com", "2001:db8::1"])
def test_the_lines_mean_what_they_say(key: str, host: str) -> None:
    server = Target(host, 8024)

    said = parser().parse_args(shlex.split(npsgui_line(server, key, tls=True))[1:])
    assert (said.server, said.key, said.tls) == (str(server), key, True)
    assert shlex.split(npc_line(server, key, tls=False)) == [
        "npc", f"-server={server}", f"-vkey={key}", "-type=tcp",
    ]  # fmt: skip


def test_a_line_is_copied_for_the_chosen_address(qtbot: QtBot) -> None:
    dialog = ConnectDialog(Client(id=1, key="plainkey"), Everything(bridge_port=8024))
    qtbot.addWidget(dialog)
    dialog.address.setCurrentText("nas.example.org")

    dialog.ours.copy.click()

    assert QGuiApplication.clipboard().text() == "npsgui agent --server nas.example.org:8024 --key plainkey"
    assert dialog.ours.copy.text() == "Copied"
    dialog.address.setCurrentText("::1")
    assert dialog.npc.text.text() == "npc '-server=[::1]:8024' -vkey=plainkey -type=tcp"
    assert dialog.ours.copy.text() == "Copy"


def test_without_a_port_the_dialog_leads_to_where_it_is_set(qtbot: QtBot) -> None:
    dialog = ConnectDialog(Client(id=1, key="plainkey"), Everything())
    qtbot.addWidget(dialog)
    (button,) = (one for one in dialog.findChildren(QPushButton) if one.objectName() == "primary")

    assert not dialog.ours.isEnabled()
    assert any("no port" in label.text() for label in dialog.findChildren(QLabel))
    with qtbot.waitSignal(dialog.port_asked):
        button.click()


def test_only_an_agent_that_is_missed_is_told_of_until_it_is_back(qtbot: QtBot) -> None:
    bar = NoticeBar(Theme())
    qtbot.addWidget(bar)
    notices, configuration = AgentNotices(bar), program().configuration

    notices.take(AgentDown(2, "", Sentence("gone")), configuration)
    assert bar.text == ""

    notices.take(AgentDown(1, "", Sentence("gone")), configuration)
    notices.take(AgentDown(1, "", Sentence("gone")), configuration)
    assert bar.text == "The agent of home-nas is gone. Tunnels and hosts that wait for it: 1"

    notices.take(AgentUp(1, "", "0.26.10"), configuration)
    assert bar.text == ""


def test_this_computer_is_connected_elsewhere_from_a_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ServersDialog(Servers(tmp_path), Sentences())
    qtbot.addWidget(dialog)
    dialog.server.setText("no server")
    dialog.key.setText("k")
    (connect,) = (one for one in dialog.findChildren(QPushButton) if one.objectName() == "primary")

    connect.click()

    assert dialog.problem.text() == "“no server” is not a server; write it like example.com:8024."
    assert not dialog.view.table.rows
