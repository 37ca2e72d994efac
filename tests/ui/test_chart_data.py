from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.units import BITS, IEC, SI, Scale
from npsgui.model.views import Sample, Step, Usage
from npsgui.ui.chart.axes import time_ticks
from npsgui.ui.chart.data import History, View, bucket_start, fitting_step, gaps
from npsgui.ui.chart.lines import Lines
from npsgui.ui.chart.scales import Linear, Logarithmic, value_step, value_top

DAY = 86400


@pytest.fixture
def in_shanghai() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


def test_wider_bars_hold_every_byte() -> None:
    usages = [Usage(60 * i, i, 2 * i) for i in range(5000) if i % 7]
    history = History.of(0, 300_000, Step.MINUTE, usages, [(0, 300_000)])

    for width in (60, 600, 3600, 21600, DAY, 7 * DAY):
        bars = history.buckets(width)
        assert bars.inlet.sum() == sum(usage.inlet for usage in usages)
        assert bars.export.sum() == sum(usage.export for usage in usages)


@pytest.mark.usefixtures("in_shanghai")
def test_a_days_bar_begins_at_local_midnight() -> None:
    midnight = bucket_start(1_795_440_000, DAY)
    usages = [Usage(midnight - 60, 1, 0), Usage(midnight, 2, 0), Usage(midnight + 3600, 4, 0)]

    bars = History.of(midnight - DAY, midnight + DAY, Step.MINUTE, usages, []).buckets(DAY)

    assert time.localtime(midnight).tm_hour == 0
    assert bars.starts.tolist() == [midnight - DAY, midnight]
    assert bars.inlet.tolist() == [1, 6]


def test_minutes_without_a_flush_are_gaps_and_quiet_minutes_are_not() -> None:
    assert gaps([(0, 120), (300, 600)], 0, 900) == [(120, 300.0), (600.0, 900)]
    assert gaps([(0, 900)], 0, 900) == []


def test_history_is_continued_with_its_gaps() -> None:
    older = History.of(0, 600, Step.MINUTE, [Usage(0, 1, 0), Usage(540, 2, 0)], [(0, 300), (480, 540)])
    newer = History.of(540, 900, Step.MINUTE, [Usage(540, 5, 0), Usage(780, 7, 0)], [(720, 900)])

    joined = older.continued(newer)

    assert (joined.since, joined.until) == (0, 900)
    assert joined.buckets(60).starts.tolist() == [0, 540, 780]
    assert joined.buckets(60).inlet.tolist() == [1, 5, 7]
    assert joined.gaps == [(300, 480), (540, 720)]


def test_minutes_are_shown_only_while_they_are_kept() -> None:
    assert fitting_step(View(1000, 1000 + DAY), 1000) is Step.MINUTE
    assert fitting_step(View(999, 999 + DAY), 1000) is Step.HOUR
    assert fitting_step(View(1000, 1000 + 4 * DAY), 0) is Step.HOUR


def test_a_line_breaks_where_samples_are_missing() -> None:
    lines = Lines.of([Sample(10, 1, 1), Sample(11, 2, 2), Sample(20, 3, 3)])

    assert np.isnan(lines.inlet).tolist() == [False, False, True, False]
    assert lines.at(15) is None
    assert lines.at(19.6) == Sample(20, 3, 3)


def test_the_view_stays_within_its_limits() -> None:
    limits = View(0, 1000)

    assert View(500, 600).panned(9999, limits) == View(900, 1000)
    assert View(500, 600).panned(-9999, limits) == View(0, 100)
    assert View(500, 600).zoomed(100, 550, limits, 10) == limits
    assert View(500, 600).zoomed(0.001, 550, limits, 10) == View(545, 555)


def test_zooming_keeps_the_time_under_the_pointer() -> None:
    assert View(500, 600).zoomed(0.5, 520, View(0, 1000), 10) == View(510, 560)


@pytest.mark.parametrize("peak", [0, 1, 900, 1023, 1025, 3 * 1024**2, 700 * 1024**2, 1.5 * 1024**4])
def test_value_lines_are_few_and_reach_over_the_peak(peak: float) -> None:
    top = value_top(peak)

    assert top >= peak
    assert 1 <= top / value_step(top) <= 6


@pytest.mark.parametrize(
    ("peak", "units", "labels"),
    [
        (1400 * 1024, IEC, ["0", "0.5 MiB", "1 MiB", "1.5 MiB"]),
        (1400 * 1000, SI, ["0", "0.5 MB", "1 MB", "1.5 MB"]),
        (1400 * 125, BITS, ["0", "0.5 Mbit", "1 Mbit", "1.5 Mbit"]),
        (340 * 1024**3, IEC, ["0", "100 GiB", "200 GiB", "300 GiB", "400 GiB"]),
        (900 * 1024, IEC, ["0", "200 KiB", "400 KiB", "600 KiB", "800 KiB", "1000 KiB"]),
    ],
)
def test_value_labels_are_even_in_the_unit_of_the_highest(
    peak: float, units: Scale, labels: list[str]
) -> None:
    scale = Linear(units=units)

    assert scale.texts(scale.lines(scale.top(peak))) == labels


@given(st.floats(0, 1e15), st.integers(1, 5), st.sampled_from([IEC, SI, BITS]))
def test_the_highest_value_label_is_below_a_thousand_and_stands_at_the_top(
    peak: float, most: int, units: Scale
) -> None:
    scale = Linear(most, units)
    top = scale.top(peak)
    lines = scale.lines(top)
    number, unit = scale.texts(lines)[-1].split()

    assert lines[-1] == pytest.approx(top)
    assert len(lines) <= most + 1
    assert float(number) < units.base
    assert len(set(scale.texts(lines))) == len(lines)
    assert float(number) * units.base ** units.names.index(unit) == pytest.approx(top * units.in_byte)


@pytest.mark.usefixtures("in_shanghai")
def test_ticks_stand_on_natural_local_times() -> None:
    at = 1_795_440_000.0 + 1234
    step, minutes = time_ticks(at, at + 3600, 950)
    assert step == 300
    assert all(time.localtime(tick).tm_min % 5 == 0 and tick % 60 == 0 for tick in minutes)

    _, days = time_ticks(at, at + 20 * DAY, 900)
    assert all(time.localtime(tick)[3:6] == (0, 0, 0) for tick in days)

    _, months = time_ticks(at - 365 * DAY, at, 900)
    assert {time.localtime(tick).tm_mday for tick in months} == {1}


@pytest.mark.parametrize("peak", [300.0, 5 * 1024.0, 3 * 1024.0**2, 700 * 1024.0**3])
def test_a_logarithmic_axis_reaches_over_the_peak_with_few_lines(peak: float) -> None:
    scale = Logarithmic.of(peak, 5)
    top = scale.top(peak)

    assert scale.drawn(np.array([peak]))[0] <= top
    assert 2 <= len(scale.lines(top)) <= 6
    assert scale.texts(scale.lines(top))[0] in ("1 B", "1 KiB")


def test_ten_times_the_bytes_stand_a_step_higher() -> None:
    low, middle, high = Logarithmic().drawn(np.array([10_240, 102_400, 1_024_000])).tolist()

    assert high - middle == pytest.approx(middle - low)
