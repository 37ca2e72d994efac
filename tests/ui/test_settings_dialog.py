"""The settings dialog: searched, applied at once, told what is wrong, restored singly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QToolButton
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.inputs import Choice
from npsgui.ui.limit_input import LimitInput
from npsgui.ui.setting_row import SettingRow
from npsgui.ui.settings_dialog import SettingsDialog
from npsgui.ui.style import put_on, style_sheet
from npsgui.ui.theme import DARK, LIGHT, Theme
from tests.app.receiver import receiving

Act = Callable[[Program, SettingsDialog], Coroutine[Any, Any, None]]


def look(qtbot: QtBot, folder: Path, act: Act) -> None:
    """Open the dialog on a folder, and ``act``."""

    async def body() -> None:
        program = await Program.open(folder)
        dialog = SettingsDialog(program, program.settings, Theme())
        qtbot.addWidget(dialog)
        with qtbot.waitActive(dialog):
            dialog.show()
            dialog.activateWindow()
        try:
            await act(program, dialog)
        finally:
            dialog.hide()
            await program.close()

    asyncio.run(body())


def test_a_test_is_posted_to_the_webhook_and_what_came_of_it_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        dialog.show_setting("webhook_url")
        dialog.trial.button.click()
        while not dialog.trial.button.isEnabled():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        assert dialog.trial.said.text() == "A webhook has an address like https://example.com/hook."
        async with receiving(200) as receiver:
            await program.settings.choose("webhook_url", receiver.url)
            dialog.trial.button.click()
            await receiver.has(1)
            while not dialog.trial.button.isEnabled():  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert dialog.trial.said.text() == "The webhook has taken it."

    look(qtbot, tmp_path, act)


async def settled() -> None:
    """Until what was chosen is in force."""
    while any(task.get_name() == "setting" for task in asyncio.all_tasks()):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def shown(dialog: SettingsDialog) -> list[str]:
    return [name for name, row in dialog.rows.items() if row.isVisible()]


def restore(row: SettingRow) -> QToolButton:
    (button,) = row.findChildren(QToolButton)
    return button


def said(row: SettingRow, style: str) -> list[str]:
    return [label.text() for label in row.findChildren(QLabel) if label.objectName() == style]


def test_one_group_is_shown_and_a_search_goes_through_all(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        assert shown(dialog)[:2] == ["theme", "language"]
        QTest.keyClicks(dialog.search, "prometheus port")
        assert shown(dialog) == ["metrics_port"]
        QTest.keyClick(dialog.search, Qt.Key.Key_Return)
        assert dialog.rows["metrics_port"].isAncestorOf(dialog.focusWidget())
        dialog.search.setText("no such thing")
        assert shown(dialog) == []
        QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
        assert "theme" in shown(dialog)

    look(qtbot, tmp_path, act)


@pytest.mark.usefixtures("chinese")
def test_a_scroll_bar_is_there_only_for_what_has_no_room(
    qtbot: QtBot, tmp_path: Path, app: QApplication
) -> None:
    """In Chinese, and after the theme was changed."""
    app.setStyleSheet(style_sheet())

    async def act(_program: Program, dialog: SettingsDialog) -> None:
        [area] = dialog.findChildren(QScrollArea)
        inside = area.widget()
        assert inside is not None
        column = inside.layout()
        assert column is not None
        seen = set()
        for colors in (LIGHT, DARK, LIGHT):
            put_on(app, colors)
            for name in ("theme", "http_port", "alert_warned", "units"):
                dialog.show_setting(name)
                app.processEvents()
                needed = column.heightForWidth(area.viewport().width()) > area.viewport().height()
                assert area.verticalScrollBar().isVisible() == needed, name
                seen.add(needed)
        assert seen == {True, False}

    look(qtbot, tmp_path, act)


def test_a_choice_holds_at_once_and_its_default_is_a_click_away(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        row = dialog.rows["theme"]
        assert isinstance(row.input, Choice)
        assert not restore(row).isEnabled()
        QTest.keyClick(row.input, Qt.Key.Key_End)
        await settled()
        assert program.settings["theme"] == "dark"
        restore(row).click()
        await settled()
        assert program.settings["theme"] == "system"
        assert row.input.text() == "system"

    look(qtbot, tmp_path, act)


def test_what_is_wrong_is_told_beside_the_field_and_not_kept(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        dialog.show_setting("keep_minutes_days")
        row = dialog.rows["keep_minutes_days"]
        assert isinstance(row.input, LimitInput)
        line = row.input.amount.lineEdit()
        line.selectAll()
        QTest.keyClicks(line, "soon")
        assert said(row, "bad") == ["It must be a whole number from 1 to 36500."]
        line.selectAll()
        QTest.keyClicks(line, "30")
        assert said(row, "bad") == []
        assert program.settings["keep_minutes_days"] == "90"
        QTest.keyClick(line, Qt.Key.Key_Up)
        QTest.keyClick(line, Qt.Key.Key_Return)
        await question(dialog, "Shorten")
        await settled()
        assert program.settings["keep_minutes_days"] == "31"
        assert dialog.isVisible()

    look(qtbot, tmp_path, act)


def test_a_shorter_retention_is_asked_about_and_a_longer_one_not(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        row = dialog.rows["keep_events_days"]
        for typed, answer, kept in (("800", "", "800"), ("30", "Cancel", "800"), ("30", "Shorten", "30")):
            assert isinstance(row.input, LimitInput)
            line = row.input.amount.lineEdit()
            line.selectAll()
            QTest.keyClicks(line, typed)
            QTest.keyClick(line, Qt.Key.Key_Return)
            if answer:
                await question(dialog, answer)
            await settled()
            assert program.settings["keep_events_days"] == kept
            assert row.input.text() == kept

    look(qtbot, tmp_path, act)


def test_a_retention_in_the_file_that_is_no_number_is_shortened_from_the_usual_one(
    qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text('keep_events_days = "long"\n', "utf-8")

    async def act(program: Program, dialog: SettingsDialog) -> None:
        dialog.rows["keep_events_days"].wanted.emit("30")
        await question(dialog, "Shorten")
        await settled()
        assert program.settings["keep_events_days"] == "30"

    look(qtbot, tmp_path, act)


async def question(dialog: SettingsDialog, answer: str) -> None:
    """Answer the question that is asked, and there is but one."""
    while not (asked := [one for one in dialog.findChildren(ConfirmDialog) if one.isVisible()]):  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    (shown,) = asked
    next(one for one in shown.findChildren(QPushButton) if one.text() == answer).click()


def test_the_ports_of_everything_are_set_and_undone(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        row = dialog.rows["https_port"]
        row.wanted.emit("18443")
        await settled()
        assert program.configuration.everything.https_port == 18443
        row = dialog.rows["http_port"]
        row.wanted.emit("18443")
        await settled()
        assert program.configuration.everything.http_port == 0
        await program.undo()
        assert program.configuration.everything.https_port == 0

    look(qtbot, tmp_path, act)


def test_esc_gives_up_what_was_typed_and_not_finished(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, dialog: SettingsDialog) -> None:
        dialog.show_setting("keep_hours_days")
        row = dialog.rows["keep_hours_days"]
        assert isinstance(row.input, LimitInput)
        line = row.input.amount.lineEdit()
        line.selectAll()
        QTest.keyClicks(line, "400")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await settled()
        assert program.settings["keep_hours_days"] == "730"

    look(qtbot, tmp_path, act)
