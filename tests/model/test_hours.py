from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.errors import FieldError
from npsgui.model.hours import (
    ALWAYS,
    DAYS,
    NEVER,
    SLOTS,
    Timetable,
    Week,
    format_week,
    is_zone,
    parse_week,
    zone_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
WEEKS = st.tuples(*[st.integers(0, 2**SLOTS - 1)] * 7).map(Week)
ZONES = st.sampled_from(
    ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
WALLS = st.floats(1_700_000_000, 1_900_000_000)


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> float:
    """Unix time of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


@given(WEEKS)
def test_what_is_written_is_read_as_the_same_week(week: Week) -> None:
    assert parse_week(format_week(week)) == week


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("mo-fr 08:00-18:00, sa 09:00-12:00", "mo-fr 08:00-18:00, sa 09:00-12:00"),
        ("MO-FR 8-18；sa 9-12", "mo-fr 08:00-18:00, sa 09:00-12:00"),
        ("mo-fr 8:30-12 13-17:30", "mo-fr 08:30-12:00, mo-fr 13:00-17:30"),
        ("22-6", "mo-su 00:00-06:00, mo-su 22:00-24:00"),
        ("fr 22:00-02:00", "fr 22:00-24:00, sa 00:00-02:00"),
        ("su 23-1", "mo 00:00-01:00, su 23:00-24:00"),
        ("sa-mo", "mo 00:00-24:00, sa-su 00:00-24:00"),
        ("mo-su 0-24", "always"),
        ("", "always"),
        ("never", "never"),
        ("mo 8-10, mo 9-12", "mo 08:00-12:00"),
        ("周一至周五 08:00-18:00，周六 9-12", "mo-fr 08:00-18:00, sa 09:00-12:00"),
        ("星期一到星期五8：30～12：00；礼拜天 9–12", "mo-fr 08:30-12:00, su 09:00-12:00"),
        ("总是", "always"),
        ("永远", "always"),
        ("从不", "never"),
        ("永不", "never"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, written: str) -> None:
    assert format_week(parse_week(text)) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("monday 8-18", "“monday” is no day"),
        ("mo-xx 8-18", "“mo-xx” is no day"),
        ("mo 8", "“8” is no span of hours"),
        ("mo 8:15-9", "full or half hour"),
        ("mo 8-25", "full or half hour"),
        ("mo 8-24:30", "full or half hour"),
        ("mo 8-8", "full or half hour"),
        ("mo 24-8", "full or half hour"),
        ("mo 8:99-9", "full or half hour"),
        ("mo ٨-٩", "is no span of hours"),
        ("周一、周三 8-18", "“周一、周三” is no day"),
    ],
)
def test_hours_that_cannot_be_read_are_told_with_their_field(text: str, said: str) -> None:
    with pytest.raises(FieldError, match=said) as caught:
        parse_week(text, "alternative_hours")

    assert caught.value.field == "alternative_hours"


@given(WEEKS, st.integers(0, 6), st.integers(0, SLOTS - 1), st.booleans())
def test_painting_sets_one_half_hour_and_no_other(week: Week, day: int, slot: int, wanted: bool) -> None:
    painted = week.painted([(day, slot)], wanted)

    assert painted.holds(day, slot) is wanted
    assert painted.painted([(day, slot)], week.holds(day, slot)) == week


@given(WEEKS, ZONES, WALLS)
def test_a_timetable_says_what_the_local_clock_says(week: Week, zone: ZoneInfo, wall: float) -> None:
    local = datetime.fromtimestamp(wall, zone)

    assert Timetable(week, zone).holds(wall) is week.holds(
        local.weekday(), local.hour * 2 + local.minute // 30
    )


@given(WEEKS, ZONES, WALLS, st.lists(st.floats(-864_000, 864_000), max_size=8))
def test_what_it_remembers_is_what_it_would_find(
    week: Week, zone: ZoneInfo, wall: float, steps: list[float]
) -> None:
    """However the clock moves, forward or back."""
    one = Timetable(week, zone)
    for step in steps:
        wall += step
        assert one.holds(wall) is Timetable(week, zone).holds(wall)


@given(WEEKS, ZONES, WALLS)
def test_it_changes_exactly_when_it_says(week: Week, zone: ZoneInfo, wall: float) -> None:
    one = Timetable(week, zone)
    now, until = one.holds(wall), one.changes(wall)
    if week in (ALWAYS, NEVER):
        assert until == math.inf
        return
    assert wall < until
    assert Timetable(week, zone).holds(until) is not now
    assert Timetable(week, zone).holds(until - 0.001) is now
    assert until % 60 == 0


def test_hours_begin_at_the_same_local_time_in_summer_and_in_winter() -> None:
    one = Timetable(parse_week("mo-fr 08:00-18:00"), BERLIN)

    for day in ("2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26"):  # around both changes
        assert not one.holds(at(f"{day} 07:59:59"))
        assert one.holds(at(f"{day} 08:00"))
        assert one.holds(at(f"{day} 17:59:59"))
        assert one.changes(at(f"{day} 12:00")) == at(f"{day} 18:00")


def test_an_hour_that_the_clock_skips_is_skipped_and_one_it_repeats_holds_twice() -> None:
    one = Timetable(parse_week("su 02:00-03:00"), BERLIN)

    assert one.changes(at("2026-03-29 01:30")) == at("2026-04-05 02:00")
    first, second = at("2026-10-25 02:00", fold=0), at("2026-10-25 02:00", fold=1)
    assert second - first == 3600
    assert one.holds(first)
    assert one.changes(first) == second + 3600


def test_the_hours_of_another_zone_are_those_of_its_clock() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
    one = Timetable(parse_week("mo 20:00-21:00"), ZoneInfo("Asia/Shanghai"))

    assert one.holds(noon.timestamp())
    assert not one.holds((noon + timedelta(hours=1)).timestamp())


def test_days_are_named_from_monday_on() -> None:
    monday = datetime(2026, 6, 1)
    for number, name in enumerate(DAYS):
        day = monday + timedelta(days=number)
        assert day.strftime("%a").lower().startswith(name)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("Mars/Olympus", False),
        ("Europe", False),
        ("../etc", False),
        ("", False),
    ],
)
def test_zones_are_known_by_name(name: str, known: bool) -> None:
    assert is_zone(name) is known
    assert (zone_of(name) is not None) is known
