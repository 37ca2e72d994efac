from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import State
from npsgui.ui.detail import DetailPane
from npsgui.ui.theme import Theme
from tests.ui.chart_program import FakeProgram, row

ONE = OwnerKey(OwnerKind.CLIENT, 1)

# what the offscreen platform says of every window
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def program() -> FakeProgram:
    return FakeProgram(row(ONE, remark="home-nas", quota=10_000))


@pytest.fixture
def pane(qtbot: QtBot, program: FakeProgram) -> DetailPane:
    made = DetailPane(program, Theme())
    qtbot.addWidget(made)
    made.resize(1000, 360)
    with qtbot.waitExposed(made):
        made.show()
    return made


def texts(pane: DetailPane) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]


def test_without_an_owner_it_says_what_to_do(pane: DetailPane) -> None:
    assert texts(pane) == ["Choose a row to see its traffic."]


def test_it_shows_the_owners_facts_exactly(pane: DetailPane) -> None:
    pane.show_owner(ONE)

    assert {"home-nas", "2.9 KiB", "3,000 B", "3.9 KiB", "4,000 B", "70 %", "6.8 KiB of 9.8 KiB"} <= set(
        texts(pane)
    )
    assert pane.chart.legend.sentence() == "2.9 KiB of 9.8 KiB left"


def test_a_cut_is_told_in_words(pane: DetailPane, program: FakeProgram) -> None:
    program.rows[ONE] = replace(program.rows[ONE], state=State.OVER_QUOTA, quota=7000)
    pane.show_owner(ONE)

    assert pane.chart.legend.sentence() == "Cut at 6.8 KiB: new connections are refused."


def test_a_share_just_below_the_quota_is_not_rounded_up(pane: DetailPane, program: FakeProgram) -> None:
    program.rows[ONE] = replace(program.rows[ONE], used=99_999, quota=100_000)
    pane.show_owner(ONE)

    assert "99 %" in texts(pane)


def test_an_owner_that_was_removed_is_let_go(pane: DetailPane, program: FakeProgram) -> None:
    pane.show_owner(ONE)
    del program.rows[ONE]
    pane.refresh()

    assert texts(pane) == ["Choose a row to see its traffic."]
