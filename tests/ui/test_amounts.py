"""The units that the user has chosen hold at once: in sentences, hints, and what limits are edited in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from npsgui.model.units import Measured, Units, parse_bytes, parse_rate
from npsgui.model.views import Sentence
from npsgui.ui import amounts
from npsgui.ui.limit_hints import LimitHints, Measure, Use
from npsgui.ui.limit_input import BYTES, RATES, LimitInput
from npsgui.ui.sentences import Sentences


@pytest.fixture(params=list(Units))
def units(request: pytest.FixtureRequest) -> Iterator[Units]:
    """Each in turn; then those of before."""
    wanted: Units = request.param
    amounts.show_in(wanted)
    yield wanted
    amounts.show_in(Units.IEC)


def test_a_sentence_of_the_model_is_told_in_them(qtbot: QtBot, units: Units) -> None:
    said = Sentence("{left} left, {rate}", (("left", Measured(1_500_000)), ("rate", Measured(125_000, True))))

    assert (
        Sentences().of(said)
        == {
            Units.IEC: "1.4 MiB left, 122.1 KiB/s",
            Units.SI: "1.5 MB left, 125 kB/s",
            Units.BITS: "1.5 MB left, 1 Mbit/s",
        }[units]
    )


def test_a_hint_beneath_a_limit_is_told_in_them(qtbot: QtBot, units: Units) -> None:
    hint = LimitHints().of(0, Use(Measure.RATE, 125_000))

    assert hint.text.endswith(amounts.format_rate(125_000))
    assert ("bit" in hint.text) is (units is Units.BITS)


@pytest.mark.parametrize("text", ["10MiB", "10GiB", "12500000", "1", "0"])
def test_a_limit_is_edited_in_them_and_comes_out_as_it_went_in(qtbot: QtBot, units: Units, text: str) -> None:
    size, rate = LimitInput(text, BYTES), LimitInput(text, RATES)
    qtbot.addWidget(size)
    qtbot.addWidget(rate)

    assert parse_bytes(size.text()) == parse_bytes(text)
    assert parse_rate(rate.text()) == parse_bytes(text)
    assert size.unit is not None
    assert rate.unit is not None
    assert ("GiB" if units is Units.IEC else "GB") == size.unit.itemText(3)
    assert rate.unit.itemText(2) == {Units.IEC: "MiB/s", Units.SI: "MB/s", Units.BITS: "Mbit/s"}[units]
