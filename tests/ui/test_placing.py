"""Dialogs are placed by the size that they keep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.crash import CrashDialog
from npsgui.ui.import_dialog import ImportReport
from npsgui.ui.window import Window
from tests.ui.opened import look
from tests.ui.test_access import CLIENT, dialogs, language

__all__ = ["language"]

KINDS = (
    {"mode": "tcp", "port": "18999", "targets": "127.0.0.1:9"},
    {"mode": "udp", "port": "18999", "targets": "127.0.0.1:9"},
    {"mode": "socks5", "port": "18998"},
    {"mode": "file", "port": "18997", "folder": "/"},
    {"mode": "secret", "password": "open sesame", "targets": "127.0.0.1:9"},
)


class Placed(QObject):
    """The size that each dialog had when it was placed: at its first show."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: dict[QDialog, QSize] = {}

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QDialog):
            self.sizes.setdefault(watched, watched.size())
        return False


@pytest.fixture
def placed(qapp: QApplication) -> Iterator[Placed]:
    watching = Placed()
    qapp.installEventFilter(watching)
    yield watching
    qapp.removeEventFilter(watching)


def every_dialog(window: Window, tunnels: list[OwnerKey]) -> Iterator[Callable[[], None]]:
    commands = window.commands
    yield from dialogs(window)
    for tunnel in tunnels:
        yield lambda tunnel=tunnel: commands.edit(tunnel)  # type: ignore[misc]
    yield lambda: commands.agents.connect_agent(CLIENT.id)
    yield commands.agents.connect_this_computer
    yield lambda: ImportReport(["One client was taken.", "Left: nothing."], window).open()
    yield lambda: CrashDialog("what fell", window).open()


def test_a_dialog_keeps_the_size_that_it_was_placed_by(
    qtbot: QtBot, tmp_path: Path, placed: Placed, language: str
) -> None:
    wrong: list[str] = []

    async def act(program: Program, window: Window) -> None:
        tunnels = [
            await program.add(OwnerKind.TUNNEL, {"client": "1", "enabled": "no", **kind}) for kind in KINDS
        ]
        for ask in every_dialog(window, [tunnel.owner for tunnel in tunnels]):
            ask()
            await asyncio.sleep(0)
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, QDialog)
            for _ in range(3):  # what is measured anew, and what is measured by that
                QApplication.processEvents()
            if dialog.size() != placed.sizes[dialog]:
                wrong.append(f"{dialog.windowTitle()}: {placed.sizes[dialog]}, then {dialog.size()}")
            dialog.close()
            await asyncio.sleep(0)

    look(qtbot, tmp_path, act, "nas", "lab")

    assert not wrong, "\n".join(wrong)
