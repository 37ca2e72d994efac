"""What the tests of the window share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.theme import Theme
from npsgui.ui.translation import Translation
from tests.ui.fake_program import NOW


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """The application, which looks as before after it."""
    sheet, palette, hook, quits = (
        qapp.styleSheet(),
        qapp.palette(),
        sys.excepthook,
        qapp.quitOnLastWindowClosed(),
    )
    qapp.setQuitOnLastWindowClosed(False)
    yield qapp
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setQuitOnLastWindowClosed(quits)
    sys.excepthook = hook


@pytest.fixture
def theme() -> Theme:
    """The light one."""
    return Theme()


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> TrafficChart:
    """A chart on the screen, for which it is ``NOW``."""
    made = TrafficChart(theme, clock=lambda: NOW)
    qtbot.addWidget(made)
    made.resize(800, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[Translation]:
    """The window's language is Simplified Chinese."""
    words = Translation("zh_CN")
    qapp.installTranslator(words)
    yield words
    qapp.removeTranslator(words)
