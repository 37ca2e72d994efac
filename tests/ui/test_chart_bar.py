"""The tools over a chart and its menu, by keys and by the mouse."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.stack import Stacking
from npsgui.ui.event_rows import Group
from npsgui.ui.help_dialog import HelpDialog, Topic
from npsgui.ui.theme import Theme
from tests.ui.fake_program import FakeProgram


@pytest.fixture
def bar(qtbot: QtBot, chart: TrafficChart) -> ChartBar:
    made = ChartBar(Theme(), chart, ChartFeed(FakeProgram(), chart))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_space_on_the_button_opens_the_menu(bar: ChartBar) -> None:
    QTest.keyClick(bar.more, Qt.Key.Key_Space)

    assert bar.menu.isVisible()
    bar.menu.close()


def test_the_menu_key_on_the_chart_opens_it_too(bar: ChartBar, chart: TrafficChart) -> None:
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(100, 100), QPoint(100, 100))
    QApplication.sendEvent(chart.plot.viewport(), asked)

    assert bar.menu.isVisible()
    bar.menu.close()


def test_a_range_button_shows_it_and_lets_go_of_the_chart(bar: ChartBar, chart: TrafficChart) -> None:
    told: list[bool] = []
    chart.held.connect(told.append)
    bar.hold.click()
    bar.ranges.chosen.emit(Range.WEEK)

    assert chart.range is Range.WEEK
    assert told == [True, False]
    assert not bar.hold.isChecked()


def test_the_logarithmic_axis_is_in_the_menu(bar: ChartBar, chart: TrafficChart) -> None:
    bar.menu.logarithmic.trigger()

    assert chart.plot.logarithmic


def test_what_was_chosen_is_kept(bar: ChartBar, chart: TrafficChart) -> None:
    bar.menu.logarithmic.trigger()
    chart.set_range(Range.WEEK)
    bar.menu.offer()
    bar.menu.stacks[Stacking.PEER].trigger()
    bar.menu.marks[Group.VISITORS].trigger()
    kept = json.loads(json.dumps(bar.menu.layout_kept()))
    again = ChartBar(Theme(), chart, ChartFeed(FakeProgram(), chart), chart).menu
    for nonsense in (None, {"stacked": "x", "marked": 7}):
        again.restore_layout(nonsense)
    again.restore_layout(kept)

    assert again.layout_kept() == kept
    assert kept["stacked"] == "PEER"


def test_f1_on_a_chart_tells_of_charts(bar: ChartBar, chart: TrafficChart) -> None:
    QTest.keyClick(chart.plot, Qt.Key.Key_F1)
    (shown,) = chart.findChildren(HelpDialog)

    assert shown.topic is Topic.CHARTS
    shown.close()
