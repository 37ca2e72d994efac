"""The sweeps of a small screen, at the scale that Qt was started with: ``test_scale.py`` runs them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from npsgui.model.views import Sample
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.fitting import FRAME
from npsgui.ui.icons import SIZE, icon
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW
from tests.ui.test_access import clipped, described, focusable, language, sweep
from tests.ui.test_chart import distance

__all__ = ["language"]

SCREEN = QSize(1280, 720)
"""What is left of a screen of 1920 x 1080 at 150 %, and of 2560 x 1440 at 200 %."""

LEAST = 24
"""Width and height of what is clicked, px. Source: WCAG 2.2, 2.5.8."""


def outside(root: QWidget) -> list[str]:
    """Whether it is larger than its screen."""
    size, most = root.window().size(), root.screen().availableSize() - FRAME
    return [] if size.boundedTo(most) == size else [f"{size.width()} x {size.height()}"]


def hardly_hit(root: QWidget) -> list[str]:
    """Which buttons are smaller than a finger or an unsteady hand can hit."""
    return [
        f"{described(one)} is {one.width()} x {one.height()}"
        for one in focusable(root)
        if isinstance(one, QAbstractButton) and not isinstance(one.parent(), QLineEdit)
        if min(one.width(), one.height()) < LEAST
    ]


def test_words_and_windows_fit(qtbot: QtBot, tmp_path: Path, language: str) -> None:
    wrong = sweep(
        qtbot, tmp_path, lambda root: clipped(root) + outside(root) + hardly_hit(root), SCREEN - FRAME
    )

    assert not wrong, "\n".join(wrong)


def test_icons_are_drawn_for_the_screen(qtbot: QtBot) -> None:
    shown = QWidget()
    qtbot.addWidget(shown)
    drawn = icon("search", "#000000").pixmap(QSize(SIZE, SIZE), shown.devicePixelRatio())

    assert shown.screen().size() == SCREEN
    assert drawn.width() == round(SIZE * shown.devicePixelRatio())


def test_lines_are_drawn_for_the_screen(chart: TrafficChart, theme: Theme) -> None:
    chart.show_live([Sample(NOW - 300 + second, 2e6, 4e6) for second in range(300)])
    drawn = chart.plot.grab(chart.plot.area()).toImage()
    middle = [drawn.pixelColor(drawn.width() // 2, y) for y in range(drawn.height())]
    thick = sum(distance(color, QColor(theme.colors.export)) < 60 for color in middle)

    assert thick >= drawn.devicePixelRatio()
