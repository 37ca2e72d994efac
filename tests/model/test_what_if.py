from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.entities import Limits
from npsgui.model.flow import QuotaCounts
from npsgui.model.views import Usage
from npsgui.model.what_if import Replay, replay

DAY, HOUR = 86400, 3600
GIB = 2**30

MONTH = [Usage(day * DAY + hour * HOUR, GIB, GIB) for day in range(30) for hour in (10, 14)]
"""Four GiB a day, in two hours of it."""


def of_month(limits: Limits) -> Replay:
    return replay(MONTH, HOUR, 0, 30 * DAY, limits)


def test_without_limits_nothing_happens() -> None:
    lived = of_month(Limits())

    assert (lived.wanted, lived.refused, lived.cut_at, lived.slowed) == (120 * GIB, 0, None, 0)
    assert lived.course == tuple(4 * GIB * day for day in range(1, 31))


def test_a_quota_cuts_within_the_hour_that_used_it_up() -> None:
    lived = of_month(Limits(quota=75 * GIB))

    assert lived.cut_at == 18 * DAY + 14 * HOUR + HOUR // 2
    assert lived.refused == 45 * GIB


def test_a_quota_that_is_just_used_up_cuts_nobody() -> None:
    assert of_month(Limits(quota=120 * GIB)).cut_at is None


def test_a_quota_counts_what_it_counts() -> None:
    lived = of_month(Limits(quota=30 * GIB, quota_counts=QuotaCounts.EXPORT))

    assert (lived.wanted, lived.refused, lived.cut_at) == (60 * GIB, 30 * GIB, 15 * DAY + 10 * HOUR)


def test_bytes_over_a_rate_wait_and_are_carried() -> None:
    """A rate of half of what was carried: each busy hour takes two."""
    lived = of_month(Limits(rate=GIB // HOUR + 1))

    assert lived.slowed == 60 * HOUR
    assert (lived.refused, lived.cut_at) == (0, None)


def test_a_rate_puts_the_cut_off() -> None:
    slow, fast = (of_month(Limits(quota=75 * GIB, rate=rate)) for rate in (GIB // 10 // HOUR, 0))

    assert slow.cut_at is None
    assert fast.cut_at is not None


def test_the_rates_of_both_ways_hold_apart() -> None:
    assert of_month(Limits(inlet_rate=GIB // HOUR + 1)).slowed == 0
    assert of_month(Limits(export_rate=GIB // HOUR // 2)).slowed > 0


def test_a_day_is_told_by_its_hours() -> None:
    lived = replay(MONTH[:2], HOUR, 0, DAY, Limits())

    assert lived.course == (0,) * 10 + (2 * GIB,) * 4 + (4 * GIB,) * 10


buckets = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2**40), st.integers(0, 2**40)), max_size=30)


@given(buckets, st.integers(1, 2**42), st.integers(0, 2**30), st.sampled_from(QuotaCounts))
def test_what_is_carried_and_refused_is_never_more_than_was_wanted(
    buckets: list[tuple[int, int, int]], quota: int, rate: int, counts: QuotaCounts
) -> None:
    usages = [
        Usage(at * HOUR, inlet, export) for at, inlet, export in sorted({b[0]: b for b in buckets}.values())
    ]
    lived = replay(usages, HOUR, 0, 51 * HOUR, Limits(quota=quota, rate=rate, quota_counts=counts))

    assert 0 <= lived.refused <= lived.wanted
    assert lived.course[-1] == lived.wanted
    if lived.cut_at is None:
        assert lived.refused == 0
    if not rate:
        assert lived.refused == max(0, lived.wanted - quota)
