"""Every page and dialog by keyboard and by ear: names, the way by Tab, no clipped word in any language."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.closing import CloseDialog
from npsgui.ui.detail import Tab
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.layouts import USUAL
from npsgui.ui.page_header import SearchBox
from npsgui.ui.sidebar import Page
from npsgui.ui.style import put_on, style_sheet
from npsgui.ui.table_view import TableView
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import LIGHT, Theme
from npsgui.ui.translation import Translation
from npsgui.ui.window import FIRST_ALERT, Window

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)

Look = Callable[[QWidget], list[str]]


def dialogs(window: Window) -> Iterator[Callable[[], None]]:
    commands = window.commands
    yield commands.new_client
    yield lambda: commands.edit(CLIENT)
    yield lambda: commands.owners.edit((CLIENT, OwnerKey(OwnerKind.CLIENT, 2)))
    yield commands.new_tunnel
    yield lambda: commands.edit(TUNNEL)
    yield commands.new_host
    yield commands.edit_limits
    yield window.show_settings
    yield lambda: commands.remove((CLIENT,))
    yield lambda: window.show_settings(FIRST_ALERT)
    yield lambda: CloseDialog(window).open()


def sweep(qtbot: QtBot, folder: Path, look: Look, size: QSize = USUAL) -> list[str]:
    """What ``look`` finds wrong on every page and every leaf of every dialog, in a window of this size."""

    async def body() -> list[str]:
        program = await Program.open(folder)
        await program.add(OwnerKind.CLIENT, {"remark": "nas"})
        await program.add(OwnerKind.CLIENT, {"remark": "lab", "quota": "1GiB"})
        await program.add(
            OwnerKind.TUNNEL, {"client": "1", "port": "18999", "targets": "127.0.0.1:9", "enabled": "no"}
        )
        window = Window(program, Theme(), Settings(folder))
        qtbot.addWidget(window)
        window.resize(size)
        window.show()
        found: list[str] = []
        for page in Page:
            window.show_page(page)
            QApplication.processEvents()
            found += [f"{page.name}: {wrong}" for wrong in look(window)]
        window.show_owner(CLIENT)
        for tab in Tab:
            window.pages.clients.detail.tabs.choose(tab)
            for _ in range(2):  # a text that has grown, then the line around it
                QApplication.processEvents()
            found += [f"{tab.name} of the pane: {wrong}" for wrong in look(window)]
        for ask in dialogs(window):
            ask()
            await asyncio.sleep(0)
            QApplication.processEvents()
            dialog = QApplication.activeModalWidget()
            assert dialog is not None
            for leaf in leaves(dialog):
                found += [
                    f"{dialog.windowTitle() or type(dialog).__name__} {leaf}: {wrong}"
                    for wrong in look(dialog)
                ]
            dialog.close()
            await asyncio.sleep(0)
        window.close()
        await program.close()
        return found

    return asyncio.run(body())


def leaves(dialog: QWidget) -> Iterator[str]:
    """Turn the leaves of a dialog, one after the other."""
    tabs = dialog.findChildren(Tabs)
    if not tabs:
        yield ""
    for tab in tabs[:1]:
        for button in tab.findChildren(QAbstractButton):
            button.click()
            QApplication.processEvents()
            yield button.text()


def described(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton | QLabel) else widget.objectName()
    return f"{type(widget).__name__} “{text}”"


def parts(root: QWidget) -> list[QWidget]:
    return [one for one in root.findChildren(QWidget) if one.isVisible() and one.window() is root.window()]


def focusable(root: QWidget) -> list[QWidget]:
    return [
        one
        for one in parts(root)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled() and one.focusProxy() is None
    ]


def nameless(root: QWidget) -> list[str]:
    """Who cannot be read out."""
    found = []
    for widget in focusable(root):
        told = QAccessible.queryAccessibleInterface(widget)
        if told is None or not told.text(QAccessible.Text.Name).strip():
            found.append(described(widget))
    return found


def unreached(root: QWidget) -> list[str]:
    """Whom Tab does not come to."""
    wanted = focusable(root)
    reached: set[QWidget] = set()
    for _ in range(3 * len(wanted) + 10):
        at = root.window().focusWidget() or root
        reached.add(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    return [described(one) for one in wanted if one not in reached and not is_one_of_a_choice(one)]


def is_one_of_a_choice(widget: QWidget) -> bool:
    """Whether the arrow keys lead to it from the chosen one beside it."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and group.exclusive() and group.checkedButton() in focusable(widget.window())


def clipped(root: QWidget) -> list[str]:
    """Whose words do not fit."""
    return (
        [
            f"{described(one)} has {one.width()} of {one.sizeHint().width()}"
            for one in parts(root)
            if isinstance(one, QLabel | QAbstractButton)
            and not isinstance(one, ElidedLabel)
            and not (isinstance(one, QLabel) and (one.wordWrap() or not one.text()))
            and one.width() < one.sizeHint().width()
        ]
        + [
            f"{described(one)} has {room} of {needed}: {text}"
            for one in parts(root)
            if isinstance(one, QComboBox)
            for room in [room_for_text(one)]
            for text in [one.itemText(index) for index in range(one.count())]
            if (needed := one.fontMetrics().horizontalAdvance(text)) > room
        ]
        + clipped_columns(root)
        + clipped_words_of_none(root)
    )


def clipped_columns(root: QWidget) -> list[str]:
    """Which columns are too narrow for their titles."""
    return [
        f"column “{view.table.columns[at].title}” has {view.columnWidth(at)} of {needed}"
        for view in parts(root)
        if isinstance(view, TableView)
        for at in range(len(view.table.columns))
        if not view.isColumnHidden(at)
        and view.columnWidth(at) < (needed := view.horizontalHeader().sectionSizeHint(at))
    ]


def clipped_words_of_none(root: QWidget) -> list[str]:
    """Which empty fields are too narrow for what stands in them then; a search has a tooltip."""
    return [
        f"“{one.placeholderText()}” has {one.width()} of {needed}"
        for one in parts(root)
        if isinstance(one, QLineEdit) and not one.text() and not isinstance(one, SearchBox)
        if one.width() < (needed := one.fontMetrics().horizontalAdvance(one.placeholderText()) + 8)
    ]


def room_for_text(choice: QComboBox) -> int:
    """Pixels between its edge and its arrow."""
    option = QStyleOptionComboBox()
    option.initFrom(choice)
    field = QStyle.SubControl.SC_ComboBoxEditField
    return choice.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, choice).width()


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The window speaks it, in the program's own style."""
    locale = str(request.param)
    translation = Translation(QLocale(locale).name(), qapp)
    qapp.installTranslator(translation)
    put_on(qapp, LIGHT)
    qapp.setStyleSheet(style_sheet())
    yield locale
    qapp.setStyleSheet("")
    qapp.removeTranslator(translation)


def test_everything_that_takes_the_focus_has_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    wrong = sweep(qtbot, tmp_path, nameless)

    assert not wrong, "\n".join(wrong)


def test_tab_comes_to_everything(qtbot: QtBot, tmp_path: Path) -> None:
    wrong = sweep(qtbot, tmp_path, unreached)

    assert not wrong, "\n".join(wrong)


def test_no_word_is_clipped(qtbot: QtBot, tmp_path: Path, language: str) -> None:
    wrong = sweep(qtbot, tmp_path, clipped)

    assert not wrong, "\n".join(wrong)
