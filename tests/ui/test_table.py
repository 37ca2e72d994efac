from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QHelpEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from npsgui.ui.in_turns import InTurns
from npsgui.ui.table import AT_ONCE, RAW, Column, Table
from npsgui.ui.table_view import COPIED_AT_ONCE, PADDING, TableView


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    name: str
    size: int


def items(count: int) -> list[Item]:
    return [Item(number, f"item {number:04}", number * 10) for number in range(count)]


@pytest.fixture
def table() -> Table[Item]:
    columns: list[Column[Item]] = [
        Column(name="name", title="Name", value=lambda item: item.name, text=lambda item: item.name),
        Column(
            name="size",
            title="Size",
            value=lambda item: item.size,
            text=lambda item: f"{item.size} B",
            right=True,
        ),
        Column(
            name="id", title="Id", value=lambda item: item.id, text=lambda item: str(item.id), shown=False
        ),
    ]
    return Table(columns, lambda item: item.id)


@pytest.fixture
def view(qtbot: QtBot, table: Table[Item]) -> TableView[Item]:
    made: TableView[Item] = TableView(table)
    table.setParent(made)
    qtbot.addWidget(made)
    made.resize(400, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_what_a_cell_has_no_room_for_is_its_tooltip(view: TableView[Item]) -> None:
    view.table.show(items(2))
    told = []
    for width in (200, 60):
        view.setColumnWidth(0, width)
        place = view.visualRect(view.table.index(1, 0)).center()
        event = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
        QApplication.sendEvent(view.viewport(), event)
        told.append(QToolTip.text() if QToolTip.isVisible() else "")
    assert told == ["", "<p>item 0001</p>"]
    QToolTip.hideText()


def names(rows: Sequence[Item]) -> list[str]:
    return [row.name for row in rows]


def select(view: TableView[Item], *places: int) -> None:
    flags = QItemSelectionModel.SelectionFlag
    view.clearSelection()
    for place in places:
        view.selectionModel().select(view.table.index(place, 0), flags.Select | flags.Rows)


def test_qts_model_tester_finds_no_fault_in_any_change(qtbot: QtBot, table: Table[Item]) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(table, mode)
    chance = random.Random(7)
    everything = items(40)
    for _turn in range(60):
        shown = chance.sample(everything, chance.randrange(len(everything)))
        shown = [replace(item, size=chance.randrange(1000)) for item in shown]
        table.sort(chance.randrange(2), chance.choice(list(Qt.SortOrder)))
        table.show(shown)

        assert {row.id for row in table.rows} == {item.id for item in shown}
        key = 1 if table.headerData(1, Qt.Orientation.Horizontal)[-1] in "↑↓" else 0
        found = [table.index(row, key).data(RAW) for row in range(table.rowCount())]
        assert found in (sorted(found), sorted(found, reverse=True))
    assert tester.model() is table


@pytest.mark.parametrize(("known", "first"), [(slice(3, 5), 0), (slice(0, 2), 2)])
def test_rows_before_or_behind_all_others_come_at_once(
    table: Table[Item], qtbot: QtBot, known: slice, first: int
) -> None:
    table.show(items(5)[known])
    with qtbot.waitSignal(table.rowsInserted) as told, qtbot.assertNotEmitted(table.layoutChanged):
        table.show(items(5))

    assert told.args is not None
    assert told.args[1:] == [first, first + 2]
    assert list(table.rows) == items(5)


def test_many_rows_are_shown_some_turns_later_as_they_are_wanted_by_then(
    table: Table[Item], qtbot: QtBot
) -> None:
    table.show(items(AT_ONCE + 1))
    assert not table.rows
    with qtbot.waitSignal(table.shown):
        table.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(table.rows[:1]) == [f"item {AT_ONCE}"]

    table.accept(lambda item: item.id < 2)
    table.finish()
    assert names(table.rows) == ["item 0001", "item 0000"]


def test_work_in_turns_gives_way_to_the_next_even_in_a_step_of_its_own(qtbot: QtBot) -> None:
    parent = QObject()
    turns, done = InTurns(parent), []

    def work(name: str, then: str = "") -> Iterator[None]:
        for step in (1, 2):
            done.append(f"{name}{step}")
            yield
        if then:
            turns.begin(work(then))

    turns.begin(work("a"))
    turns.begin(work("b", then="c"))
    qtbot.waitUntil(lambda: len(done) == 5)

    assert done == ["a1", "b1", "b2", "c1", "c2"]


def test_nothing_is_told_when_nothing_changed(table: Table[Item]) -> None:
    table.show(items(5))
    told: list[Any] = []
    table.dataChanged.connect(lambda *where: told.append(where))
    table.layoutChanged.connect(lambda *where: told.append(where))
    table.show(items(5))

    assert told == []


def test_only_the_rows_that_changed_are_told_at_once(table: Table[Item]) -> None:
    table.show(items(9))
    told: list[tuple[int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        told.append((first.row(), last.row()))

    table.dataChanged.connect(note)
    table.show([replace(item, size=1) if item.id in (3, 4) else item for item in items(9)])

    assert told == [(3, 4)]


def test_columns_sort_by_value_and_not_by_text(table: Table[Item]) -> None:
    table.show([Item(1, "a", 9), Item(2, "b", 100), Item(3, "c", 20)])
    table.sort(1, Qt.SortOrder.AscendingOrder)

    assert names(table.rows) == ["a", "c", "b"]


def test_digits_stand_right_under_a_right_header(table: Table[Item]) -> None:
    table.show(items(1))
    role = Qt.ItemDataRole.TextAlignmentRole

    assert table.index(0, 1).data(role) & Qt.AlignmentFlag.AlignRight
    assert table.headerData(1, Qt.Orientation.Horizontal, role) & Qt.AlignmentFlag.AlignRight


def test_the_selection_stays_on_its_row_when_others_come_and_go(view: TableView[Item]) -> None:
    view.table.show(items(6))
    select(view, 4)
    view.table.show([Item(90, "aaa", 1), *items(6)[2:]])

    assert names(view.selected()) == ["item 0004"]


def test_what_is_selected_stays_so_while_many_come_go_and_move(view: TableView[Item], qtbot: QtBot) -> None:
    view.table.show(items(60))
    view.selectAll()
    flags = QItemSelectionModel.SelectionFlag
    view.selectionModel().select(view.table.index(30, 0), flags.Deselect | flags.Rows)
    with qtbot.assertNotEmitted(view.chosen):
        view.table.sort(1, Qt.SortOrder.DescendingOrder)
        view.table.show([*items(70)])
    with qtbot.waitSignal(view.chosen):
        view.table.show(items(70)[20:])

    assert {item.id for item in view.selected()} == {*range(20, 60)} - {30}


def test_thousands_of_rows_are_copied_some_turns_later(view: TableView[Item], qtbot: QtBot) -> None:
    view.table.show(items(COPIED_AT_ONCE * 2))
    view.selectAll()
    view.copy()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().count("\n") == COPIED_AT_ONCE * 2 + 1)


def test_the_scroll_position_survives_a_second(view: TableView[Item]) -> None:
    view.table.show(items(200))
    view.executeDelayedItemsLayout()
    view.verticalScrollBar().setValue(1500)
    view.table.show([replace(item, size=item.size + 1) for item in items(200)])
    view.executeDelayedItemsLayout()

    assert view.verticalScrollBar().value() == 1500


def test_copy_gives_the_selected_rows_as_tsv_in_the_order_on_the_screen(view: TableView[Item]) -> None:
    view.table.show(items(4))
    view.horizontalHeader().moveSection(1, 0)
    select(view, 1, 3)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == "Size\tName\n10 B\titem 0001\n30 B\titem 0003\n"


def test_the_columns_are_kept_for_the_next_run(qtbot: QtBot, view: TableView[Item]) -> None:
    view.horizontalHeader().moveSection(1, 0)
    view.setColumnWidth(1, 177)
    view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    view.setColumnHidden(0, True)
    view.setColumnHidden(2, False)
    kept = view.layout_kept()

    second: TableView[Item] = TableView(Table(view.table.columns, lambda item: item.id))
    second.table.setParent(second)
    qtbot.addWidget(second)
    second.restore_layout(kept)

    again = second.layout_kept()
    assert [again[part] for part in ("order", "hidden", "sort", "descending")] == [
        ["size", "name", "id"],
        ["name"],
        "size",
        True,
    ]
    # the last column fills what is left, whatever width it was given
    assert second.columnWidth(1) == 177


@pytest.mark.parametrize("kept", [None, [], "x", {}, {"order": ["gone"], "sort": "gone"}])
def test_a_layout_that_is_not_understood_changes_nothing(view: TableView[Item], kept: object) -> None:
    before = view.layout_kept()
    view.restore_layout(kept)

    assert view.layout_kept() == before


@pytest.mark.parametrize(
    ("key", "signal"),
    [(Qt.Key.Key_Return, "edit_asked"), (Qt.Key.Key_F2, "edit_asked"), (Qt.Key.Key_Delete, "remove_asked")],
)
def test_keys_ask_for_what_they_mean(qtbot: QtBot, view: TableView[Item], key: Qt.Key, signal: str) -> None:
    view.table.show(items(2))
    select(view, 0)
    with qtbot.waitSignal(getattr(view, signal), timeout=1000):
        QTest.keyClick(view, key)


def choose(view: TableView[Item], text: str) -> None:
    menu = view.columns_menu(view)
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_widths_are_fitted_to_what_the_columns_hold(view: TableView[Item]) -> None:
    view.table.show([Item(1, "a name that is longer than its column is wide", 10)])
    choose(view, "Fit widths")

    needed = QFontMetrics(view.font()).horizontalAdvance(view.table.rows[0].name)
    assert view.columnWidth(0) == needed + 2 * PADDING


def test_the_columns_can_be_had_as_at_first(view: TableView[Item]) -> None:
    first = view.layout_kept()
    choose(view, "Id")
    assert not view.isColumnHidden(2)
    view.horizontalHeader().moveSection(1, 0)
    view.setColumnWidth(0, 177)
    choose(view, "As at first")

    assert view.layout_kept() == first


def click_header(view: TableView[Item], column: int) -> None:
    header = view.horizontalHeader()
    middle = QPoint(
        header.sectionViewportPosition(column) + header.sectionSize(column) // 2, header.height() // 2
    )
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def test_a_click_on_digits_puts_the_largest_on_top_and_another_the_smallest(view: TableView[Item]) -> None:
    view.table.show(items(3))
    click_header(view, 1)
    assert names(view.table.rows) == ["item 0002", "item 0001", "item 0000"]
    click_header(view, 1)
    assert names(view.table.rows) == ["item 0000", "item 0001", "item 0002"]


def test_the_whole_row_under_the_pointer_is_hovered_and_none_when_it_is_gone(view: TableView[Item]) -> None:
    view.table.show(items(3))
    QTest.mouseMove(view.viewport(), view.visualRect(view.table.index(1, 1)).center())
    assert view.hovered == 1
    QTest.mouseMove(view.viewport(), QPoint(5, view.viewport().height() - 5))
    assert view.hovered == -1


def test_a_kept_layout_needs_no_more_room_than_there_is(qtbot: QtBot, view: TableView[Item]) -> None:
    view.setColumnHidden(2, False)
    kept = view.layout_kept()
    view.table.show(items(100))
    qtbot.waitUntil(view.verticalScrollBar().isVisible)  # it takes some of the room
    view.restore_layout(kept)

    assert view.horizontalHeader().length() <= view.viewport().width()


def test_the_colour_of_a_selected_row_goes_on_to_the_right_edge(view: TableView[Item]) -> None:
    def at_the_edge(row: int) -> QColor:
        place = QPoint(view.viewport().width() - 2, view.rowViewportPosition(row) + 2)
        return view.viewport().grab().toImage().pixelColor(place)

    view.table.show(items(3))
    view.setColumnWidth(1, 80)
    view.choose(1)

    assert at_the_edge(1) == view.palette().highlight().color()
    assert at_the_edge(0) == at_the_edge(2) != at_the_edge(1)
