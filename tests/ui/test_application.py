from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.errors import LedgerError
from npsgui.tasks import spawn
from npsgui.ui.application import picture, run_window
from npsgui.ui.loop import QtLoop
from npsgui.ui.settings_dialog import SettingsDialog
from npsgui.ui.sidebar import Page
from npsgui.ui.start_failure import StartFailure, tell_failure
from npsgui.ui.theme import DARK, LIGHT
from npsgui.ui.window import Window
from tests.conftest import Run
from tests.waiting import until

pytestmark = pytest.mark.parametrize("loop_name", ["npsgui"])


class Running:
    """A window that run_window holds open on a data folder."""

    def __init__(
        self, app: QApplication, program: Program, open_demo: Callable[[], bool] | None = None
    ) -> None:
        self.app = app
        self.settings = Settings(program.folder)
        self.task = spawn(run_window(app, program, self.settings, open_demo), "window")

    @property
    def window(self) -> Window | None:
        """The window, once it is there."""
        found = (one for one in self.app.topLevelWidgets() if isinstance(one, Window) and one.isVisible())
        return next(found, None)

    async def opened(self) -> Window:
        """Wait for the window."""
        await until(lambda: self.window is not None)
        assert self.window is not None
        return self.window

    async def ended(self) -> None:
        """Send SIGTERM and wait for the end."""
        os.kill(os.getpid(), signal.SIGTERM)
        await self.task


def test_a_signal_ends_the_window_and_the_dialog_that_is_open(
    run: Run[None], app: QApplication, tmp_path: Path
) -> None:
    async def body() -> None:
        running = Running(app, await Program.open(tmp_path))
        (await running.opened()).commands.new_client()
        await until(lambda: app.activeModalWidget() is not None)
        await running.ended()

        assert [task for task in asyncio.all_tasks() if task.get_name() == "command"] == []

    run(body())


@pytest.mark.parametrize("early", [True, False])
def test_the_window_ends_when_qt_does(run: Run[None], app: QApplication, tmp_path: Path, early: bool) -> None:
    async def body() -> None:
        program = await Program.open(tmp_path)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, QtLoop)
        if early:
            app.exit()
            await until(lambda: loop.alone)
        running = Running(app, program)
        if not early:
            await running.opened()
            app.exit()
        await running.task

    run(body())


def test_why_it_cannot_start_is_told_until_that_is_closed(run: Run[None], app: QApplication) -> None:
    async def body() -> None:
        error = LedgerError("The data folder {folder} cannot be written: {reason}.", folder="/x", reason="no")
        telling = spawn(tell_failure(app, error), "failure")
        await until(lambda: app.activeModalWidget() is not None)
        dialog = app.activeModalWidget()
        assert isinstance(dialog, StartFailure)
        assert dialog.reason.text() == "The data folder /x cannot be written: no."
        [close] = dialog.findChildren(QPushButton)
        close.click()
        await telling

    run(body())


def test_the_demo_is_opened_and_a_failure_is_told(run: Run[None], app: QApplication, tmp_path: Path) -> None:
    asked: list[str] = []

    def open_demo() -> bool:
        asked.append("demo")
        return False

    async def body() -> None:
        running = Running(app, await Program.open(tmp_path), open_demo)
        window = await running.opened()
        next(one for one in window.findChildren(QPushButton) if one.text() == "Open the demo").click()
        told = window.notices.text
        await running.ended()

        assert asked == ["demo"]
        assert told == "The demo could not be started."

    run(body())


def test_a_window_that_was_never_seen_keeps_its_place_and_ends(
    run: Run[None], app: QApplication, tmp_path: Path
) -> None:
    async def body() -> None:
        program, before = await Program.open(tmp_path), app.topLevelWidgets()
        showing = spawn(run_window(app, program, program.settings, hidden=True), "window")

        def opened() -> bool:
            return any(isinstance(one, Window) for one in app.topLevelWidgets() if one not in before)

        await until(opened)
        assert not any(one.isVisible() for one in app.topLevelWidgets())
        os.kill(os.getpid(), signal.SIGTERM)
        await showing

        assert Settings(tmp_path).layout("window")

    run(body())


def test_a_picture_of_the_window_is_a_png(run: Run[None], app: QApplication, tmp_path: Path) -> None:
    async def body() -> None:
        running = Running(app, await Program.open(tmp_path))
        await running.opened()
        taken = picture(app)
        await running.ended()

        assert taken.startswith(b"\x89PNG")

    run(body())


def test_another_theme_is_seen_at_once_and_soon_on_the_pages_that_are_not_in_sight(
    run: Run[None], app: QApplication, tmp_path: Path
) -> None:
    async def body() -> None:
        running = Running(app, await Program.open(tmp_path))
        window = await running.opened()
        pages = [window.pages.of(page) for page in Page]
        titles = [label for page in pages for label in page.findChildren(QLabel, "title")]

        def shades(labels: Iterable[QLabel]) -> set[str]:
            return {label.palette().windowText().color().name().upper() for label in labels}

        for page in Page:
            window.show_page(page)
        for theme, colors in (("light", LIGHT), ("dark", DARK), ("light", LIGHT)):
            await running.settings.choose("theme", theme)
            assert shades(filter(QLabel.isVisible, titles)) == {colors.text}
            await until(partial(lambda wanted: shades(titles) == {wanted}, colors.text))
            assert window.grab().toImage().pixelColor(2, 2) == QColor(colors.window)
        await running.ended()

    run(body())


async def spoken(running: Running, before: Window, language: str) -> Window:
    """The window that follows in this language, once the settings are open in it."""
    await running.settings.choose("language", language)
    await until(lambda: running.window not in (None, before))
    window = await running.opened()
    await until(lambda: window.findChild(SettingsDialog) is not None)
    return window


def test_another_language_is_read_in_the_window_and_the_settings_that_come_again(
    run: Run[None], app: QApplication, tmp_path: Path
) -> None:
    def doors(window: Window) -> set[str]:
        return {button.text() for button in window.sidebar.findChildren(QPushButton)}

    async def body() -> None:
        running = Running(app, await Program.open(tmp_path))
        window = await running.opened()
        for language, door in (("zh_CN", "隧道"), ("system", "Tunnels")):
            window = await spoken(running, window, language)
            assert door in doors(window)
        await running.ended()

    run(body())
