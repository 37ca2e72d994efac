from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.overview_page import TOP, OverviewPage, TopRow
from npsgui.ui.theme import Theme
from tests.ui.chart_program import FakeProgram, row

# what the offscreen platform says of every window
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def client(number: int) -> OwnerKey:
    return OwnerKey(OwnerKind.CLIENT, number)


def page_of(qtbot: QtBot, program: FakeProgram) -> OverviewPage:
    made = OverviewPage(program, Theme())
    qtbot.addWidget(made)
    made.resize(1000, 760)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_the_fastest_clients_stand_first(qtbot: QtBot) -> None:
    program = FakeProgram(*(row(client(n), remark=f"c{n}", rate=float(n)) for n in range(1, 8)))
    page = page_of(qtbot, program)

    shown = [top.owner for top in page.findChildren(TopRow) if top.isVisible()]
    assert shown == [client(n) for n in (7, 6, 5, 4, 3)]
    assert len(shown) == TOP


def test_a_click_on_a_client_chooses_it(qtbot: QtBot) -> None:
    page = page_of(qtbot, FakeProgram(row(client(4), remark="lab")))
    found = next(top for top in page.findChildren(TopRow) if top.isVisible())

    with qtbot.waitSignal(page.owner_chosen) as chosen:
        QTest.mouseClick(found, Qt.MouseButton.LeftButton)

    assert chosen.args == [client(4)]


def test_it_shows_todays_bytes(qtbot: QtBot) -> None:
    page = page_of(qtbot, FakeProgram())
    texts = {label.text() for label in page.findChildren(QLabel) if label.isVisible()}

    assert {"3.0 KiB", "1.0 KiB inlet, 2.0 KiB export", "There are no clients yet."} <= texts
