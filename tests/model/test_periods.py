from __future__ import annotations

import zoneinfo
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.errors import FieldError
from npsgui.model.periods import LIFETIME, Every, PeriodRule, parse_period

ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("rule", "moment", "since", "until"),
    [
        ("daily UTC", "2026-11-24T08:00", "2026-11-24", "2026-11-25"),
        ("daily 06:00 UTC", "2026-11-24T05:59", "2026-11-23T06:00", "2026-11-24T06:00"),
        ("daily 06:00 UTC", "2026-11-24T06:00", "2026-11-24T06:00", "2026-11-25T06:00"),
        ("weekly UTC", "2026-11-24T08:00", "2026-11-23", "2026-11-30"),
        ("weekly sun UTC", "2026-11-24T08:00", "2026-11-22", "2026-11-29"),
        ("weekly tue 09:00 UTC", "2026-11-24T08:00", "2026-11-17T09:00", "2026-11-24T09:00"),
        ("monthly UTC", "2026-11-24T08:00", "2026-11-01", "2026-12-01"),
        ("monthly 31 UTC", "2026-02-10", "2026-01-31", "2026-02-28"),
        ("monthly 31 UTC", "2026-02-28", "2026-02-28", "2026-03-31"),
        ("monthly 30 UTC", "2024-02-29T12:00", "2024-02-29", "2024-03-30"),
        ("monthly 29 UTC", "2026-03-01", "2026-02-28", "2026-03-29"),
        ("monthly 31 UTC", "2026-04-30", "2026-04-30", "2026-05-31"),
        ("every 10 2026-11-01 UTC", "2026-11-24", "2026-11-21", "2026-12-01"),
        ("every 10 2026-11-01 UTC", "2026-10-31", "2026-10-22", "2026-11-01"),
    ],
)
def test_a_period_begins_and_ends_where_its_rule_says(rule: str, moment: str, since: str, until: str) -> None:
    assert parse_period(rule).span(at(moment)) == (at(since), at(until))


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],
    ids=["spring", "autumn", "-"],
)
def test_a_day_on_which_the_clocks_change_is_shorter_or_longer(day: str, hours: int) -> None:
    since, until = parse_period("daily Europe/Berlin").span(at(day + "T12:00", "Europe/Berlin"))

    assert until is not None
    assert since == at(day, "Europe/Berlin")
    assert until - since == hours * 3600


def test_an_hour_that_is_left_out_begins_when_the_clocks_have_gone_forward() -> None:
    since, _until = parse_period("daily 02:00 Europe/Berlin").span(at("2026-03-29T12:00", "Europe/Berlin"))

    assert since == at("2026-03-29T03:00", "Europe/Berlin")


def test_a_rule_without_a_zone_takes_the_usual_one() -> None:
    moment = at("2026-11-24T17:00")

    assert parse_period("daily").span(moment, "Asia/Shanghai")[0] == at("2026-11-25", "Asia/Shanghai")
    assert parse_period("daily UTC").span(moment, "Asia/Shanghai")[0] == at("2026-11-24")


def test_a_lifetime_has_no_end() -> None:
    assert LIFETIME.span(at("2026-11-24")) == (0, None)


rules = st.builds(
    PeriodRule,
    every=st.sampled_from([Every.DAY, Every.WEEK]),
    day=st.integers(1, 7),
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
) | st.builds(
    PeriodRule,
    every=st.sampled_from([Every.MONTH, Every.DAYS]),
    day=st.integers(1, 31),
    first=st.dates(datetime(1980, 1, 1).date(), datetime(2090, 1, 1).date()).map(str),
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
)


@given(rule=rules, wall=st.integers(at("1990-01-01"), at("2080-01-01")))
def test_periods_follow_one_another_without_a_gap(rule: PeriodRule, wall: int) -> None:
    since, until = rule.span(wall)

    assert until is not None
    assert since <= wall < until
    assert rule.span(since) == rule.span(until - 1) == (since, until)
    assert rule.span(until)[0] == until
    assert rule.span(since - 1)[1] == since


@given(rule=rules, wall=st.integers(at("1990-01-01"), at("2080-01-01")))
def test_a_period_begins_at_its_hour_unless_the_clocks_leave_it_out(rule: PeriodRule, wall: int) -> None:
    since, _until = rule.span(wall)
    begins = datetime.fromtimestamp(since, zoneinfo.ZoneInfo(rule.zone))

    assert (
        begins.hour == rule.hour
        or begins.utcoffset() != datetime.fromtimestamp(since - 1, zoneinfo.ZoneInfo(rule.zone)).utcoffset()
    )
    if rule.every is Every.WEEK and rule.zone != "Pacific/Apia":
        assert begins.isoweekday() == rule.day


@given(rule=rules)
def test_a_rule_reads_back_from_its_text(rule: PeriodRule) -> None:
    again = parse_period(str(rule))

    assert str(again) == str(rule)
    assert again.span(at("2026-11-24")) == rule.span(at("2026-11-24"))


def test_a_rule_is_read_in_chinese_too() -> None:
    texts = ["每周 周二 06:00", "weekly 星期日", "每月 31", "每天", "永久", "每隔 10 2026-01-31 UTC"]

    assert [str(parse_period(text)) for text in texts] == [
        "weekly tue 06:00", "weekly sun", "monthly 31", "daily", "lifetime", "every 10 2026-01-31 UTC",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "", "yearly", "monthly 0", "monthly 32", "weekly abc", "daily 24:00", "daily 06:30", "every",
        "every 0 2026-01-01", "every 10", "every 10 tomorrow", "daily Mars/Olympus", "daily UTC UTC",
        "lifetime 06:00", "daily ../../etc/passwd", "daily 6:", "every 5 0001-01-01",
    ],
)  # fmt: skip
def test_what_is_no_period_is_told_with_what_would_do(text: str) -> None:
    with pytest.raises(FieldError, match="write it like daily"):
        parse_period(text)
