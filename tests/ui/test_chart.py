from __future__ import annotations

import asyncio
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from shiboken6 import isValid

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import LedgerError
from npsgui.model.events import MinuteTurned
from npsgui.model.views import Sample, Step, Usage
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import History, Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.readout import DISTANCE, beside
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram

ONE, TWO = OwnerKey(OwnerKind.CLIENT, 1), OwnerKey(OwnerKind.CLIENT, 2)
MINUTE = int(NOW) // 60 * 60


def history(*, hole: bool = False) -> History:
    """Three hours of minutes, each 3 MiB in and 5 MiB out; ``hole``: ten minutes that did not run."""
    first, hole_begin, hole_end = MINUTE - 10800, MINUTE - 1800, MINUTE - 1200
    usages = [
        Usage(start, 3 << 20, 5 << 20)
        for start in range(first, MINUTE + 60, 60)
        if not (hole and hole_begin <= start < hole_end)
    ]
    coverage = [(first, hole_begin), (hole_end, MINUTE + 60)] if hole else [(first, MINUTE + 60)]
    return History.of(first, NOW, Step.MINUTE, usages, coverage)


def picture(chart: TrafficChart) -> QImage:
    image: QImage = chart.plot.grab(chart.plot.area()).toImage()
    return image


def colors_of(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name().upper()
        for x in range(0, image.width(), 2)
        for y in range(image.height())
    }


@pytest.mark.parametrize("dark", [False, True])
def test_bars_are_painted_in_the_themes_colours(chart: TrafficChart, theme: Theme, dark: bool) -> None:
    theme.set_dark(dark)
    chart.set_range(Range.HOUR)
    chart.show_history(history())

    assert {theme.colors.inlet, theme.colors.export, theme.colors.surface} <= colors_of(picture(chart))


def test_lines_are_painted_in_the_themes_colours(chart: TrafficChart, theme: Theme) -> None:
    chart.show_live([Sample(NOW - 300 + i, 1e6, 3e6) for i in range(300)])

    for dark in (True, False):
        theme.set_dark(dark)
        seen = [QColor(name) for name in colors_of(picture(chart))]
        for wanted in (QColor(theme.colors.inlet), QColor(theme.colors.export)):
            assert min(distance(wanted, color) for color in seen) < 60


def distance(one: QColor, other: QColor) -> int:
    """How far two colours are apart: a smooth line does not fill its pixels whole."""
    return sum(abs(of(one) - of(other)) for of in (QColor.red, QColor.green, QColor.blue))


def test_a_change_of_theme_leaves_no_colour_of_the_other(chart: TrafficChart, theme: Theme) -> None:
    chart.set_range(Range.HOUR)
    chart.show_history(history())
    light = theme.colors
    theme.set_dark(True)

    assert not {light.inlet, light.export, light.surface} & colors_of(picture(chart))


def test_inlet_stands_below_export(chart: TrafficChart, theme: Theme) -> None:
    chart.set_range(Range.HOUR)
    chart.show_history(history())
    image, origin = chart.plot.grab().toImage(), MINUTE - 600 + 30

    assert color_at(chart, image, origin, 1 << 20) == theme.colors.inlet
    assert color_at(chart, image, origin, 6 << 20) == theme.colors.export


def color_at(chart: TrafficChart, image: QImage, moment: float, value: float) -> str:
    return QColor(image.pixelColor(chart.plot.point_at(moment, value))).name().upper()


def test_a_gap_stays_empty(chart: TrafficChart, theme: Theme) -> None:
    chart.set_range(Range.HOUR)
    chart.show_history(history(hole=True))
    image = chart.plot.grab().toImage()
    start, end = (chart.plot.point_at(MINUTE - at, 0).x() for at in (1800, 1200))
    box = image.copy(QRect(start + 2, chart.plot.area().top(), end - start - 4, chart.plot.area().height()))

    assert end - start > 50
    assert not {theme.colors.inlet, theme.colors.export} & colors_of(box)


def test_no_line_is_drawn_through_missing_samples(chart: TrafficChart, theme: Theme) -> None:
    chart.show_live([Sample(NOW - 300 + i, 1e6, 3e6) for i in range(300) if not 100 <= i < 200])
    image = chart.plot.grab().toImage()
    start, end = (chart.plot.point_at(NOW - 300 + i, 0).x() for i in (102, 198))
    box = image.copy(QRect(start, chart.plot.area().top(), end - start, chart.plot.area().height()))

    assert not {theme.colors.inlet, theme.colors.export} & colors_of(box)


def test_between_a_line_and_the_foot_it_is_shaded_and_not_in_a_gap(chart: TrafficChart, theme: Theme) -> None:
    samples = [Sample(NOW - 300 + i, 0.0, 3e6) for i in range(300)]
    chart.show_live(samples[:100] + samples[200:])
    image = chart.plot.grab().toImage()

    assert color_at(chart, image, NOW - 50, 1.3e6) != theme.colors.surface
    assert color_at(chart, image, NOW - 50, 3.1e6) == theme.colors.surface
    assert color_at(chart, image, NOW - 150, 1.3e6) == theme.colors.surface


def test_the_read_out_says_the_exact_bytes(chart: TrafficChart) -> None:
    chart.set_range(Range.HOUR)
    chart.show_history(history(hole=True))

    chart.plot.pointed.emit(chart.plot.point_at(MINUTE - 570, 1 << 20))
    assert "3.0 MiB 3,145,728 B" in chart.readout.text()
    assert "5.0 MiB 5,242,880 B" in chart.readout.text()
    assert time.strftime("%H:%M", time.localtime(MINUTE - 600)) in chart.readout.text()

    chart.plot.pointed.emit(chart.plot.point_at(MINUTE - 1500, 1 << 20))
    assert "not running" in chart.readout.text()


def test_the_read_out_says_the_rates_of_a_sample(chart: TrafficChart) -> None:
    chart.show_live([Sample(NOW - 300 + i, 1024 * i, 2048 * i) for i in range(300)])

    chart.plot.pointed.emit(chart.plot.point_at(NOW - 200, 0))

    assert "200.0 KiB/s 204,800 B/s" in chart.readout.text()
    assert "100.0 KiB/s 102,400 B/s" in chart.readout.text()


def test_the_read_out_never_covers_the_pointer_nor_leaves_the_chart() -> None:
    bounds, size = QRect(0, 0, 800, 300), QSize(220, 70)
    for x in range(0, 800, 7):
        for y in range(0, 300, 7):
            box = QRect(beside(QPoint(x, y), size, bounds), size)
            assert bounds.contains(box)
            assert not box.adjusted(-2, -2, 2, 2).contains(QPoint(x, y))
    assert beside(QPoint(400, 200), size, bounds).x() == 400 + DISTANCE


def test_zoom_and_pan_end_at_now_and_home_resets(chart: TrafficChart) -> None:
    chart.set_range(Range.HOUR)
    chart.show_history(history())
    whole = chart.view

    chart.pan(1e9)
    assert chart.view == whole
    QTest.keyClick(chart.plot, Qt.Key.Key_Plus)
    assert chart.view.span == pytest.approx(0.8 * whole.span)
    assert chart.view.right == pytest.approx(whole.right)
    QTest.keyClick(chart.plot, Qt.Key.Key_Left)
    assert chart.view.right == pytest.approx(whole.right - 0.08 * whole.span)
    assert not chart.follows
    QTest.keyClick(chart.plot, Qt.Key.Key_Home)
    assert chart.view == whole
    for _ in range(100):
        chart.zoom(2.0)
    assert chart.view.span == 366 * 86400


def test_the_wheel_zooms_about_the_pointer(chart: TrafficChart) -> None:
    chart.set_range(Range.HOUR)
    chart.show_history(history())
    pointer = chart.plot.point_at(MINUTE - 1800, 0)
    moment = chart.plot.time_at(pointer)

    chart.plot.board.zoom_wanted.emit(0.8, moment)

    assert chart.plot.time_at(pointer) == pytest.approx(moment, abs=1.0)


def test_the_value_axis_stays_while_the_peak_moves_a_little(chart: TrafficChart) -> None:
    tops = set()
    for peak in (3.9e6, 3.0e6, 2.5e6, 3.8e6):
        chart.show_live([Sample(NOW - 1, peak, 0), Sample(NOW, peak, 0)])
        tops.add(QPointF(0, chart.plot.board.viewRange()[1][1]).y())

    assert len(tops) == 1


def test_a_turned_minute_brings_new_history(chart: TrafficChart) -> None:
    async def body() -> None:
        program = FakeProgram()
        feed = ChartFeed(program, chart, clock=lambda: NOW)
        chart.set_range(Range.HOUR)
        feed.show_owner(ONE)
        program.usages[ONE] = [Usage(MINUTE - 60, 1234, 0)]
        program.events.push(MinuteTurned(MINUTE - 60))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(body())
    chart.plot.pointed.emit(chart.plot.point_at(MINUTE - 30, 0))

    assert "1,234 B" in chart.readout.text()


def test_a_year_is_read_once_and_then_only_its_end(chart: TrafficChart) -> None:
    hour = int(NOW) // 3600 * 3600

    async def body() -> None:
        program, now = FakeProgram(), [NOW]
        feed = ChartFeed(program, chart, clock=lambda: now[0])
        program.usages[ONE] = [Usage(hour - 7200, 1, 0), Usage(hour, 10, 0)]
        chart.set_range(Range.YEAR)
        feed.show_owner(ONE)
        feed.load()
        for minutes, moved in ((1, 20), (2, 30)):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            now[0] = NOW + 60 * minutes
            program.usages[ONE] = [Usage(hour, moved, 0)]
            program.events.push(MinuteTurned(int(now[0]) - 60))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [until - since < 2 * 3600 for since, until in program.spans] == [False, True, True]
        assert feed._held is not None
        assert feed._held.whole.until == int(NOW) + 120
        assert feed._held.whole.buckets(3600).inlet.tolist() == [1, 30]

    asyncio.run(body())


def test_an_answer_for_the_owner_before_is_dropped(chart: TrafficChart) -> None:
    async def body() -> None:
        program = FakeProgram()
        program.usages = {ONE: [Usage(MINUTE - 60, 1111, 0)], TWO: [Usage(MINUTE - 60, 2222, 0)]}
        program.wait.clear()
        feed = ChartFeed(program, chart, clock=lambda: NOW)
        chart.set_range(Range.HOUR)
        for owner in (TWO, ONE):
            feed.show_owner(owner)
            feed.load()
            await asyncio.sleep(0)
        feed.show_owner(TWO)
        program.wait.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert program.asked == [TWO, ONE]
        feed._rest.stop()  # no loop runs when it is over

    asyncio.run(body())
    chart.plot.pointed.emit(chart.plot.point_at(MINUTE - 30, 0))

    assert "1,111" not in chart.readout.text()
    assert "loading" in chart.readout.text()


def test_a_history_that_cannot_be_read_is_told_in_its_place(chart: TrafficChart) -> None:
    class Broken(FakeProgram):
        async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
            raise LedgerError("The ledger is closed.")

    async def body() -> None:
        feed = ChartFeed(Broken(), chart, clock=lambda: NOW)
        chart.set_range(Range.HOUR)
        feed.show_owner(ONE)
        feed.load()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(body())
    assert "The ledger is closed." in [label.text() for label in chart.plot.findChildren(QLabel)]


def test_a_chart_that_is_gone_hears_no_events(qapp: QCoreApplication, theme: Theme) -> None:
    program = FakeProgram()
    made = TrafficChart(theme)
    ChartFeed(program, made)
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not isValid(made)

    program.events.push(MinuteTurned(0))
    theme.set_dark(True)


def seconds_of(count: int) -> list[Sample]:
    return [Sample(NOW - count + second, 1000.0, 2000.0) for second in range(count + 1)]


def test_the_live_chart_begins_with_a_minute_and_grows_with_its_samples(chart: TrafficChart) -> None:
    spans = []
    for count in (5, 90, 300):
        chart.show_live(seconds_of(count))
        spans.append(round(chart.view.span))

    assert spans == [60, 90, 300]


def test_a_live_chart_that_was_zoomed_does_not_grow(chart: TrafficChart) -> None:
    chart.show_live(seconds_of(90))
    chart.zoom(0.5)
    chart.show_live(seconds_of(91))

    assert round(chart.view.span) == 45


def test_a_live_chart_that_was_zoomed_says_nothing_of_the_time_out_of_sight(chart: TrafficChart) -> None:
    moved = [Sample(NOW - 300 + i, 1e6 if i < 100 else 0.0, 0.0) for i in range(300)]
    chart.show_live(moved)
    chart.zoom(0.1, NOW - 10)

    [said] = [
        one.text() for one in chart.plot.findChildren(QLabel) if one.isVisibleTo(chart.plot) and one.text()
    ]
    assert said == "Nothing moved in this time."
