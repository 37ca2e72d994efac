from __future__ import annotations

import math
import random

import pytest

from npsgui.model.forecast import DAY, HORIZON, HOUR, WEEK, Forecast, forecast
from tests.model.patterns import GIB, MONDAY, Pattern, backup, office, steady


def moody(chance: random.Random, count: int) -> list[int]:
    """Evenings; good and bad days come in rows."""
    mood, moods = 0.0, []
    for _ in range(count // DAY + 1):
        mood = 0.7 * mood + chance.gauss(0, 0.35)
        moods.append(math.exp(mood))
    return [int(GIB * moods[at // DAY] * (2 if at % DAY >= 18 else 0.2)) for at in range(count)]


def bursts(chance: random.Random, count: int) -> list[int]:
    """A few large downloads, whenever."""
    return [int(GIB * chance.expovariate(0.2)) if chance.random() < 0.08 else 0 for _ in range(count)]


PATTERNS = (office, steady, backup, moody, bursts)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("known", [10 * DAY + 7, 4 * WEEK])
def test_the_range_holds_on_held_out_weeks(pattern: Pattern, known: int) -> None:
    rounds, held = 200, 0
    for seed in range(rounds):
        hours = pattern(random.Random(seed), known + WEEK)
        now = MONDAY + known * HOUR
        told = forecast(hours[:known], now, 0, 0, now + WEEK * HOUR)
        assert told is not None
        held += told.low <= sum(hours[known:]) <= told.high

    assert held >= 0.75 * rounds


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_time_of_the_quota_holds_on_held_out_weeks(pattern: Pattern) -> None:
    rounds, held, known = 200, 0, 4 * WEEK + 30
    for seed in range(rounds):
        hours = pattern(random.Random(seed), known + 2 * WEEK)
        quota = sum(hours[:known]) // 5
        now = MONDAY + known * HOUR
        told = forecast(hours[:known], now, 0, quota, now + 2 * WEEK * HOUR)
        assert told is not None
        carried, reached = 0, math.inf
        for at, moved in enumerate(hours[known:]):
            carried += moved
            if carried >= quota:
                reached = now + (at + 1) * HOUR
                break
        earliest = math.inf if told.earliest is None else told.earliest
        latest = math.inf if told.latest is None else told.latest
        held += earliest <= reached <= latest

    assert held >= 0.75 * rounds


def test_of_a_steady_flow_the_range_is_narrow() -> None:
    hours = steady(random.Random(1), 4 * WEEK)
    now = MONDAY + 4 * WEEK * HOUR
    told = forecast(hours, now, 0, 0, now + WEEK * HOUR)

    assert told is not None
    assert told.high - told.low < 0.4 * told.high


def test_below_a_day_it_is_silent() -> None:
    assert forecast([GIB] * 23, MONDAY, 0, 0, MONDAY + HOUR) is None
    assert forecast([GIB] * 24, MONDAY, 0, 0, MONDAY + HOUR) is not None


def test_at_the_end_of_a_period_it_is_what_was_used() -> None:
    assert forecast([GIB] * 48, MONDAY, 5 * GIB, 9 * GIB, MONDAY) == Forecast(5 * GIB, 5 * GIB, MONDAY)


def test_a_quota_that_is_used_up_is_reached_now() -> None:
    told = forecast([GIB] * 48, MONDAY + 7.5, 9 * GIB, 9 * GIB, None)

    assert told is not None
    assert (told.earliest, told.latest) == (MONDAY + 7, MONDAY + 7)


def test_who_carries_nothing_reaches_nothing() -> None:
    assert forecast([0] * 100, MONDAY, 3, 5, None) == Forecast(3, 3, None)


def test_a_quota_for_ever_is_looked_for_within_the_horizon() -> None:
    told = forecast([GIB] * 5 * WEEK, MONDAY, 0, HORIZON * GIB // 2, None)
    far = forecast([GIB] * 5 * WEEK, MONDAY, 0, HORIZON * GIB * 2, None)

    assert told is not None
    assert far is not None
    assert told.earliest is not None
    assert MONDAY + 30 * DAY * HOUR < told.earliest < MONDAY + 46 * DAY * HOUR
    assert (far.earliest, far.latest) == (None, None)


def test_the_quiet_weekend_is_known() -> None:
    """From Friday evening on nothing comes for two days."""
    hours = office(random.Random(3), 4 * WEEK + 5 * DAY - 5)
    now = MONDAY + len(hours) * HOUR
    over_weekend = forecast(hours, now, 0, 0, now + 48 * HOUR)
    over_monday = forecast(hours, now, 0, 0, now + 72 * HOUR)

    assert over_weekend is not None
    assert over_monday is not None
    assert over_weekend.high < over_monday.high
    assert over_weekend.low < 2 * GIB
