"""The tabs of an owner's periods and peers: what they show, and what they ask for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Limits, OwnerKey, OwnerKind
from npsgui.model.forecast import Forecast
from npsgui.model.peers import OTHERS, PeerUsage
from npsgui.model.periods import Period, parse_period
from npsgui.ui.peer_rows import DAY, MOST, Days, peer_lines
from npsgui.ui.peers_tab import PeersTab
from npsgui.ui.period_tab import PeriodTab
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram, row

ONE = OwnerKey(OwnerKind.CLIENT, 1)
GIB = 2**30
TODAY = int(NOW) // DAY * DAY


@pytest.fixture
def program() -> FakeProgram:
    made = FakeProgram(row(ONE, remark="nas", quota=10_000))
    limits = Limits(quota=10_000, period=parse_period("monthly 5 06:00 Asia/Shanghai"))
    client = Client(id=1, key="a", remark="nas", limits=limits)
    made.configuration = Configuration(everything=Everything(timezone="UTC"), clients={1: client})
    return made


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def shown(qtbot: QtBot, tab: PeriodTab | PeersTab, program: FakeProgram) -> None:
    """Show the owner's row, and wait for what the ledger says."""
    qtbot.addWidget(tab)
    tab.resize(1000, 300)
    with qtbot.waitExposed(tab):
        tab.show()

    async def body() -> None:
        tab.show_row(program.flow(ONE))
        for _ in range(3):
            await asyncio.sleep(0)
        tab.show_row(program.flow(ONE))

    asyncio.run(body())


def button(tab: QWidget, text: str) -> QPushButton:
    return next(one for one in tab.findChildren(QPushButton) if one.text() == text)


def test_the_running_period_and_those_before_it_are_shown(qtbot: QtBot, program: FakeProgram) -> None:
    start = 1_793_000_000
    program.past[ONE] = [Period(0, start, GIB, 2 * GIB), Period(start, None, 3000, 4000, top_up=GIB)]
    tab = PeriodTab(program, Theme())
    shown(qtbot, tab, program)

    assert {"6.8 KiB", "7,000 B", "2.9 KiB", "of 9.8 KiB", "known after a day of traffic"} <= set(texts(tab))
    for at in range(2):
        tab.view.choose(at)
    tab.view.selectAll()
    assert tab.view.as_tsv().splitlines() == [
        "From\tUntil\tInlet\tExport\tSum\tBytes\tOpening\tTop-up",
        "26 Oct 2026 15:33\tstill running\t2.9 KiB\t3.9 KiB\t6.8 KiB\t7,000\t–\t1.0 GiB",
        "the beginning\t26 Oct 2026 15:33\t1.0 GiB\t2.0 GiB\t3.0 GiB\t3,221,225,472\t–\t–",
    ]


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (Forecast(690 * GIB, 745 * GIB, 1_795_737_600), {"690.0–745.0 GiB", "by 27 Nov 2026"}),
        (
            Forecast(690 * GIB, 745 * GIB, None, 1_795_737_600, None),
            {"at this pace full on 27 Nov at the earliest"},
        ),
    ],
)
def test_what_is_expected_is_a_range(
    qtbot: QtBot, program: FakeProgram, expected: Forecast, told: set[str]
) -> None:
    program.forecasts[ONE] = expected
    tab = PeriodTab(program, Theme())
    shown(qtbot, tab, program)

    assert told <= set(texts(tab))


def test_each_button_asks_for_its_word(qtbot: QtBot, program: FakeProgram) -> None:
    tab = PeriodTab(program, Theme())
    shown(qtbot, tab, program)
    words = []
    tab.word_asked.connect(lambda owner, word: words.append((owner, word)))
    for text in ("Top up…", "Opening balance…", "Edit the period…"):
        QTest.keyClick(button(tab, text), Qt.Key.Key_Space)
    with qtbot.waitSignal(tab.reset_asked) as reset:
        QTest.keyClick(button(tab, "Reset now…"), Qt.Key.Key_Space)

    assert words == [(ONE, "top_up"), (ONE, "opening"), (ONE, "period")]
    assert reset.args == [ONE]


def test_nothing_is_told_of_the_time_before_an_owner_was_made(qtbot: QtBot, program: FakeProgram) -> None:
    program.past[ONE] = [Period(0, 5, 0, 0), Period(5, 9, 0, 0), Period(9, None, 1, 1)]
    tab = PeriodTab(program, Theme())
    shown(qtbot, tab, program)

    assert sorted(period.start for period in tab.view.table.rows) == [5, 9]


def test_an_answer_about_another_owner_is_dropped(qtbot: QtBot, program: FakeProgram) -> None:
    two = OwnerKey(OwnerKind.CLIENT, 2)
    program.rows[two] = row(two)
    program.configuration = program.configuration.with_owner(Client(id=2, key="b"))
    program.past[ONE] = [Period(0, 5, 1, 1), Period(5, None, 1, 1)]
    tab = PeriodTab(program, Theme())
    qtbot.addWidget(tab)

    async def body() -> None:
        program.wait.clear()
        tab.show_row(program.flow(ONE))
        await asyncio.sleep(0)
        tab.show_row(program.flow(two))
        program.wait.set()
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(body())
    assert len(tab.view.table.rows) == 1


def visitors() -> list[PeerUsage]:
    return [
        PeerUsage(TODAY - DAY, "203.0.113.7", 1, 2),
        PeerUsage(TODAY, "203.0.113.7", 100, 200),
        PeerUsage(TODAY, "2001:db8::/64", 30, 30),
        PeerUsage(TODAY, OTHERS, 4000, 640),
    ]


def test_the_peers_of_several_days_are_summed_to_the_byte() -> None:
    lines = peer_lines(visitors())

    assert [(line.peer, line.inlet, line.export) for line in lines] == [
        ("203.0.113.7", 101, 202),
        ("2001:db8::/64", 30, 30),
        (OTHERS, 4000, 640),
    ]
    assert sum(line.both for line in lines) == lines[0].whole == 5003
    assert sum(line.share for line in lines) == pytest.approx(1)


def test_the_lightest_of_very_many_peers_are_among_the_others() -> None:
    many = [PeerUsage(TODAY, f"2001:db8::{n:x}", n, 1) for n in range(1, MOST + 101)]
    lines = {line.peer: line for line in peer_lines([*many, PeerUsage(TODAY, OTHERS, 5, 5)])}

    assert len(lines) == MOST + 1
    assert "2001:db8::65" in lines
    assert "2001:db8::64" not in lines
    assert (lines[OTHERS].inlet, lines[OTHERS].export) == (5 + 5050, 5 + 100)
    assert sum(line.both for line in lines.values()) == lines[OTHERS].whole


@pytest.mark.parametrize(
    ("days", "span"),
    [
        (Days.TODAY, (TODAY, TODAY + DAY)),
        (Days.YESTERDAY, (TODAY - DAY, TODAY)),
        (Days.WEEK, (TODAY - 6 * DAY, TODAY + DAY)),
    ],
)
def test_days_are_those_of_utc(days: Days, span: tuple[int, int]) -> None:
    assert days.span(NOW) == span


def peers_tab(qtbot: QtBot, program: FakeProgram) -> PeersTab:
    program.visitors[ONE] = visitors()
    tab = PeersTab(program, Theme(), clock=lambda: NOW)
    shown(qtbot, tab, program)
    return tab


def test_the_peers_of_today_are_listed_the_heaviest_first(qtbot: QtBot, program: FakeProgram) -> None:
    tab = peers_tab(qtbot, program)

    assert [line.peer for line in tab.view.table.rows] == [OTHERS, "203.0.113.7", "2001:db8::/64"]
    assert "In all 4,130 B inlet + 870 B export = 5,000 B" in texts(tab)
    assert any("days are counted in UTC" in text for text in texts(tab))


def test_other_days_are_asked_for_at_once(qtbot: QtBot, program: FakeProgram) -> None:
    tab = peers_tab(qtbot, program)

    async def body() -> None:
        tab.days.setCurrentIndex(1)
        assert list(tab.view.table.rows) == []
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(body())
    assert [line.both for line in tab.view.table.rows] == [3]


def test_selected_peers_are_blocked_but_not_the_others(qtbot: QtBot, program: FakeProgram) -> None:
    tab = peers_tab(qtbot, program)
    tab.view.choose(0)
    assert not tab.block.isEnabled()
    tab.view.selectAll()
    with qtbot.waitSignal(tab.block_asked) as asked:
        QTest.keyClick(tab.block, Qt.Key.Key_Space)

    assert asked.args == [("203.0.113.7", "2001:db8::/64")]


def test_an_empty_day_says_so(qtbot: QtBot, program: FakeProgram) -> None:
    tab = PeersTab(program, Theme(), clock=lambda: NOW)
    shown(qtbot, tab, program)
    QApplication.processEvents()

    assert tab.view.nothing == "Nobody used it in these days."
    assert not tab.block.isEnabled()


def test_a_period_that_never_ends_says_so(qtbot: QtBot, program: FakeProgram) -> None:
    client = replace(program.configuration.clients[1], limits=Limits())
    program.configuration = program.configuration.with_owner(client)
    program.rows[ONE] = program.rows[ONE]._replace(quota=0)
    tab = PeriodTab(program, Theme())
    shown(qtbot, tab, program)

    assert {"since the beginning", "it never ends by itself", "unlimited", "It has no quota"} <= set(
        texts(tab)
    )
