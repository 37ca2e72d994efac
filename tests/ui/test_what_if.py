from __future__ import annotations

import asyncio
import time

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Limits, OwnerKey, OwnerKind
from npsgui.model.periods import parse_period
from npsgui.model.views import Usage
from npsgui.ui.theme import Theme
from npsgui.ui.what_if import WhatIf
from tests.ui.fake_program import FakeProgram, row

ONE = OwnerKey(OwnerKind.CLIENT, 1)
HOUR, DAY = 3600, 86400
GIB = 2**30


def client(quota: int = 0, rate: int = 0, period: str = "lifetime") -> Client:
    return Client(id=1, key="k", limits=Limits(quota=quota, rate=rate, period=parse_period(period)))


def considered(qtbot: QtBot, *owners: Client, usages: list[Usage]) -> WhatIf:
    """What is said in the end, when one owner after another stood in the form."""
    program = FakeProgram(row(ONE))
    program.configuration = Configuration(everything=Everything(timezone="UTC"), clients={1: client()})
    program.usages[ONE] = usages
    made = WhatIf(program, Theme())
    qtbot.addWidget(made)

    async def body() -> None:
        for owner in owners:
            made.consider(owner)
            made._rest.stop()
            made._asked += 1
            await made._work_out(made._asked, owner)

    asyncio.run(body())
    return made


def a_month(now: int) -> list[Usage]:
    """A GiB at each noon of the last 30 days, UTC."""
    today = now // DAY * DAY
    return [Usage(today - day * DAY + 12 * HOUR, GIB, 0) for day in range(29, 0, -1)]


def test_it_says_when_the_quota_would_have_cut(qtbot: QtBot) -> None:
    usages = a_month(int(time.time()))
    made = considered(qtbot, client(quota=10 * GIB), usages=usages)

    assert "with 10 GiB it would have been cut on" in made.text()
    assert made.text().endswith("at 12:00, refusing 19.0 GiB.")
    assert made.isVisibleTo(None)  # type: ignore[arg-type]  # of a widget without a parent


def test_a_quota_that_is_enough_would_not_have_cut(qtbot: QtBot) -> None:
    made = considered(qtbot, client(quota=2 * GIB), client(quota=99 * GIB), usages=a_month(int(time.time())))

    assert made.text().endswith("29.0 GiB were carried, and it would not have been cut.")


def test_a_rate_is_told_by_how_long_it_slows_down(qtbot: QtBot) -> None:
    made = considered(qtbot, client(rate=GIB // 120), usages=a_month(int(time.time())))

    assert made.text().endswith("For 29 min of them the rates would have held something back.")


def test_of_who_carried_nothing_it_says_nothing(qtbot: QtBot) -> None:
    assert considered(qtbot, client(quota=5), usages=[]).isHidden()


def test_it_looks_at_the_last_whole_period_first(qtbot: QtBot) -> None:
    yesterday = int(time.time()) // DAY * DAY - DAY
    usages = [Usage(yesterday + 3 * HOUR, 4 * GIB, 0)]
    made = considered(qtbot, client(quota=GIB, period="daily"), usages=usages)

    assert "at 03:00, refusing 3.0 GiB" in made.text()


def test_the_part_above_the_quota_is_in_the_colour_of_refusal(qtbot: QtBot) -> None:
    made = considered(qtbot, client(quota=10 * GIB), usages=a_month(int(time.time())))
    made.resize(500, 140)
    picture = made._bars.grab().toImage()
    last = picture.width() - picture.width() // 60

    assert picture.pixelColor(last, 10) == QColor(Theme().colors.bad)
    assert picture.pixelColor(last, picture.height() - 4) == QColor(Theme().colors.accent)
