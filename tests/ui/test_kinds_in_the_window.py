"""From the window to real sockets: what a dialog makes runs, and what does not run says why."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import State
from npsgui.ui.inputs import Choice, Lines, Ports
from npsgui.ui.limits_dialog import LimitsDialog
from npsgui.ui.sidebar import Page
from npsgui.ui.tunnel_dialog import TunnelDialog
from npsgui.ui.window import Window
from tests.relay.house import free_port
from tests.ui.opened import look
from tests.waiting import until

TUNNEL, HOST = OwnerKey(OwnerKind.TUNNEL, 1), OwnerKey(OwnerKind.HOST, 1)


def dialog_in(window: Window) -> QDialog:
    return next(found for found in window.findChildren(QDialog) if found.isVisible())


@pytest.mark.parametrize("mode", ["tcp", "udp", "socks5", "httpProxy"])
def test_a_tunnel_of_any_kind_is_made_and_runs(qtbot: QtBot, tmp_path: Path, mode: str) -> None:
    async def act(program: Program, window: Window) -> None:
        window.commands.new_tunnel()
        await asyncio.sleep(0)
        dialog = dialog_in(window)
        assert isinstance(dialog, TunnelDialog)
        kind, ports, targets = (dialog.input_of(word) for word in ("mode", "port", "targets"))
        assert isinstance(kind, Choice)
        assert isinstance(ports, Ports)
        assert isinstance(targets, Lines)
        kind.setCurrentIndex(kind.findData(mode))
        ports.setText(str(free_port()))
        targets.setPlainText("127.0.0.1:9")
        dialog.accept()
        await until(lambda: 1 in program.configuration.tunnels)

        assert program.flow(TUNNEL).state is State.RUNNING
        assert program.configuration.tunnels[1].mode == mode

    look(qtbot, tmp_path, act, "nas")


def test_a_host_without_its_port_says_so_and_the_page_leads_to_the_ports(
    qtbot: QtBot, tmp_path: Path
) -> None:
    async def act(program: Program, window: Window) -> None:
        await program.add(
            OwnerKind.HOST, {"client": "1", "host": "nas.example.org", "targets": "127.0.0.1:9"}
        )
        window.show_page(Page.HOSTS)
        page = window.pages.hosts
        assert program.flow(HOST).state is State.FAILED
        reason = str(program.flow(HOST).reason)
        assert reason in [label.text() for label in page.detail.findChildren(QLabel) if label.isVisible()]

        button = next(one for one in page.header.findChildren(QPushButton) if one.text() == "Set the ports…")
        button.click()
        await asyncio.sleep(0)
        dialog = dialog_in(window)
        assert isinstance(dialog, LimitsDialog)
        ports, port = dialog.input_of("http_port"), free_port()
        assert isinstance(ports, Ports)
        ports.setText(str(port))
        dialog.accept()
        await until(lambda: button.text() == f"HTTP {port}")

        assert program.flow(HOST).state is State.RUNNING

    look(qtbot, tmp_path, act, "nas")


def test_a_port_that_is_in_use_names_the_program_in_the_pane(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            await program.add(OwnerKind.TUNNEL, {"client": "1", "port": str(port), "targets": "127.0.0.1:9"})
            window.show_page(Page.TUNNELS)
            pane = window.pages.tunnels.detail

            def told() -> bool:
                window.refresh()
                said = [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]
                return f"Port {port} on 127.0.0.1 is in use by npsgui itself." in said

            await until(told)

    look(qtbot, tmp_path, act, "nas")
