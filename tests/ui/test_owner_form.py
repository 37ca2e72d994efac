from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from npsgui.model.entities import Client, Limits
from npsgui.model.errors import NotFound
from npsgui.ui.client_dialog import ClientDialog
from npsgui.ui.limit_hints import Hint, LimitHints, Measure, Use
from npsgui.ui.limit_input import BYTES, RATES, LimitInput, UnitChoice
from tests.ui.client_form import KEY, LAB, Desk, apply_button, edit, limit_of, said


def test_what_was_not_touched_comes_out_as_it_went_in(qtbot: QtBot) -> None:
    program = Desk()

    assert edit(qtbot, program, lambda dialog: dialog.accept()) == LAB
    assert program.put_in == [LAB]


def test_what_others_edited_meanwhile_is_kept(qtbot: QtBot) -> None:
    program = Desk()
    others = replace(LAB, enabled=False, limits=replace(LAB.limits, blocked=("203.0.113.7",), rate=1))

    def act(dialog: ClientDialog) -> None:
        program.configuration = program.configuration.with_owner(others)
        limit_of(dialog, "quota").amount.lineEdit().setText("")
        dialog.accept()

    edit(qtbot, program, act)
    assert program.put_in == [replace(others, limits=replace(others.limits, quota=0))]


def test_an_owner_that_was_removed_meanwhile_stays_removed(qtbot: QtBot) -> None:
    program = Desk()

    def act(dialog: ClientDialog) -> None:
        program.configuration = program.configuration.without(KEY)
        dialog.accept()

    with pytest.raises(NotFound):
        edit(qtbot, program, act)


def test_a_new_owner_takes_no_id_that_was_given_meanwhile(qtbot: QtBot) -> None:
    program = Desk()

    def act(dialog: ClientDialog) -> None:
        program.configuration = program.configuration.with_owner(Client(id=3, key="agents-own-key"))
        dialog.accept()

    made = edit(qtbot, program, act, owner=None)
    assert made is not None
    assert made.id == 4


def test_a_limit_that_is_cleared_is_none(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        limit_of(dialog, "quota").amount.lineEdit().setText("")
        dialog.accept()

    applied = edit(qtbot, Desk(), act)
    assert applied is not None
    assert applied.limits == Limits(quota=0, rate=512 * 1024)


def test_apply_is_off_and_the_reason_stands_beside_the_field(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        limit_of(dialog, "quota").amount.lineEdit().setText("much")
        assert said(dialog, "bad") == ["“much” is not a size; write it like 10GiB, 512KiB or 0."]
        assert not apply_button(dialog).isEnabled()
        limit_of(dialog, "quota").amount.lineEdit().setText("2")
        assert said(dialog, "bad") == []
        assert apply_button(dialog).isEnabled()
        dialog.reject()

    assert edit(qtbot, Desk(), act) is None


def test_a_limit_below_its_use_says_what_will_happen(qtbot: QtBot) -> None:
    def act(dialog: ClientDialog) -> None:
        limit_of(dialog, "quota").amount.lineEdit().setText("1")
        limit_of(dialog, "connections").amount.lineEdit().setText("30")
        assert said(dialog, "warn") == [
            "1.0 GiB are used already: it is cut at once.",
            "42 are open and stay; new ones are refused until fewer than 30 are left.",
        ]
        dialog.reject()

    edit(qtbot, Desk(), act)


@pytest.mark.parametrize(
    ("limit", "use", "hint"),
    [
        (0, Use(Measure.BYTES), Hint("No limit")),
        (0, Use(Measure.BYTES, 2048), Hint("2.0 KiB used so far")),
        (2048, Use(Measure.BYTES, 1024), Hint("2,048 bytes · 1.0 KiB used (50 %)")),
        (2048, Use(Measure.RATE, 1024), Hint("2,048 bytes/s · now 1.0 KiB/s")),
        (0, Use(Measure.CONNECTIONS), Hint("No limit")),
        (8, Use(Measure.CONNECTIONS), Hint("None now")),
        (2, Use(Measure.TUNNELS, 3), Hint("It has 3 and keeps them; it gets no new ones.", warns=True)),
    ],
)
def test_the_exact_limit_and_its_use_stand_beneath_it(qtbot: QtBot, limit: int, use: Use, hint: Hint) -> None:
    assert LimitHints().of(limit, use) == hint


@pytest.mark.parametrize(
    ("typed", "units", "text"),
    [
        ("1.5 GiB", BYTES, "1.5GiB"),
        ("20 M", BYTES, "20MiB"),
        ("7", BYTES, "7GiB"),
        ("512 KiB/s", RATES, "512KiB/s"),
        ("512kib", RATES, "512KiB/s"),
        ("", RATES, "0"),
        ("unlimited", BYTES, "unlimited"),
        ("10 MB", BYTES, "10 MB"),
        ("12", None, "12"),
        ("many", None, "many"),
    ],
)
def test_a_unit_that_is_typed_moves_into_its_box(
    qtbot: QtBot, typed: str, units: UnitChoice | None, text: str
) -> None:
    found = LimitInput("0", units)
    qtbot.addWidget(found)
    found.amount.lineEdit().setText(typed)
    found.amount.editingFinished.emit()

    assert found.text() == text


@pytest.mark.parametrize("text", ["10GiB", "1500B", "512KiB", "0", "3TiB"])
def test_a_limit_comes_out_as_it_went_in(qtbot: QtBot, text: str) -> None:
    found = LimitInput(text, BYTES)
    qtbot.addWidget(found)

    assert found.text() == text


def test_arrows_step_down_to_no_limit(qtbot: QtBot) -> None:
    found = LimitInput("2GiB", BYTES)
    qtbot.addWidget(found)
    with qtbot.waitExposed(found):
        found.show()
    for _ in range(3):
        QTest.keyClick(found.amount, Qt.Key.Key_Down)

    assert found.text() == "0"
    assert found.amount.lineEdit().placeholderText() == "unlimited"


def test_what_looks_like_markup_in_a_name_is_shown_as_it_is(qtbot: QtBot) -> None:
    formats: list[tuple[str, Qt.TextFormat]] = []

    def act(dialog: ClientDialog) -> None:
        titles = [label for label in dialog.findChildren(QLabel) if label.objectName() == "title"]
        formats.extend((title.text(), title.textFormat()) for title in titles)
        dialog.reject()

    edit(qtbot, Desk(), act, replace(LAB, remark="<b>lab</b>"))

    assert formats == [("Edit <b>lab</b>", Qt.TextFormat.PlainText)]
