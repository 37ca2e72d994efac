"""The window on a real program: its keys, its first page, the way from one page to another."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.detail import Tab
from npsgui.ui.first_run_page import FirstRunPage
from npsgui.ui.sidebar import Page
from npsgui.ui.tunnel_dialog import TunnelDialog
from npsgui.ui.window import Window
from tests.ui.opened import look
from tests.waiting import until

CTRL = Qt.KeyboardModifier.ControlModifier
LAB = OwnerKey(OwnerKind.CLIENT, 2)


def shown(window: Window) -> list[str]:
    return [line.flow.remark for line in window.pages.clients.table.rows]


def test_ctrl_f_searches_and_esc_shows_all_again(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        QTest.keyClick(window, Qt.Key.Key_F, CTRL)
        QTest.keyClicks(window.focusWidget(), "lab")
        assert shown(window) == ["lab"]
        assert window.pages.clients.owners() == (LAB,)

        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert shown(window) == ["lab", "nas"]

    look(qtbot, tmp_path, act, "nas", "lab")


def test_a_page_with_rows_is_ready_for_the_arrow_keys(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        assert window.focusWidget() is window.pages.clients.view

    look(qtbot, tmp_path, act, "nas", "lab")


def test_rows_are_as_high_as_is_chosen_at_once_and_in_pages_made_later(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path)

    async def act(program: Program, window: Window) -> None:
        assert window.pages.clients.view.rowHeight(0) == 36
        await settings.choose("rows", "compact")
        assert window.pages.clients.view.rowHeight(0) == 28
        assert window.pages.tunnels.view.verticalHeader().defaultSectionSize() == 28

    look(qtbot, tmp_path, act, "nas", settings=settings)


def choose(menu: QMenu | None, text: str) -> None:
    assert menu is not None
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


def test_a_tunnels_menu_leads_to_its_client_and_from_there_back(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        tunnel = await program.add(
            OwnerKind.TUNNEL, {"client": "2", "mode": "secret", "password": "x", "targets": "127.0.0.1:9"}
        )
        window.show_owner(tunnel.owner)
        window.pages.tunnels.acts.show_menu(QPoint(0, 0))
        choose(window.pages.tunnels.view.findChild(QMenu), "Show its client")
        clients = window.pages.clients
        assert window.pages.currentWidget() is clients
        assert clients.owners() == (LAB,)

        clients.detail.tabs.choose(Tab.TUNNELS)
        clients.detail.tunnels.choose(0)
        clients.detail.tunnels.menu_asked.emit(QPoint(0, 0))
        choose(clients.detail.tunnels.findChild(QMenu), "Show on its page")
        assert window.pages.currentWidget() is window.pages.tunnels

    look(qtbot, tmp_path, act, "nas", "lab")


def test_ctrl_and_a_number_show_a_page(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        for key, page in (
            (Qt.Key.Key_1, window.pages.overview),
            (Qt.Key.Key_4, window.pages.hosts),
            (Qt.Key.Key_5, window.pages.connections),
        ):
            QTest.keyClick(window, key, CTRL)
            assert page.isVisible()

    look(qtbot, tmp_path, act, "nas")


def test_ctrl_n_asks_for_what_the_page_shows(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        for page, title in (
            (Page.CLIENTS, "New client"),
            (Page.TUNNELS, "New tunnel"),
            (Page.HOSTS, "New host"),
        ):
            window.show_page(page)
            QTest.keyClick(window, Qt.Key.Key_N, CTRL)
            await asyncio.sleep(0)
            dialog = next(found for found in window.findChildren(QDialog) if found.isVisible())
            assert dialog.windowTitle() == title
            dialog.reject()
            await asyncio.sleep(0)

    look(qtbot, tmp_path, act, "nas")


def test_a_client_that_was_made_is_selected(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        QTest.keyClick(window, Qt.Key.Key_N, CTRL)
        await asyncio.sleep(0)
        dialog = next(found for found in window.findChildren(QDialog) if found.isVisible())
        QTest.keyClicks(dialog.focusWidget(), "zoo")
        made = asyncio.Event()
        window.commands.added.connect(made.set)
        dialog.accept()
        async with asyncio.timeout(10):
            await made.wait()

        assert window.pages.clients.owners() == (OwnerKey(OwnerKind.CLIENT, 3),)

    look(qtbot, tmp_path, act, "nas", "lab")


def test_a_new_tunnel_of_the_selected_client_begins_with_it(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        window.pages.clients.acts.tunnel_asked.emit(LAB.id)
        await asyncio.sleep(0)
        dialog = next(found for found in window.findChildren(TunnelDialog) if found.isVisible())
        assert dialog.input_of("client").text() == str(LAB.id)
        dialog.reject()
        await asyncio.sleep(0)

    look(qtbot, tmp_path, act, "nas", "lab")


def test_that_an_owner_is_gone_by_now_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        gone, owners = LAB._replace(id=9), window.commands.owners
        for ask in (window.commands.edit, owners.duplicate, lambda key: owners.edit((key, key))):
            ask(gone)
            await asyncio.sleep(0)
            assert window.notices.text == "There is no client 9."
            window.notices.dismiss()

    look(qtbot, tmp_path, act, "nas", "lab")


def test_a_client_of_the_overview_is_shown_in_its_table(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        window.show_page(Page.OVERVIEW)
        window.pages.overview.owner_chosen.emit(LAB)

        assert window.pages.clients.isVisible()
        assert window.pages.clients.owners() == (LAB,)

    look(qtbot, tmp_path, act, "nas", "lab")


def test_the_first_page_is_there_while_there_is_no_client_and_can_be_left(
    qtbot: QtBot, tmp_path: Path
) -> None:
    async def act(program: Program, window: Window) -> None:
        (first,) = window.findChildren(FirstRunPage)
        assert first.isVisible()
        next(found for found in first.findChildren(QPushButton) if found.text() == "Go on without").click()

        assert window.pages.clients.isVisible()

    look(qtbot, tmp_path, act)


def test_columns_and_page_are_there_in_the_next_run(qtbot: QtBot, tmp_path: Path) -> None:
    async def leave(program: Program, window: Window) -> None:
        window.show_page(Page.TUNNELS)
        window.pages.tunnels.view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        window.pages.clients.detail.links.setColumnWidth(0, 222)

    async def come_back(program: Program, window: Window) -> None:
        assert window.pages.tunnels.isVisible()
        assert window.pages.tunnels.view.layout_kept()["sort"] == window.pages.tunnels.table.columns[2].name
        assert window.pages.clients.detail.links.columnWidth(0) == 222

    look(qtbot, tmp_path, leave, "nas")
    look(qtbot, tmp_path, come_back)


def test_ctrl_z_brings_a_deleted_client_back_and_the_menu_names_it(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, window: Window) -> None:
        await program.remove(LAB)
        window.refresh()
        assert shown(window) == ["nas"]
        assert window.steps.undo.text() == "Undo: delete client 2 “lab”"
        assert window.menu.actions()[:2] == [window.steps.undo, window.steps.redo]

        QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
        await until(window.steps.redo.isEnabled)
        assert shown(window) == ["lab", "nas"]
        assert window.pages.clients.owners() == (LAB,)
        assert window.steps.redo.text() == "Redo: delete client 2 “lab”"

        QTest.keyClick(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: not window.steps.redo.isEnabled())
        assert shown(window) == ["nas"]

    look(qtbot, tmp_path, act, "nas", "lab")
