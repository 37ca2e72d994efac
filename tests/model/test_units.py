from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.errors import FieldError
from npsgui.model.units import (
    BITS,
    SI,
    Measured,
    Units,
    format_bytes,
    format_exact,
    format_exact_in,
    format_limit,
    format_rate,
    format_rate_limit,
    format_time,
    parse_bytes,
    parse_rate,
    parse_time,
)

LARGEST = 2**63 - 1
COUNTS = st.integers(0, LARGEST) | st.integers(0, 8191).map(lambda count: count * 2**50)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("unlimited", 0),
        ("不限", 0),
        ("512", 512),
        ("512 B", 512),
        ("10GiB", 10 * 2**30),
        (" 1.5 gib ", 3 * 2**29),
        ("1,5 GiB", 3 * 2**29),
        (".5k", 512),
        ("10MB", 10_000_000),
        ("10m", 10 * 2**20),
        ("1.1 KiB", 1126),
        ("0.0 MiB", 0),
        ("9223372036854775807", LARGEST),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize(
    "text",
    ["", "-1", "ten", "1e3", "10 Gib it", "1.5", "0.4 B", "0.0001 k", "٣", "1 000", "0x10", "KiB", "1..5"],
)
def test_what_is_no_size_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_bytes(text, "quota")

    assert caught.value.field == "quota"


@pytest.mark.parametrize("text", ["1,000", "1,000 MiB", "1,500k", "10,000"])
def test_a_comma_that_may_mean_thousands_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="not a size"):
        parse_bytes(text)


@pytest.mark.parametrize("text", ["9223372036854775808", "8192PiB", "9" * 400])
def test_what_no_ledger_holds_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="too large"):
        parse_bytes(text)
    with pytest.raises(FieldError, match="too large"):
        parse_rate(text)


@given(COUNTS)
def test_exact_sizes_read_back_the_same(count: int) -> None:
    assert parse_bytes(format_exact(count)) == count
    assert parse_rate(format_exact(count) + "/s") == count


@given(st.integers(0, 2**20 - 1), st.sampled_from(["", "KiB", "MiB", "GiB", "TiB"]))
def test_exact_sizes_are_written_as_they_were_set(number: int, unit: str) -> None:
    text = f"{number}{unit}"
    assert len(format_exact(parse_bytes(text))) <= len(text)


@given(st.floats(0, 2**60))
def test_what_is_shown_is_right_to_its_last_digit(count: float) -> None:
    number, unit = format_bytes(count).split()
    size = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40, "PiB": 2**50}[unit]

    assert float(number) < 1024 or unit == "PiB"
    assert abs(float(number) * size - count) <= size * (0.5 if unit == "B" else 0.051)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (2**20 - 1, "1.0 MiB"), (1023.6, "1.0 KiB")],
)
def test_the_unit_changes_at_1024_of_the_smaller_one(count: float, text: str) -> None:
    assert format_bytes(count) == text
    assert format_rate(count) == text + "/s"


def test_a_chosen_size_is_shown_without_a_needless_decimal() -> None:
    assert [format_limit(count) for count in (40 * 2**30, 3 * 2**29)] == ["40 GiB", "1.5 GiB"]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("512KiB/s", 524_288),
        ("512 KBps", 512_000),
        ("1M/s", 2**20),
        ("0", 0),
        ("unlimited", 0),
        ("300 b/s", 300),
        ("100Mbit/s", 12_500_000),
        ("1 kbit", 125),
        ("1.5 gbit/s", 187_500_000),
        ("8bit/s", 1),
    ],
)
def test_rates_are_read_as_people_write_them(text: str, rate: int) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["10Mbps", "10 mbps", "bps", "/s", "1/s/s", "fast", "-1KiB/s", "1.5/s", "7bit/s"]
)
def test_what_may_be_bits_and_what_is_no_rate_are_refused_beside_their_field(text: str) -> None:
    with pytest.raises(FieldError, match="not a rate") as caught:
        parse_rate(text, "inlet_rate")

    assert caught.value.field == "inlet_rate"


@pytest.mark.parametrize(
    ("units", "amount", "rate", "limit"),
    [
        (Units.IEC, "1.4 MiB", "1.4 MiB/s", "1.4 MiB/s"),
        (Units.SI, "1.5 MB", "1.5 MB/s", "1.5 MB/s"),
        (Units.BITS, "1.5 MB", "12.0 Mbit/s", "12 Mbit/s"),
    ],
)
def test_a_reader_chooses_the_units(units: Units, amount: str, rate: str, limit: str) -> None:
    assert format_bytes(1_500_000, units) == amount
    assert format_rate(1_500_000, units) == rate
    assert format_rate_limit(1_500_000, units) == limit
    assert Measured(1_500_000).in_units(units) == amount
    assert Measured(1_500_000, per_second=True).in_units(units) == limit


@pytest.mark.parametrize(
    ("count", "text"), [(12_500_000, "12.5MB"), (10 * 2**20, "10.48576MB"), (1, "1B"), (0, "0B")]
)
def test_exact_sizes_are_written_in_other_units_too(count: int, text: str) -> None:
    assert format_exact_in(count, SI) == text


@given(COUNTS)
def test_exact_sizes_in_other_units_read_back_the_same(count: int) -> None:
    assert parse_bytes(format_exact_in(count, SI)) == count
    assert parse_rate(format_exact_in(count, BITS) + "/s") == count


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-11-15T12:00:00Z", 1_700_049_600),
        ("2023-11-15T20:00:00+08:00", 1_700_049_600),
        (" 2023-11-15 12:00 ", 1_700_049_600),
        ("2023-11-15", 1_700_006_400),
    ],
)
def test_times_are_read_in_utc_unless_they_say_otherwise(text: str, moment: int) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text", ["", "noon", "2023-13-01", "1969-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_is_no_time_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_time(text, "until")

    assert caught.value.field == "until"


@given(st.integers(0, 253_402_300_799))
def test_times_read_back_the_same(moment: int) -> None:
    assert parse_time(format_time(moment)) == moment
