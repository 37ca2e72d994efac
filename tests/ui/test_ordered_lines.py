"""Targets are put into another order by mouse and by keyboard; every limit says what it limits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Owner, Tunnel
from npsgui.ui.limit_fields import LimitFields
from npsgui.ui.ordered_lines import OrderedLines

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def lines(qtbot: QtBot) -> OrderedLines:
    found = OrderedLines("a:1,b:2,c:3", rows=4)
    qtbot.addWidget(found)
    with qtbot.waitExposed(found):
        found.show()
    return found


def middle(lines: OrderedLines, line: int) -> QPoint:
    """The middle of the grip of a line."""
    box = [box for _, box in lines.boxes()][line]
    return QPoint(lines.grips.width() // 2, round(box.center().y()))


def drag(grips: QWidget, source: QPoint, place: QPoint) -> None:
    QTest.mousePress(grips, Qt.MouseButton.LeftButton, pos=source)
    QTest.mouseMove(grips, place)
    QTest.mouseRelease(grips, Qt.MouseButton.LeftButton, pos=place)


def test_a_line_is_dragged_by_its_grip(qtbot: QtBot, lines: OrderedLines) -> None:
    with qtbot.waitSignal(lines.changed):
        drag(lines.grips, middle(lines, 0), middle(lines, 2))
    assert lines.text() == "b:2\nc:3\na:1"
    drag(lines.grips, middle(lines, 1), QPoint(5, 500))
    assert lines.text() == "b:2\na:1\nc:3"
    lines.undo()
    assert lines.text() == "b:2\nc:3\na:1"


def test_alt_and_an_arrow_move_the_line_that_one_is_in(lines: OrderedLines) -> None:
    QTest.keyClick(lines, Qt.Key.Key_Up, ALT)  # the first stays
    QTest.keyClick(lines, Qt.Key.Key_Down, ALT)
    QTest.keyClick(lines, Qt.Key.Key_Down, ALT)
    assert lines.text() == "b:2\nc:3\na:1"
    QTest.keyClick(lines, Qt.Key.Key_Up, ALT)

    assert lines.text() == "b:2\na:1\nc:3"


@pytest.mark.parametrize("owner", [Everything(), Client(id=1, key="k"), Tunnel(id=1, client=1)])
def test_every_limit_says_what_it_limits(qtbot: QtBot, owner: Owner) -> None:
    assert [field.word for field in LimitFields(Configuration()).of(None, owner) if not field.tip] == []
