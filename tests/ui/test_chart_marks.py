"""What happened is marked on the chart, and read out with its exact bytes."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from npsgui.model.audit import AuditEvent, Happening
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.event_rows import Group
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram, row

ONE = OwnerKey(OwnerKind.CLIENT, 1)
WEB, OTHER = OwnerKey(OwnerKind.TUNNEL, 5), OwnerKey(OwnerKind.TUNNEL, 6)


@pytest.fixture
def program() -> FakeProgram:
    made = FakeProgram(row(ONE), row(WEB), row(OTHER))
    made.rows[WEB] = made.rows[WEB]._replace(client=1)
    made.rows[OTHER] = made.rows[OTHER]._replace(client=1)
    made.trail = [
        AuditEvent(NOW - 3000, Happening.RECOVERED, GLOBAL_KEY, details={"seen": "10:00"}),
        AuditEvent(NOW - 2000, Happening.EDITED, ONE, 1, "nas", details={"quota": ["1GiB", "2GiB"]}),
        AuditEvent(NOW - 1000, Happening.CUT, ONE, 1, "nas", details={"used": 2147483648}),
        AuditEvent(NOW - 900, Happening.STARTED, OTHER, 1, "other"),
        AuditEvent(
            NOW - 800, Happening.CLOSED, WEB, 1, "web", details={"peer": "x", "inlet": 1, "export": 2}
        ),
        AuditEvent(NOW - 700, Happening.STARTED, OwnerKey(OwnerKind.CLIENT, 2), 2, "neighbour"),
    ]
    return made


@pytest.fixture
def chart(chart: TrafficChart) -> TrafficChart:
    chart.set_range(Range.HOUR)
    return chart


def marked(chart: TrafficChart, program: FakeProgram, owner: OwnerKey, *more: Group) -> ChartFeed:
    """The chart with the marks of an owner, and of ``more`` groups than at first."""
    feed = ChartFeed(program, chart, clock=lambda: NOW)

    async def body() -> None:
        feed.show_owner(owner)
        feed.marks.load()
        for group in more:
            feed.marks.choose(group, True)
            feed.marks.load()
        for _ in range(10):
            await asyncio.sleep(0)
        feed._rest.stop()  # no loop runs when it is over
        feed.marks._rest.stop()

    asyncio.run(body())
    return feed


def words(chart: TrafficChart) -> list[str]:
    return [mark.word for mark in chart.plot.marks.marks]


def test_what_concerns_a_client_is_marked_and_what_concerns_all(
    chart: TrafficChart, program: FakeProgram
) -> None:
    marked(chart, program, ONE)

    assert words(chart) == ["recovered", "edited", "cut", "started"]


def test_a_tunnel_has_the_marks_of_its_client_and_none_of_its_neighbours(
    chart: TrafficChart, program: FakeProgram
) -> None:
    marked(chart, program, WEB, Group.VISITORS)

    assert words(chart) == ["recovered", "edited", "cut", "closed"]


def test_everything_is_marked_for_everything(chart: TrafficChart, program: FakeProgram) -> None:
    marked(chart, program, GLOBAL_KEY, Group.VISITORS)

    assert len(words(chart)) == len(program.trail)


def test_a_mark_is_read_out_with_its_exact_bytes(chart: TrafficChart, program: FakeProgram) -> None:
    marked(chart, program, ONE)
    chart.plot.pointed.emit(chart.plot.point_at(NOW - 1000, 0))

    assert "cut at 2,147,483,648 bytes" in chart.readout.text()


def test_page_up_and_page_down_go_from_mark_to_mark(chart: TrafficChart, program: FakeProgram) -> None:
    marked(chart, program, ONE)
    read = []
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        QTest.keyClick(chart.plot, key)
        read.append(chart.plot.accessibleDescription())

    said = ("Started", "cut at", "Quota 1 GiB → 2 GiB", "cut at")
    assert all(part in text for part, text in zip(said, read, strict=True))


def test_marks_are_chosen_by_kind_in_the_menu(chart: TrafficChart, program: FakeProgram) -> None:
    feed = marked(chart, program, ONE)
    menu = ChartBar(Theme(), chart, feed, chart).menu

    async def body() -> None:
        for group, action in menu.marks.items():
            action.setChecked(group is Group.LIMITS)
        feed.marks.load()
        for _ in range(10):
            await asyncio.sleep(0)

    asyncio.run(body())
    assert words(chart) == ["cut"]


def test_marks_are_painted_in_their_colours(chart: TrafficChart, program: FakeProgram) -> None:
    marked(chart, program, ONE)
    image = chart.plot.grab().toImage()
    x = chart.plot.point_at(NOW - 1000, 0).x()
    painted = {image.pixelColor(x + dx, chart.plot.area().top() + 4).name() for dx in range(-3, 4)}

    assert Theme().colors.bad.lower() in painted
