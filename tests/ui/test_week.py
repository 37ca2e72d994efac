from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.model.hours import NEVER, format_week, parse_week
from npsgui.ui.theme import Theme
from npsgui.ui.translation import Translation
from npsgui.ui.week_grid import WeekGrid
from npsgui.ui.week_input import WeekInput
from npsgui.ui.week_words import WeekTexts

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def week(qtbot: QtBot) -> WeekInput:
    """Hours that are never, in a window with a half hour of 10 px."""
    made = WeekInput("never", Theme())
    qtbot.addWidget(made)
    made.grid.setFixedWidth(44 + 480 + 1)
    with qtbot.waitExposed(made):
        made.show()
    return made


def at(day: int, slot: int) -> QPoint:
    """The middle of a half hour."""
    return QPoint(44 + slot * 10 + 5, 20 + day * 22 + 11)


def drag(grid: WeekGrid, *points: QPoint) -> None:
    QTest.mousePress(grid, LEFT, pos=points[0])
    for point in points[1:]:
        # QTest's own moves are put together by the platform's window system
        here, there = QPointF(point), QPointF(grid.mapToGlobal(point))
        moved = QMouseEvent(QEvent.Type.MouseMove, here, there, NONE, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(grid, moved)
    QTest.mouseRelease(grid, LEFT, pos=points[-1])


def test_a_drag_paints_a_rectangle_and_writes_it(week: WeekInput, qtbot: QtBot) -> None:
    with qtbot.waitSignal(week.changed, timeout=1000):
        drag(week.grid, at(0, 16), at(6, 47), at(4, 35))

    assert week.text() == "mo-fr 08:00-18:00"


def test_a_drag_that_begins_on_what_is_painted_clears(week: WeekInput) -> None:
    week.line.setText("mo-fr 08:00-18:00")
    drag(week.grid, at(1, 24), at(1, 25))

    assert week.text() == "mo 08:00-18:00, tu 08:00-12:00, tu 13:00-18:00, we-fr 08:00-18:00"


def test_a_drag_beyond_the_edge_ends_at_it(week: WeekInput) -> None:
    drag(week.grid, at(5, 44), QPoint(2000, 2000))

    assert week.text() == "sa-su 22:00-24:00"


def test_a_days_name_and_an_hour_paint_all_of_it_and_clear_it_again(week: WeekInput) -> None:
    QTest.mouseClick(week.grid, LEFT, pos=QPoint(10, at(5, 0).y()))
    assert week.text() == "sa 00:00-24:00"
    QTest.mouseClick(week.grid, LEFT, pos=QPoint(at(0, 25).x(), 5))
    assert week.text() == "mo-fr 12:00-13:00, sa 00:00-24:00, su 12:00-13:00"
    QTest.mouseClick(week.grid, LEFT, pos=QPoint(10, at(5, 0).y()))
    QTest.mouseClick(week.grid, LEFT, pos=QPoint(at(0, 24).x(), 5))
    assert week.text() == "mo-su 12:00-13:00"  # Saturday had it no more
    QTest.mouseClick(week.grid, LEFT, pos=QPoint(at(0, 24).x(), 5))
    assert week.text() == "never"


def test_the_keyboard_paints_as_the_mouse_does(week: WeekInput) -> None:
    grid = week.grid
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Home)
    for key in [Qt.Key.Key_Right] * 2 + [Qt.Key.Key_Down]:
        QTest.keyClick(grid, key)
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert week.text() == "tu 01:00-01:30"

    for key in [Qt.Key.Key_Right] * 3 + [Qt.Key.Key_Down, Qt.Key.Key_Left]:
        QTest.keyClick(grid, key, SHIFT)
    assert week.text() == "tu-we 01:00-02:30"
    QTest.keyClick(grid, Qt.Key.Key_End, SHIFT)
    assert week.text() == "tu-we 01:00-24:00"
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert week.text() == "tu 01:00-24:00, we 01:00-23:30"


def test_a_screen_reader_is_told_the_half_hour_and_what_it_is(week: WeekInput) -> None:
    week.setAccessibleName("Hours")
    week.grid.setFocus()
    QTest.keyClick(week.grid, Qt.Key.Key_Space)

    assert week.grid.accessibleName() == "Hours"
    assert week.grid.accessibleDescription().endswith("08:00–08:30: on")
    QTest.keyClick(week.grid, Qt.Key.Key_Right)
    assert week.grid.accessibleDescription().endswith("08:30–09:00: off")


def test_what_is_written_is_painted_and_what_cannot_be_read_leaves_the_grid(week: WeekInput) -> None:
    week.line.setText("sa 9-12")
    week.line.setText("sa 9-12, noon")
    QTest.mouseClick(week.grid, LEFT, pos=at(6, 0))

    assert week.text() == "sa 09:00-12:00, su 00:00-00:30"


def test_buttons_paint_all_and_nothing(week: WeekInput) -> None:
    buttons = {button.text(): button for button in week.findChildren(QPushButton)}
    buttons["Always"].click()
    assert week.text() == "always"
    buttons["Clear"].click()
    assert week.text() == format_week(NEVER)


def test_hours_are_written_in_the_users_language_and_read_back(qapp: QApplication, qtbot: QtBot) -> None:
    chinese = Translation("zh_CN")
    qapp.installTranslator(chinese)
    try:
        made = WeekInput("mo-fr 08:00-18:00, su 09:00-12:00", Theme())
        qtbot.addWidget(made)
        texts = [made.text(), *map(WeekTexts().spoken, ("always", "never", "sa", "nonsense"))]
    finally:
        qapp.removeTranslator(chinese)

    assert texts == [
        "周一至周五 08:00-18:00，周日 09:00-12:00",
        "始终",
        "永不",
        "周六 00:00-24:00",
        "nonsense",
    ]
    assert [format_week(parse_week(text)) for text in texts[:4]] == [
        "mo-fr 08:00-18:00, su 09:00-12:00",
        "always",
        "never",
        "sa 00:00-24:00",
    ]
