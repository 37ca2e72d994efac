from __future__ import annotations

import pytest
from PySide6.QtCore import QDateTime, QTimeZone
from pytestqt.qtbot import QtBot

from npsgui.ui.expiry_input import ExpiryInput


@pytest.mark.parametrize("text", ["never", "2026-12-31T23:59:07Z", "1999-01-01T00:00:00Z"])
def test_what_was_not_touched_comes_out_as_it_went_in(qtbot: QtBot, text: str) -> None:
    made = ExpiryInput(text)
    qtbot.addWidget(made)

    assert made.text() == text


def test_a_time_is_offered_and_told_in_utc(qtbot: QtBot) -> None:
    made = ExpiryInput("never")
    qtbot.addWidget(made)
    assert made.moment.isHidden()
    made.choice.setCurrentIndex(1)
    assert not made.moment.isHidden()
    made.moment.setDateTime(QDateTime.fromSecsSinceEpoch(1_800_000_000, QTimeZone.utc()).toLocalTime())

    assert made.text() == "2027-01-15T08:00:00Z"
    made.choice.setCurrentIndex(0)
    assert made.text() == "never"
