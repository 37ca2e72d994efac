"""From what needs attention, a period or a peer to where something is done about it, in the whole window."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.attention_card import MatterLine
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.detail import Tab
from npsgui.ui.expiry_input import ExpiryInput
from npsgui.ui.sidebar import Page
from npsgui.ui.window import Window
from tests.ui.opened import look
from tests.waiting import until

NAS = OwnerKey(OwnerKind.CLIENT, 1)


def dialog() -> QDialog | None:
    found = QApplication.activeModalWidget()
    return found if isinstance(found, QDialog) else None


def test_a_matter_opens_the_dialog_at_its_word_with_the_row_behind(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        await program.set(NAS, {"expires": "2020-01-01"})
        window.show_page(Page.OVERVIEW)
        lines = window.pages.overview.findChildren(MatterLine)
        await until(lambda: any(line.isVisible() for line in lines))
        [line] = [one for one in lines if one.isVisible()]
        QTest.keyClick(line, Qt.Key.Key_Space)
        await until(lambda: dialog() is not None)

        opened = dialog()
        assert isinstance(opened, ClientDialog)
        expires = opened.input_of("expires")
        assert isinstance(expires, ExpiryInput)
        assert expires.isVisible()
        assert window.pages.currentWidget() is window.pages.clients
        opened.reject()
        await asyncio.sleep(0)

    look(qtbot, tmp_path, act, "nas")


def test_a_period_is_reset_once_the_user_agrees_and_that_is_taken_back(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        window.show_owner(NAS)
        detail = window.pages.clients.detail
        detail.tabs.choose(Tab.PERIOD)
        reset = next(one for one in detail.period.findChildren(QPushButton) if one.text() == "Reset now…")
        reset.click()
        await until(lambda: dialog() is not None)
        asked = dialog()
        assert isinstance(asked, ConfirmDialog)
        asked.accept()
        await until(lambda: "reset" in window.steps.undo.text())
        assert len(await program.periods(NAS)) == 2

        window.steps.undo.trigger()
        await until(lambda: "reset" not in window.steps.undo.text())
        assert len(await program.periods(NAS)) == 1

    look(qtbot, tmp_path, act, "nas")


def test_a_peer_of_the_overview_leads_to_what_it_has_open(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        window.show_page(Page.OVERVIEW)
        window.pages.overview.peer_chosen.emit("192.0.2.7")

        assert window.pages.currentWidget() is window.pages.connections
        assert window.pages.connections.header.search.text() == "192.0.2.7"

    look(qtbot, tmp_path, act, "nas")
