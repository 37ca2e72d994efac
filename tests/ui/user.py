"""Somebody before the window: reads what it shows, presses keys, clicks."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from npsgui.ui.owner_form import OwnerForm
from npsgui.ui.window import Window
from tests.waiting import until

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


class User:
    """Acts on the one window that is open."""

    def __init__(self, app: QApplication) -> None:
        self._app = app

    @property
    def window(self) -> Window:
        """The window."""
        (found,) = [one for one in self._app.topLevelWidgets() if isinstance(one, Window) and one.isVisible()]
        return found

    @property
    def dialog(self) -> QDialog:
        """The dialog that is open."""
        found = self._app.activeModalWidget()
        assert isinstance(found, QDialog)
        return found

    async def sees_the_window(self) -> Window:
        """Wait for it."""
        windows = self._app.topLevelWidgets
        await until(lambda: any(isinstance(one, Window) and one.isVisible() for one in windows()))
        self.window.activateWindow()
        await until(lambda: self._app.activeWindow() is self.window)
        return self.window

    async def sees_a_dialog(self) -> QDialog:
        """Wait for one."""
        await until(lambda: isinstance(self._app.activeModalWidget(), QDialog))
        await until(lambda: self._app.activeWindow() is self.dialog)
        return self.dialog

    async def is_back_at_the_window(self) -> None:
        """Wait until no dialog is open and what it asked for is done."""
        await until(lambda: self._app.activeModalWidget() is None)
        await until(lambda: not any(task.get_name() == "command" for task in asyncio.all_tasks()))
        # the offscreen platform has nobody who gives the focus back
        self.window.activateWindow()
        await until(lambda: self._app.activeWindow() is self.window)

    def is_at(self, name: str) -> bool:
        """Whether the keys go to what a screen reader calls so."""
        at = self._app.focusWidget()
        return at is not None and at.accessibleName() == name

    def press(self, key: Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        """Press a key, for whoever has the focus."""
        QTest.keyClick(self._app.focusWidget() or self.window, key, modifier)

    def type(self, text: str) -> None:
        """Type over what is selected."""
        QTest.keyClicks(self._app.focusWidget() or self.window, text)

    def fill(self, word: str, text: str) -> None:
        """Click into the field of a form and type in place of what is there."""
        form = self.dialog
        assert isinstance(form, OwnerForm)
        form.input_of(word).setFocus()
        self.press(Key.Key_A, CTRL)
        self.type(text)

    def click_tool(self, name: str) -> None:
        """Click the button without a text that a screen reader calls so."""
        places = self.window.findChildren(QAbstractButton)
        button = next(one for one in places if one.accessibleName() == name and one.isVisible())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def click(self, text: str, within: QWidget | None = None) -> None:
        """Click the button with this text."""
        places = (within or self.window).findChildren(QAbstractButton)
        button = next(one for one in places if one.text() == text and one.isVisible())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
