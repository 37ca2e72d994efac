from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.minutes import JUMP_SECONDS, MinuteClock, minute_of

NOON = 1_700_049_600
"""Begins a minute, Unix time, s."""


def test_a_minute_is_complete_at_the_first_reading_after_it() -> None:
    clock = MinuteClock(NOON + 58.5, 100.0)

    assert clock.read(NOON + 59.5, 101.0).completed is None
    tick = clock.read(NOON + 60.5, 102.0)
    assert (tick.completed, tick.minute, tick.seconds, tick.jump) == (NOON, NOON + 60, 1.0, 0.0)
    assert clock.read(NOON + 61.5, 103.0).completed is None


def test_a_suspend_is_a_gap_and_not_a_long_second() -> None:
    """The monotonic clock has stood still."""
    clock = MinuteClock(NOON + 30, 100.0)
    tick = clock.read(NOON + 3631, 101.0)

    assert (tick.completed, tick.minute) == (NOON, NOON + 3600)
    assert (tick.seconds, tick.jump) == (1.0, 3600.0)


def test_a_clock_set_back_opens_an_earlier_minute_again() -> None:
    clock = MinuteClock(NOON + 600, 100.0)
    tick = clock.read(NOON + 1, 101.0)

    assert (tick.completed, tick.minute, tick.jump) == (NOON + 600, NOON, -600.0)
    assert clock.minute == NOON
    assert clock.read(NOON + 61, 161.0).completed == NOON


def test_a_clock_set_within_its_minute_completes_nothing() -> None:
    clock = MinuteClock(NOON + 40, 100.0)
    tick = clock.read(NOON + 11, 101.0)

    assert (tick.completed, tick.jump) == (None, -30.0)


def test_a_program_that_was_busy_for_minutes_has_not_jumped() -> None:
    clock = MinuteClock(NOON, 100.0)
    tick = clock.read(NOON + 150, 250.0)

    assert (tick.completed, tick.minute, tick.seconds, tick.jump) == (NOON, NOON + 120, 150.0, 0.0)


def test_a_clock_that_is_slewed_has_not_jumped() -> None:
    clock = MinuteClock(NOON, 100.0)
    jumps = [clock.read(NOON + second * 1.1, 100.0 + second).jump for second in range(1, 600)]

    assert not any(jumps)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(-400, 4000)), max_size=40))
def test_whatever_the_clocks_do_each_minute_left_is_completed(steps: list[tuple[float, float]]) -> None:
    wall, monotonic = float(NOON), 0.0
    clock = MinuteClock(wall, monotonic)
    for seconds, drift in steps:
        before = clock.minute
        wall, monotonic = wall + seconds + drift, monotonic + seconds
        tick = clock.read(wall, monotonic)

        assert tick.minute == clock.minute == minute_of(wall)
        assert tick.completed == (before if tick.minute != before else None)
        assert abs(tick.seconds - seconds) < 1e-6
        assert tick.jump == 0.0 or abs(tick.jump) >= JUMP_SECONDS
