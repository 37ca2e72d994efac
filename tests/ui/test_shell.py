from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from npsgui.app.settings import Settings
from npsgui.model.entities import GLOBAL_KEY, Alternative
from npsgui.model.views import Usage
from npsgui.tasks import spawn
from npsgui.ui.crash import CrashDialog, CrashWatch
from npsgui.ui.delegates import bar_width
from npsgui.ui.facts import Fact
from npsgui.ui.icons import icon
from npsgui.ui.notices import NoticeBar
from npsgui.ui.sentences import Sentences
from npsgui.ui.sidebar import Page, Sidebar, StateFilter
from npsgui.ui.status_bar import StatusBar
from npsgui.ui.style import put_on, style_sheet
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import DARK, LIGHT, Colors, Theme
from tests.ui.fake_program import row


def test_choices_are_there_in_the_next_run_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\ntheme = "light"  # by day\nother = 1\n', "utf-8")
    settings = Settings(tmp_path)
    settings["theme"] = "dark"

    assert Settings(tmp_path)["theme"] == "dark"
    assert file.read_text("utf-8") == '# mine\ntheme = "dark"  # by day\nother = 1\n'


def test_broken_settings_cost_the_choices_and_not_the_start(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("theme = ", "utf-8")
    (tmp_path / "window.json").write_text("[", "utf-8")
    settings = Settings(tmp_path)

    assert settings["theme"] == "system"
    assert settings.layout("clients") is None


def test_layouts_are_there_in_the_next_run(tmp_path: Path) -> None:
    Settings(tmp_path).keep_layout({"clients": {"sort": "name"}})
    Settings(tmp_path).keep_layout({"tunnels": {"sort": "port"}})

    assert Settings(tmp_path).layout("clients") == {"sort": "name"}


def test_the_style_sheet_has_no_colour_of_its_own_and_names_none_that_there_is_not() -> None:
    sheet = style_sheet()

    assert "@" not in sheet
    assert not re.search(r"#[0-9A-Fa-f]{6}", sheet)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_what_an_empty_field_says_is_as_legible_as_a_hint(
    qapp: QApplication, qtbot: QtBot, colors: Colors
) -> None:
    qapp.setStyleSheet(style_sheet())
    put_on(qapp, colors)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.ensurePolished()
    said = field.palette().placeholderText().color().name()
    qapp.setStyleSheet("")

    assert said == colors.muted.lower()


@pytest.mark.parametrize(("cell", "bar"), [(400, 84), (271, 57), (200, 48), (120, 38), (60, 10)])
def test_the_bar_of_a_quota_gives_way_to_its_bytes(cell: int, bar: int) -> None:
    assert bar_width(cell) == bar


def test_the_caption_of_a_fact_stays_at_its_top(qtbot: QtBot) -> None:
    low, high = Fact("Inlet"), Fact("Inlet")
    for fact, height in ((low, 60), (high, 80)):
        qtbot.addWidget(fact)
        fact.resize(200, height)
        fact.show()
    places = [[label.y() for label in fact.findChildren(QLabel)] for fact in (low, high)]

    assert places[0] == places[1]


def test_icons_follow_the_theme(qtbot: QtBot) -> None:
    theme = Theme()
    light = icon("plus", theme.colors.text).pixmap(18, 18).toImage()
    theme.set_dark(True)

    assert icon("plus", theme.colors.text).pixmap(18, 18).toImage() != light


def test_notices_wait_for_each_other_and_none_is_told_twice(qtbot: QtBot) -> None:
    bar = NoticeBar(Theme())
    qtbot.addWidget(bar)
    for sentence in ("one", "two", "one"):
        bar.tell(sentence)
    assert bar.text == "one"
    bar.dismiss()
    assert bar.text == "two"
    bar.dismiss()

    assert bar.text == ""
    assert bar.isHidden()


def test_a_filter_is_chosen_and_let_go_by_clicking_it(qtbot: QtBot) -> None:
    sidebar = Sidebar(Theme(), QMenu())
    qtbot.addWidget(sidebar)
    chosen: list[StateFilter | None] = []
    sidebar.filter_chosen.connect(chosen.append)
    sidebar.show_counts({Page.CLIENTS: 2}, {StateFilter.STOPPED: 1})
    doors = {door.accessibleName(): door for door in sidebar.findChildren(QPushButton)}
    door = doors["Stopped or expired"]
    door.click()
    door.click()

    assert chosen == [StateFilter.STOPPED, None]
    assert door.accessibleDescription() == "1"


def test_a_filter_carries_a_sign_and_gives_way_to_its_number(qtbot: QtBot, app: QApplication) -> None:
    app.setStyleSheet(style_sheet())
    sidebar = Sidebar(Theme(), QMenu())
    qtbot.addWidget(sidebar)
    sidebar.show_page(Page.CLIENTS, filters=True)
    sidebar.show()
    doors = {door.accessibleName(): door for door in sidebar.findChildren(QPushButton)}
    door = doors["Stopped or expired"]
    for count, begin in ((9, "Stopped or expired"), (10_000, "Stopped"), (9, "Stopped or expired")):
        sidebar.show_counts({}, dict.fromkeys(StateFilter, count))
        number = door.findChild(QLabel)
        assert number is not None
        assert number.text() == f"{count:,}"
        assert door.text().startswith(begin)
        assert door.sizeHint().width() + number.sizeHint().width() <= door.width()
        assert door.accessibleName() == "Stopped or expired"
    assert not door.icon().isNull()


async def _fail() -> None:
    raise ZeroDivisionError("by nothing")


def test_one_cause_of_a_crash_is_reported_once(qtbot: QtBot) -> None:
    watch = CrashWatch()
    reports: list[str] = []
    watch.crashed.connect(reports.append)

    async def body() -> None:
        watch.install(asyncio.get_running_loop())
        for _ in range(3):
            await asyncio.wait([spawn(_fail(), "failing")])
            await asyncio.sleep(0)

    before = sys.excepthook
    try:
        asyncio.run(body())
    finally:
        sys.excepthook = before

    assert len(reports) == 1
    assert "by nothing" in reports[0]


def test_a_crash_report_can_be_copied(qtbot: QtBot) -> None:
    dialog = CrashDialog("what fell")
    qtbot.addWidget(dialog)
    next(found for found in dialog.findChildren(QPushButton) if found.text() == "Copy report").click()

    assert QGuiApplication.clipboard().text() == "what fell"


def test_the_rates_ask_for_the_limits_and_never_shrink(qtbot: QtBot) -> None:
    bar = StatusBar(Theme(), Sentences())
    qtbot.addWidget(bar)
    everything = row(GLOBAL_KEY)._replace(inlet_now=1_000_000.0, inlet_rate=2 * 1024**2)
    bar.show_flow(everything, 3, Usage(0, 1024, 0))
    rates = next(found for found in bar.findChildren(QPushButton))
    wide = rates.sizeHint().width()
    bar.show_flow(row(GLOBAL_KEY), 3, Usage(0, 0, 0))

    assert rates.sizeHint().width() == wide
    with qtbot.waitSignal(bar.limits_asked):
        rates.click()


def test_a_tab_that_goes_gives_way_to_the_first(qtbot: QtBot) -> None:
    tabs = Tabs({"a": "Alpha", "b": "Beta"})
    qtbot.addWidget(tabs)
    tabs.choose("b")
    tabs.show_count("b", 1200)
    assert tabs.findChildren(QPushButton)[1].text() == "Beta  1,200"

    with qtbot.waitSignal(tabs.chosen) as chosen:
        tabs.show_tab("b", False)
    assert chosen.args == ["a"]
    assert tabs.current == "a"


def test_a_click_switches_the_alternative_limits_and_the_menu_has_the_schedule(
    qtbot: QtBot,
) -> None:
    bar = StatusBar(Theme(), Sentences())
    qtbot.addWidget(bar)
    switch = bar.alternative
    chosen: list[Alternative] = []
    switch.chosen.connect(chosen.append)
    switch.show_alternative(False, Alternative.OFF)
    switch.click()
    switch.show_alternative(True, Alternative.SCHEDULE)
    assert (switch.text(), switch.isChecked()) == ("alternative limits, by schedule", True)
    switch.click()
    menu = switch.findChild(QMenu)
    assert menu is not None
    assert [action.isChecked() for action in menu.actions()] == [False, False, True]
    menu.actions()[1].trigger()

    assert chosen == [Alternative.ON, Alternative.OFF, Alternative.ON]
