"""The audit trail in the window: in portions, narrowed, live, and to the byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from npsgui.model.alerts import TITLES, AlertKind
from npsgui.model.audit import AuditEvent, Happening
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, OwnerKey, OwnerKind
from npsgui.ui.event_feed import MOST, PORTION, EventFeed, Question
from npsgui.ui.event_rows import EventColumns, Group
from npsgui.ui.events_page import EventsPage
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram

LAB, NAS = OwnerKey(OwnerKind.CLIENT, 1), OwnerKey(OwnerKind.CLIENT, 2)
CUT = AuditEvent(NOW - 60, Happening.CUT, LAB, 1, "lab", details={"used": 10_737_418_240})
EDIT = AuditEvent(NOW - 30, Happening.EDITED, NAS, 2, "nas", details={"quota": ["10GiB", "20GiB"]})


def trail(count: int, at: Callable[[int], float] = lambda n: NOW - 100_000 + n) -> list[AuditEvent]:
    return [AuditEvent(at(n), Happening.STARTED, LAB, 1, f"n{n}") for n in range(count)]


def feed_on(program: FakeProgram, act: Callable[[EventFeed], Coroutine[Any, Any, None]]) -> None:
    async def body() -> None:
        await act(EventFeed(program, clock=lambda: NOW))

    asyncio.run(body())


async def settled() -> None:
    """Let what was asked for be answered."""
    for _ in range(5):
        await asyncio.sleep(0)


def look(qtbot: QtBot, program: FakeProgram, act: Callable[[EventsPage], Coroutine[Any, Any, None]]) -> None:
    program.configuration = Configuration(
        clients={
            1: Client(id=1, key="a", remark="lab"),
            2: Client(id=2, key="b", remark="nas"),
            3: Client(id=3, key="c"),
        }
    )

    async def body() -> None:
        page = EventsPage(program, Theme(), clock=lambda: NOW)
        qtbot.addWidget(page)
        page.resize(1000, 600)
        page.show()
        page.refresh()
        await settled()
        await act(page)

    asyncio.run(body())


def names(page: EventsPage) -> list[str]:
    return [line.event.name for line in page.events.table.rows]


def test_the_newest_stands_first_with_its_exact_bytes(qtbot: QtBot) -> None:
    program = FakeProgram()
    program.trail = [CUT, EDIT]

    async def act(page: EventsPage) -> None:
        assert names(page) == ["nas", "lab"]
        columns = page.events.table.columns
        assert columns[3].text(page.events.table.rows[1]) == (
            "The quota of client 1 is used up: cut at 10,737,418,240 bytes."
        )

    look(qtbot, program, act)


@pytest.mark.usefixtures("chinese")
def test_clients_without_a_name_are_offered_in_the_users_language(qtbot: QtBot) -> None:
    async def act(page: EventsPage) -> None:
        assert page.owners.itemText(3) == "客户端 3"

    look(qtbot, FakeProgram(), act)


def test_kinds_owners_and_words_narrow_it(qtbot: QtBot) -> None:
    program = FakeProgram()
    program.trail = [CUT, EDIT]

    async def act(page: EventsPage) -> None:
        page.events.kinds.setCurrentIndex(page.events.kinds.findData(Group.LIMITS))
        await settled()
        assert names(page) == ["lab"]
        page.events.kinds.setCurrentIndex(0)
        page.owners.setCurrentIndex(page.owners.findText("nas"))
        await settled()
        assert names(page) == ["nas"]
        page.owners.setCurrentIndex(0)
        page.owners.setCurrentIndex(0)
        with qtbot.waitSignal(page.events.feed.changed):
            page.header.search.setText("la")
        await settled()
        assert names(page) == ["lab"]
        with qtbot.waitSignal(page.events.feed.changed):
            page.header.search.setText("nobody")
        await settled()
        texts = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
        assert "No event matches the search and the filters." in texts

    look(qtbot, program, act)


def test_what_happens_comes_while_it_is_looked_at(qtbot: QtBot) -> None:
    program = FakeProgram()

    async def act(page: EventsPage) -> None:
        texts = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
        assert "Nothing has happened yet: cuts, edits and refused visitors are listed here." in texts
        program.trail = [CUT]
        page.refresh()
        await settled()
        assert names(page) == ["lab"]

    look(qtbot, program, act)


def test_every_kind_of_event_has_a_word_and_a_group() -> None:
    columns = EventColumns(Sentences())

    assert all(columns.kind(what) for what in Happening)
    assert sorted(what for group in Group for what in group.value) == sorted(Happening)


def test_a_listener_that_fails_is_called_as_its_alert_is() -> None:
    columns, title = EventColumns(Sentences()), TITLES[AlertKind.PORT_FAILED]

    assert columns.kind(Happening.PORT_FAILED) == Sentences().of(title).lower() == "not reachable"


@pytest.mark.usefixtures("chinese")
def test_a_listener_that_fails_is_called_as_its_alert_is_in_chinese() -> None:
    columns, title = EventColumns(Sentences()), TITLES[AlertKind.PORT_FAILED]

    assert columns.kind(Happening.PORT_FAILED) == Sentences().of(title) == "无法访问"


def test_enter_opens_the_row_of_the_owner(qtbot: QtBot) -> None:
    program = FakeProgram()
    program.trail = [CUT]

    async def act(page: EventsPage) -> None:
        page.events.view.choose(0)
        with qtbot.waitSignal(page.owner_chosen) as chosen:
            QTest.keyClick(page.events.view, Qt.Key.Key_Return)
        assert chosen.args == [LAB]

    look(qtbot, program, act)


@pytest.mark.parametrize(
    "at", [lambda n: NOW - 9e4 + n, lambda n: NOW - 9e4 + n // 700], ids=["apart", "tied"]
)
def test_older_portions_follow_without_a_gap_or_a_repeat(at: Callable[[int], float]) -> None:
    program = FakeProgram()
    program.trail = trail(3 * PORTION + 7, at)

    async def act(feed: EventFeed) -> None:
        feed.ask(Question())
        while not feed.complete:
            feed.more()
            await settled()
        assert feed.events == program.trail[::-1]

    feed_on(program, act)


def test_no_more_is_held_than_can_be_sorted_at_once() -> None:
    program = FakeProgram()
    program.trail = trail(MOST + 2 * PORTION)

    async def act(feed: EventFeed) -> None:
        feed.ask(Question())
        for _ in range(MOST // PORTION + 5):
            feed.more()
            await settled()
        assert feed.events == program.trail[: -MOST - 1 : -1]
        assert not feed.complete

    feed_on(program, act)


def test_a_flood_of_news_takes_the_place_of_what_was_held() -> None:
    program = FakeProgram()
    program.trail = trail(3)

    async def act(feed: EventFeed) -> None:
        feed.ask(Question())
        await settled()
        program.trail += trail(2 * PORTION, lambda n: NOW - 60 + n / PORTION)
        feed.news()
        await settled()
        assert feed.events == program.trail[: -PORTION - 1 : -1]
        feed.more()
        await settled()
        feed.more()
        await settled()
        assert feed.events == program.trail[::-1]

    feed_on(program, act)


def test_an_answer_that_comes_when_the_window_is_gone_is_dropped() -> None:
    program = FakeProgram()
    program.trail = trail(3)

    async def act(feed: EventFeed) -> None:
        program.wait.clear()
        feed.ask(Question())
        await settled()
        delete(feed)
        program.wait.set()
        await settled()
        assert feed.events == []

    feed_on(program, act)


def test_an_answer_to_an_older_question_is_dropped() -> None:
    program = FakeProgram()
    program.trail = [CUT, EDIT]

    async def act(feed: EventFeed) -> None:
        program.wait.clear()
        feed.ask(Question(owner=LAB))
        await settled()
        feed.ask(Question(owner=NAS))
        program.wait.set()
        await settled()
        assert feed.events == [EDIT]

    feed_on(program, act)
