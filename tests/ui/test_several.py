"""Several rows at once: one field set for all, another made of one, all from the keys of the table."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.hours import format_week
from npsgui.ui.alike_input import SEVERAL, AlikeInput
from npsgui.ui.inputs import Choice
from npsgui.ui.limit_input import LimitInput
from npsgui.ui.several_dialog import SeveralDialog
from npsgui.ui.sidebar import Page
from npsgui.ui.week_input import WeekInput
from npsgui.ui.window import Window
from tests.ui import opened
from tests.ui.opened import Act

CTRL = Qt.KeyboardModifier.ControlModifier


def look(qtbot: QtBot, folder: Path, act: Act) -> None:
    """The window on two clients that differ in their quota, both selected."""

    async def select_and_act(program: Program, window: Window) -> None:
        for remark, quota, hours in (("nas", "1GiB", "always"), ("lab", "2GiB", "mo-fr 8-18")):
            words = {"remark": remark, "quota": quota, "hours": hours, "connections": "9"}
            await program.add(OwnerKind.CLIENT, words)
        window.show_page(Page.CLIENTS)
        QTest.keyClick(window.pages.clients.view, Qt.Key.Key_A, CTRL)
        await act(program, window)

    opened.look(qtbot, folder, select_and_act)


async def dialog_of(window: Window) -> QDialog:
    await asyncio.sleep(0)
    return next(found for found in window.findChildren(QDialog) if found.isVisible())


async def done() -> None:
    while any(task.get_name() == "command" for task in asyncio.all_tasks()):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def inputs(dialog: SeveralDialog) -> dict[str, Any]:
    return {word: made for column in dialog._columns for word, made in column.inputs.items()}


def test_what_differs_is_said_and_what_is_changed_is_set_for_all(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        QTest.keyClick(window.pages.clients.view, Qt.Key.Key_F2)
        dialog = await dialog_of(window)
        assert isinstance(dialog, SeveralDialog)
        fields = inputs(dialog)
        quota, rate, state = fields["quota"], fields["rate"], fields["enabled"]
        assert isinstance(quota, LimitInput)
        assert isinstance(state, Choice)
        assert (quota.text(), fields["connections"].text(), state.text()) == (SEVERAL, "9", "yes")
        assert dialog.focusWidget() is quota.amount
        assert quota.amount.lineEdit().placeholderText() == "several values"
        empty = ("rate", "throttle_at", "throttle_rate")
        words = [fields[word].amount.lineEdit().placeholderText() for word in empty]
        assert words == ["unlimited", "never", "not throttled"]
        assert (fields["expires"].text(), fields["period"].text()) == ("never", "lifetime")
        assert fields["hours"].text() == SEVERAL
        assert dialog.changes() == {}
        fields["hours"].choice.setCurrentIndex(1)
        fields["hours"].inner.line.setText("some day")
        assert not dialog._apply.isEnabled()
        assert dialog._said.text() == (
            "Hours: “some” is no day; days are mo, tu, we, th, fr, sa, su, or like mo-fr."
        )
        fields["hours"].choice.setCurrentIndex(0)
        rate.amount.lineEdit().setText("nonsense")
        assert not dialog._apply.isEnabled()
        rate.amount.lineEdit().setText("3")
        assert dialog.changes() == {"rate": "3MiB/s"}
        dialog.accept()
        await done()
        clients = program.configuration.clients.values()
        assert [(client.limits.quota >> 30, client.limits.rate >> 20) for client in clients] == [
            (1, 3),
            (2, 3),
        ]
        window.commands.undo()
        await done()
        assert [client.limits.rate for client in program.configuration.clients.values()] == [0, 0]

    look(qtbot, tmp_path, act)


def test_hours_periods_and_ends_are_set_for_all(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        QTest.keyClick(window.pages.clients.view, Qt.Key.Key_F2)
        dialog = await dialog_of(window)
        assert isinstance(dialog, SeveralDialog)
        fields = inputs(dialog)
        hours, period, expires = (fields[word] for word in ("hours", "period", "expires"))
        assert isinstance(hours, AlikeInput)
        assert isinstance(hours.inner, WeekInput)
        assert not hours.inner.isVisible()
        hours.choice.setCurrentIndex(1)
        hours.inner.line.setText("sa 9-12")
        period.every.setCurrentIndex(period.every.findData("daily"))
        expires.choice.setCurrentIndex(1)
        assert dialog.changes() == {"hours": "sa 9-12", "period": "daily 00:00", "expires": expires.text()}
        dialog.accept()
        await done()
        clients = list(program.configuration.clients.values())
        assert {format_week(client.hours) for client in clients} == {"sa 09:00-12:00"}
        assert {str(client.limits.period) for client in clients} == {"daily"}
        assert all(client.expires for client in clients)

    look(qtbot, tmp_path, act)


def test_several_are_stopped_and_started_together(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        stop = next(action for action in window.pages.clients.acts.bar if action.text() == "Stop")
        stop.trigger()
        await done()
        assert not any(client.enabled for client in program.configuration.clients.values())
        window.commands.undo()
        await done()
        assert all(client.enabled for client in program.configuration.clients.values())

    look(qtbot, tmp_path, act)


def test_ctrl_d_makes_another_that_begins_as_the_selected_one(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        page = window.pages.clients
        QTest.keyClick(page.view, Qt.Key.Key_D, CTRL)  # of two: nothing
        page.choose(OwnerKey(OwnerKind.CLIENT, 1))
        QTest.keyClick(page.view, Qt.Key.Key_D, CTRL)
        dialog = await dialog_of(window)
        assert dialog.windowTitle() == "New client"
        dialog.accept()
        await done()
        made = program.configuration.clients[3]
        assert (made.remark, made.limits.quota) == ("nas (2)", 1 << 30)
        assert made.key not in {program.configuration.clients[id_].key for id_ in (1, 2)}
        assert page.owners() == (made.owner,)

    look(qtbot, tmp_path, act)
