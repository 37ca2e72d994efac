"""A question before something is lost, answered by keyboard."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.ui.confirm import ConfirmDialog


@pytest.mark.parametrize(("presses", "meant"), [(0, False), (1, True)], ids=["Cancel", "Delete"])
def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot, presses: int, meant: bool) -> None:
    async def body() -> None:
        dialog = ConfirmDialog()
        asked = asyncio.create_task(dialog.ask("Delete it?", "", [], "Delete"))
        await asyncio.sleep(0)
        with qtbot.waitActive(dialog):
            dialog.activateWindow()
        for _ in range(presses):
            QTest.keyClick(dialog, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert isinstance(focused, QPushButton)
        QTest.keyClick(focused, Qt.Key.Key_Return)
        assert await asked is meant

    asyncio.run(body())
