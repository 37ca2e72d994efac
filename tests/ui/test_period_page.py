"""The page of a dialog that says what the quota covers, and what its running period is credited with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from npsgui.model.periods import Period, parse_period
from npsgui.tasks import spawn
from npsgui.ui.balance import Balance
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.inputs import Choice
from npsgui.ui.period_input import PeriodInput
from npsgui.ui.theme import Theme
from tests.ui.client_form import KEY, LAB, Desk, apply_button, said

GIB = 2**30


def edit(qtbot: QtBot, program: Desk, act: Callable[[ClientDialog], None], at: str = "") -> None:
    """Open the dialog on the client, and ``act`` once the ledger has answered."""
    dialog = ClientDialog(program, Theme(), None, at)  # type: ignore[arg-type]  # the part it needs
    qtbot.addWidget(dialog)

    async def body() -> None:
        asked = spawn(dialog.ask(LAB), "dialog")
        for _ in range(3):
            await asyncio.sleep(0)
        QApplication.processEvents()  # what came with the answer is shown
        act(dialog)
        await asked

    asyncio.run(body())


def period_of(dialog: ClientDialog) -> PeriodInput:
    found = dialog.input_of("period")
    assert isinstance(found, PeriodInput)
    return found


def balance_of(dialog: ClientDialog) -> Balance:
    [found] = dialog.findChildren(Balance)
    return found


def choose(choice: Choice, value: str) -> None:
    choice.setCurrentIndex(choice.findData(value))


@pytest.mark.parametrize(
    "text",
    [
        "lifetime",
        "daily 06:00",
        "weekly sun 23:00 UTC",
        "monthly 31 06:00 Asia/Shanghai",
        "monthly 1 America/Argentina/Ushuaia",
        "every 10 2026-01-31",
    ],
)
def test_a_period_comes_out_as_it_went_in(qtbot: QtBot, text: str) -> None:
    found = PeriodInput(text, "")
    qtbot.addWidget(found)

    assert parse_period(found.text()) == parse_period(text)


def test_only_what_the_kind_of_period_has_is_shown(qtbot: QtBot) -> None:
    found = PeriodInput("lifetime", "")
    qtbot.addWidget(found)

    def shown() -> list[str]:
        names = ("weekday", "day", "days", "first", "hour", "zone")
        return [name for name in names if not getattr(found, name).isHidden()]

    assert shown() == []
    choose(found.every, "weekly")
    assert shown() == ["weekday", "hour", "zone"]
    choose(found.every, "monthly")
    assert shown() == ["day", "hour", "zone"]
    choose(found.every, "every")
    assert shown() == ["days", "first", "hour", "zone"]


def test_a_period_and_what_it_is_credited_with_are_applied_together(qtbot: QtBot) -> None:
    program = Desk()

    def act(dialog: ClientDialog) -> None:
        choose(period_of(dialog).every, "monthly")
        period_of(dialog).day.setValue(31)
        assert any("A month without day 31 begins on its last" in text for text in said(dialog, "hint"))
        balance_of(dialog).input_of("opening").amount.lineEdit().setText("3")
        # 10 GiB, of which one is used
        assert "On top of the quota, in this period only · 6.0 GiB left then" in said(dialog, "hint")
        dialog.accept()

    edit(qtbot, program, act)
    assert [owner.limits.period for owner in program.put_in] == [parse_period("monthly 31")]
    assert program.adjusted == [(KEY, 3 * GIB, 0)]


def test_what_is_credited_already_stands_there_and_is_left_alone(qtbot: QtBot) -> None:
    program = Desk()
    program.past[KEY] = [Period(0, None, 0, 0, opening=2 * GIB, top_up=5 * GIB)]

    def act(dialog: ClientDialog) -> None:
        assert balance_of(dialog).input_of("opening").text() == "2GiB"
        assert balance_of(dialog).input_of("top_up").text() == "5GiB"
        dialog.accept()

    edit(qtbot, program, act)
    assert program.adjusted == []


def test_a_balance_that_cannot_be_read_keeps_the_form_from_being_applied(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        balance_of(dialog).input_of("top_up").amount.lineEdit().setText("much")
        assert not apply_button(dialog).isEnabled()
        wrong = "“much” is not a size; write it like 10GiB, 512KiB or 0."
        assert said(dialog, "bad") == [wrong, wrong]  # beside it, and below: it is on another page
        dialog.reject()

    edit(qtbot, Desk(), act)


@pytest.mark.parametrize("word", ["period", "expires", "top_up"])
def test_a_dialog_begins_at_the_word_that_is_wanted(qtbot: QtBot, word: str) -> None:
    def act(dialog: ClientDialog) -> None:
        wanted = balance_of(dialog).input_of(word) if word == "top_up" else dialog.input_of(word)
        assert isinstance(wanted, QWidget)
        assert wanted.isVisible()
        dialog.reject()

    edit(qtbot, Desk(), act, at=word)
