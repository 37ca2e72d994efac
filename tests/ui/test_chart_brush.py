"""What is selected on a chart, with the mouse and by keys, and its exact sum."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from npsgui.model.views import Sample, Step, Usage
from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import History, Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram

MINUTE = int(NOW) // 60 * 60
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def chart(chart: TrafficChart) -> TrafficChart:
    """The last hour: minute ``n`` before this one carried ``n`` bytes in, and 1000 out."""
    chart.set_range(Range.HOUR)
    first = MINUTE - 180 * 60
    usages = [Usage(MINUTE - 60 * n, n, 1000) for n in range(180, -1, -1)]
    chart.show_history(History.of(first, NOW, Step.MINUTE, usages, [(first, MINUTE + 60)]))
    return chart


def sum_of(chart: TrafficChart) -> tuple[int, int]:
    assert chart.brush.total is not None
    return chart.brush.total.inlet, chart.brush.total.export


def span_of(chart: TrafficChart) -> list[float]:
    return [*(chart.brush.span or ())]


def drag(chart: TrafficChart, since: float, until: float, keys: Qt.KeyboardModifier) -> None:
    at, end = (chart.plot.point_at(moment, 0) - QPoint(0, 60) for moment in (since, until))
    viewport = chart.plot.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, keys, at)
    for point in (at + (end - at) / 2, end):
        where, button = QPointF(point), Qt.MouseButton.LeftButton
        move = QMouseEvent(QEvent.Type.MouseMove, where, viewport.mapToGlobal(where), button, button, keys)
        QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, keys, end)


def test_a_drag_with_shift_sums_whole_minutes(chart: TrafficChart) -> None:
    drag(chart, MINUTE - 1190, MINUTE - 610, SHIFT)

    assert span_of(chart) == [MINUTE - 1200, MINUTE - 600]
    assert sum_of(chart) == (sum(range(11, 21)), 10_000)
    assert chart.strip.isVisible()
    assert "Inlet 155 B 155 B" in chart.strip.text()
    assert "10 min 0 s" in chart.strip.text()


def test_a_drag_alone_pans(chart: TrafficChart) -> None:
    left = chart.view.left
    drag(chart, MINUTE - 1200, MINUTE - 600, Qt.KeyboardModifier.NoModifier)

    assert chart.brush.is_empty
    assert chart.view.left == pytest.approx(left - 600, abs=10)


def test_a_drag_selects_while_the_tool_is_on(chart: TrafficChart) -> None:
    bar = ChartBar(Theme(), chart, ChartFeed(FakeProgram(), chart), chart)
    bar.brush.click()
    drag(chart, MINUTE - 2390, MINUTE - 1810, Qt.KeyboardModifier.NoModifier)

    assert span_of(chart) == [MINUTE - 2400, MINUTE - 1800]


def test_shift_and_the_arrows_select_bar_by_bar_and_esc_ends_it(chart: TrafficChart) -> None:
    for _ in range(3):
        QTest.keyClick(chart.plot, Qt.Key.Key_Left, SHIFT)
    assert sum_of(chart) == (0 + 1 + 2, 3000)

    QTest.keyClick(chart.plot, Qt.Key.Key_Right, SHIFT)
    assert sum_of(chart) == (0 + 1, 2000)
    assert chart.plot.accessibleDescription() == chart.strip.text()

    QTest.keyClick(chart.plot, Qt.Key.Key_Escape)
    assert span_of(chart) == []
    assert chart.strip.isHidden()


def test_control_a_selects_what_is_seen(chart: TrafficChart) -> None:
    QTest.keyClick(chart.plot, Qt.Key.Key_A, CTRL)

    assert sum_of(chart) == (sum(range(60)), 60_000)
    assert chart.brush.total is not None
    assert chart.brush.total.average == pytest.approx((sum(range(60)) + 60_000) / 3600)
    assert chart.brush.total.busiest == Usage(MINUTE - 59 * 60, 59, 1000)


def test_the_sum_follows_what_is_counted(chart: TrafficChart) -> None:
    chart.select(MINUTE, MINUTE + 60)
    grown = History.of(MINUTE - 60, NOW, Step.MINUTE, [Usage(MINUTE, 7, 8)], [(MINUTE - 60, NOW)])
    chart.show_history(grown)

    assert sum_of(chart) == (7, 8)


def test_what_is_no_longer_loaded_keeps_its_sum(chart: TrafficChart) -> None:
    chart.select(MINUTE - 600, MINUTE)
    chart.show_history(None)

    assert sum_of(chart) == (sum(range(1, 11)), 10_000)


def test_what_the_live_chart_forgets_keeps_its_sum(chart: TrafficChart) -> None:
    chart.set_range(Range.LIVE)
    chart.show_live([Sample(NOW - 300 + i, 10.0, 20.0) for i in range(300)])
    chart.select(NOW - 290, NOW - 280)
    chart.hold(False)
    chart.show_live([Sample(NOW - 285 + i, 10.0, 20.0) for i in range(300)])

    assert sum_of(chart) == (100, 200)


def test_a_selection_holds_the_live_chart_while_counting_goes_on(chart: TrafficChart) -> None:
    chart.set_range(Range.LIVE)
    samples = [Sample(NOW - 100 + i, 10.0, 20.0) for i in range(100)]
    chart.show_live(samples)
    bar = ChartBar(Theme(), chart, ChartFeed(FakeProgram(), chart), chart)
    chart.select(NOW - 50, NOW - 40)
    view = chart.view
    chart.show_live([*samples, Sample(NOW, 1e6, 1e6)])

    assert chart.view == view
    assert bar.hold.isChecked()
    assert sum_of(chart) == (100, 200)
    assert "≈" in chart.strip.text()

    QTest.keyClick(chart.plot, Qt.Key.Key_Space)
    assert not bar.hold.isChecked()
    assert chart.follows


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_live_chart_is_held_while_a_span_is_selected_or_the_user_wants_it(
    chart: TrafficChart, by_hand: bool
) -> None:
    chart.set_range(Range.LIVE)
    chart.show_live([Sample(NOW - 300 + second, 1.0, 1.0) for second in range(300)])
    chart.hold(by_hand)
    chart.select(NOW - 20, NOW - 10)
    assert chart.is_held

    chart.brush.clear()
    assert chart.is_held is by_hand
