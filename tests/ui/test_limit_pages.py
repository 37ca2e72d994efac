from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from npsgui.model.entities import Alternative, Everything, Limits
from npsgui.model.hours import NEVER, parse_week
from npsgui.tasks import spawn
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.inputs import Choice
from npsgui.ui.limit_input import RATES, LimitInput
from npsgui.ui.limits_dialog import LimitsDialog
from npsgui.ui.tabs import Tabs
from npsgui.ui.theme import Theme
from npsgui.ui.week_input import WeekInput
from tests.ui.client_form import LAB, Desk, apply_button, edit, limit_of, said


def write(dialog: ClientDialog | LimitsDialog, word: str, text: str) -> None:
    """Type into a limit's number."""
    found = dialog.input_of(word)
    assert isinstance(found, LimitInput)
    found.amount.lineEdit().setText(text)


def week_of(dialog: ClientDialog | LimitsDialog, word: str) -> WeekInput:
    found = dialog.input_of(word)
    assert isinstance(found, WeekInput)
    return found


def test_a_ladder_goes_in_and_comes_out(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        write(dialog, "warn", "70")
        write(dialog, "throttle_at", "90")
        assert not apply_button(dialog).isEnabled()  # to what rate?
        write(dialog, "throttle_rate", "2")
        assert {
            "From 7 GiB on it is shown as near its quota",
            "At 9 GiB; open connections go on, slower",
            "At 10 GiB it is cut: to the byte, live connections too",
        } <= set(said(dialog, "hint"))
        dialog.accept()

    applied = edit(qtbot, Desk(), act)
    assert applied == replace(
        LAB, limits=replace(LAB.limits, warn=70, throttle_at=90, throttle_rate=2 * 1024**2)
    )


def test_a_throttle_that_is_reached_already_says_so(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        write(dialog, "throttle_rate", "2")
        write(dialog, "throttle_at", "10")
        assert said(dialog, "warn") == [
            "1.0 GiB are used already: it is throttled at once, and nobody is cut off."
        ]
        dialog.reject()

    edit(qtbot, Desk(), act)


def test_what_is_wrong_on_another_page_is_said_below(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        write(dialog, "warn", "101")
        assert not apply_button(dialog).isEnabled()
        assert any(text.startswith("Warn from: ") for text in said(dialog, "bad"))
        dialog.reject()

    edit(qtbot, Desk(), act)


def test_hours_that_are_not_now_warn_and_apply(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        hours = week_of(dialog, "hours")
        hours.line.setText("never")
        assert not apply_button(dialog).isEnabled()
        hours.line.setText("mo-fr 8-18")
        dialog.accept()

    applied = edit(qtbot, Desk(), act)
    assert applied == replace(LAB, hours=parse_week("mo-fr 08:00-18:00"))


def test_alternatives_are_as_usual_until_something_is_written(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        assert limit_of(dialog, "alt_rate").text() == "usual"
        assert limit_of(dialog, "alt_rate").amount.lineEdit().placeholderText() == "as usual"
        write(dialog, "alt_rate", "unlimited")
        write(dialog, "alt_connections", "7")
        assert "unlimited in place of 512 KiB/s" in said(dialog, "hint")
        dialog.accept()

    applied = edit(qtbot, Desk(), act)
    assert applied is not None
    assert applied.limits == replace(LAB.limits, alt_rate=0, alt_connections=7)


@pytest.mark.parametrize(("text", "shown"), [("usual", ""), ("0", "unlimited"), ("512KiB/s", "512")])
def test_an_alternative_comes_out_as_it_went_in(qtbot: QtBot, text: str, shown: str) -> None:
    found = LimitInput(text, RATES, none="usual")
    qtbot.addWidget(found)

    assert found.amount.text() == shown
    assert found.text() == (shown if text == "0" else text)


def test_the_global_dialog_switches_alternatives_by_schedule(qtbot: QtBot) -> None:
    program = Desk()

    def act(dialog: LimitsDialog) -> None:
        tabs = dialog.findChildren(Tabs)[0]
        tabs.choose(2)
        hours = week_of(dialog, "alternative_hours")
        assert hours.isHidden()
        choose(dialog, Alternative.SCHEDULE)
        assert not hours.isHidden()
        assert not apply_button(dialog).isEnabled()  # what schedule?
        hours.line.setText("22-6")
        assert apply_button(dialog).isEnabled()
        dialog.accept()

    ask_about_everything(qtbot, program, act)
    (applied,) = program.put_in
    assert isinstance(applied, Everything)
    assert applied.alternative is Alternative.SCHEDULE
    assert applied.alternative_hours == parse_week("22:00-06:00") != NEVER
    assert applied.limits == Limits(connections=10_000)


def choose(dialog: LimitsDialog, wanted: Alternative) -> None:
    found = dialog.input_of("alternative")
    assert isinstance(found, Choice)
    found.setCurrentIndex(found.findData(wanted))


def ask_about_everything(qtbot: QtBot, program: Desk, act: Callable[[LimitsDialog], None]) -> None:
    dialog = LimitsDialog(program, Theme())  # type: ignore[arg-type]  # the part of Program it needs
    qtbot.addWidget(dialog)

    async def body() -> None:
        asked = spawn(dialog.ask(), "dialog")
        await asyncio.sleep(0)
        act(dialog)
        await asked

    asyncio.run(body())
