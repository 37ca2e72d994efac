"""What is seen of a chart, saved as numbers and as a picture."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import Sample, Step, Usage
from npsgui.ui.chart.bar import ChartBar
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import History, Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.marks import Mark
from npsgui.ui.chart.saver import Format, SaveDialog
from npsgui.ui.chart.sheet import Rows, Sheet, as_csv, as_json
from npsgui.ui.chart.stack import Stack
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.theme import Theme
from tests.ui.fake_program import NOW, FakeProgram, row

ONE = OwnerKey(OwnerKind.CLIENT, 1)
MINUTE = int(NOW) // 60 * 60
LARGE = 2**53 + 1
"""What a float would round."""


@pytest.fixture
def bar(chart: TrafficChart) -> ChartBar:
    feed = ChartFeed(FakeProgram(row(ONE, remark="home/nas")), chart, clock=lambda: NOW)
    feed.owner = ONE
    made = ChartBar(Theme(), chart, feed, chart)
    chart.set_range(Range.HOUR)
    first = MINUTE - 7200
    usages = [Usage(first, 1, 1), Usage(MINUTE - 120, LARGE, 2), Usage(MINUTE - 60, 3, 4)]
    history = History.of(first, NOW, Step.MINUTE, usages, [(MINUTE - 1800, MINUTE + 60)])
    web = History.of(first, NOW, Step.MINUTE, [Usage(MINUTE - 60, 3, 0)], [])
    chart.show_history(history, Stack({"web": web}))
    feed._rest.stop()
    return made


def test_csv_holds_what_is_seen_exactly(bar: ChartBar) -> None:
    head, *rows = csv.reader(io.StringIO(as_csv(bar.saver.sheet())))

    assert head == ["start_utc", "start_local", "seconds", "inlet", "export", "web", "others"]
    assert [line[2:] for line in rows] == [
        ["60", str(LARGE), "2", "0", str(LARGE + 2)],
        ["60", "3", "4", "3", "4"],
    ]
    utc, local = (datetime.fromisoformat(text) for text in rows[0][:2])
    assert rows[0][0].endswith("Z")
    assert utc == local
    assert utc.timestamp() == MINUTE - 120


def test_json_holds_gaps_and_events_too(bar: ChartBar, chart: TrafficChart) -> None:
    chart.pointer.show_marks([Mark(NOW - 100, "square", "bad", "cut", "cut at 7,000 bytes")])
    told = json.loads(as_json(bar.saver.sheet()))

    assert [told[key] for key in ("owner", "name", "unit", "seconds")] == [
        "client 1",
        "home/nas",
        "bytes",
        60,
    ]
    assert told["buckets"][0]["inlet"] == LARGE
    assert told["buckets"][1]["parts"] == {"web": 3, "others": 4}
    assert [event["text"] for event in told["events"]] == ["cut at 7,000 bytes"]
    assert datetime.fromisoformat(told["not_running"][0]["until"]).timestamp() == MINUTE - 1800


def test_live_samples_are_saved_as_rates(bar: ChartBar, chart: TrafficChart) -> None:
    chart.set_range(Range.LIVE)
    chart.show_live([Sample(NOW - 1, 10.4, 20.6), Sample(NOW, 30.0, 40.0)])
    lines = as_csv(bar.saver.sheet()).splitlines()

    assert lines[0] == "start_utc,start_local,seconds,inlet_per_second,export_per_second"
    assert [line.split(",")[2:] for line in lines[1:]] == [["1", "10", "21"], ["1", "30", "40"]]


def test_a_name_is_no_formula() -> None:
    rows = Rows(60, False, [0], [1], [2], {"=cmd()": [3]})
    text = as_csv(Sheet(owner="client 1", name="", since=0, until=60, rows=rows))

    assert text.splitlines()[0].endswith(",'=cmd()")


def test_a_chart_is_saved_where_the_user_says_and_replaces_only_what_he_agrees_to(
    bar: ChartBar, chart: TrafficChart, tmp_path: Path
) -> None:
    place = tmp_path / "mine.png"
    place.write_bytes(b"before")

    async def save(agree: bool) -> None:
        saving = bar.saver.save_as(Format.PNG)
        await asyncio.sleep(0)
        (dialog,) = chart.findChildren(SaveDialog)
        name = dialog.findChild(QLineEdit)
        assert isinstance(name, QLineEdit)
        assert name.text().startswith("home-nas-2026-")
        name.setText(str(place))
        dialog.accept()
        await asyncio.sleep(0)
        (question,) = chart.findChildren(ConfirmDialog)
        wanted = {True: "Replace", False: "Cancel"}[agree]
        next(button for button in question.findChildren(QPushButton) if button.text() == wanted).click()
        await saving
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    asyncio.run(save(False))
    assert place.read_bytes() == b"before"
    asyncio.run(save(True))
    image = QImage(str(place))
    assert (image.width(), image.height()) == (2 * (800 + 32), 2 * (300 + 60))


def test_what_cannot_be_saved_is_told(bar: ChartBar, tmp_path: Path) -> None:
    told: list[str] = []
    bar.saver.failed.connect(told.append)
    asyncio.run(bar.saver.write(tmp_path / "no" / "chart.png", b""))

    assert told == [f"There is no folder {tmp_path / 'no'}."]


def test_control_c_copies_the_picture(bar: ChartBar, chart: TrafficChart) -> None:
    QTest.keyClick(chart.plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = QGuiApplication.clipboard().image()

    assert image.width() == 2 * (800 + 32)
    assert image.pixelColor(4, 4).name().upper() == Theme().colors.surface
