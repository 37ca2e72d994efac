"""Help at the place where one is, in both languages, no link leading nowhere; the tour of three steps."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.app.resources import resource
from npsgui.model.entities import OwnerKind
from npsgui.ui.help_dialog import HelpDialog, Topic, help_text
from npsgui.ui.sidebar import Page
from npsgui.ui.theme import Theme
from npsgui.ui.tour import Tour
from npsgui.ui.window import Window


def look(qtbot: QtBot, folder: Path, act: Callable[[Window], None], client: str = "nas") -> None:
    """``act`` on the window of a program, with a client if one is named."""

    async def body() -> None:
        program = await Program.open(folder, relay=False)
        if client:
            await program.add(OwnerKind.CLIENT, {"remark": client})
        window = Window(program, Theme(), program.settings)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        try:
            act(window)
        finally:
            window.close()
            await program.close()

    asyncio.run(body())


def help_of(window: QDialog | Window) -> HelpDialog:
    found = window.findChild(HelpDialog)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_topic_has_a_short_page_whose_links_lead_somewhere(language: str) -> None:
    files = {path.stem for path in resource(f"help/{language}").iterdir()}
    assert files == set(Topic)
    for topic in Topic:
        text = help_text(topic, language)
        assert text.startswith("# ")
        assert len(text) < 2000
        assert set(re.findall(r"\]\(([^)]*)\)", text)) <= {f"{one}.md" for one in Topic}


def test_a_language_without_help_has_the_english_one() -> None:
    assert help_text(Topic.LIMITS, "de_DE") == help_text(Topic.LIMITS, "en")


def test_f1_opens_the_help_at_the_page_in_sight(qtbot: QtBot, tmp_path: Path) -> None:
    def act(window: Window) -> None:
        window.show_page(Page.CONNECTIONS)
        QTest.keyClick(window, Qt.Key.Key_F1)
        shown = help_of(window)
        assert (shown.isVisible(), shown.topic) == (True, Topic.CONNECTIONS)
        assert shown.text.toPlainText().startswith("Connections")
        shown.text.anchorClicked.emit(QUrl("limits.md"))
        assert help_of(window).topic is Topic.LIMITS
        next(door for door in shown.findChildren(QPushButton) if door.text() == "Agents").click()
        assert help_of(window).topic is Topic.AGENTS
        window.show_page(Page.HOSTS)
        QTest.keyClick(window, Qt.Key.Key_F1)
        assert help_of(window).topic is Topic.HOSTS

    look(qtbot, tmp_path, act)


def test_f1_helps_beside_a_dialog(qtbot: QtBot, tmp_path: Path) -> None:
    def act(window: Window) -> None:
        window.show_settings()
        dialog = next(one for one in window.findChildren(QDialog) if one.isVisible())
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
        QTest.keyClick(dialog, Qt.Key.Key_F1)
        assert help_of(dialog).topic is Topic.SETTINGS
        assert dialog.isVisible()
        dialog.reject()

    look(qtbot, tmp_path, act)


def test_the_tour_has_three_steps_and_begins_by_itself_once(qtbot: QtBot, tmp_path: Path) -> None:
    def act(window: Window) -> None:
        go_on = (one for one in window.findChildren(QPushButton) if one.text() == "Go on without")
        next(go_on).click()
        (tour,) = window.findChildren(Tour)
        told = []
        for _ in range(3):
            told.append(tour.accessibleName().split("\n")[0])
            assert window.rect().contains(tour.geometry())
            button = next(one for one in tour.findChildren(QPushButton) if one.text() in ("Next", "Done"))
            QTest.keyClick(button, Qt.Key.Key_Space)
        assert len(set(told)) == 3
        assert not tour.isVisible()
        window.guide.tour_once()
        assert not any(one.isVisible() for one in window.findChildren(Tour))
        window.guide.tour()
        (again,) = (one for one in window.findChildren(Tour) if one.isVisible())
        QTest.keyClick(again, Qt.Key.Key_Escape)
        assert not again.isVisible()

    look(qtbot, tmp_path, act, client="")
