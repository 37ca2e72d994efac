from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from npsgui.ledger.backlog import Backlog, Batch
from npsgui.ledger.rollup import ROWS
from npsgui.model.accounts import Totals
from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.retention import Retention
from npsgui.model.views import Step
from tests.ledger.conftest import Places
from tests.ledger.household import CLIENT, Place, count, tunnel_key
from tests.ledger.pen import FOR_EVER, Pen

HOUR, DAY = 3600, 86400
MONDAY = 1_700_438_400
"""A midnight in UTC."""

SHORT = Retention(minutes=2 * HOUR, hours=2 * DAY)


@pytest.fixture
def pen(place: Place) -> Iterator[Pen]:
    made = Pen(place, 1, 2, retention=SHORT)
    yield made
    made.store.close()


def run_for(pen: Pen, days: float, *, every: int = 20 * 60, first: int = MONDAY) -> int:
    """Let the client carry bytes for some days; the minute at the end."""
    last = first + int(days * DAY)
    for minute in range(first, last, every):
        pen.write(minute, 100 + minute % 7, 10, 1 + minute // every % 2)
    pen.write(last)
    return last


def test_minutes_become_hours_and_days_with_their_busiest_minute(pen: Pen) -> None:
    for minute, inlet in ((0, 5), (60, 70), (120, 3), (HOUR, 20), (DAY, 1)):
        pen.write(MONDAY + minute, inlet, 1)
    pen.write(MONDAY + DAY + HOUR)
    pen.tidy()

    hours, days = pen.read(Step.HOUR), pen.read(Step.DAY)

    assert hours == pen.summed(HOUR)
    assert [usage.peak for usage in hours] == [71, 21, 2]
    assert days == pen.summed(DAY)
    assert [usage.peak for usage in days] == [71, 2]
    assert pen.store.verify() == []


@pytest.mark.parametrize("since", [MONDAY + 3 * HOUR, MONDAY + 10 * HOUR + 30 * 60])
def test_what_all_carried_is_the_same_before_and_after_the_rollup(pen: Pen, since: int) -> None:
    last = run_for(pen, 0.5)
    before = pen.store.carried(since, last)
    assert pen.tidy() > 0

    assert pen.store.carried(since, last) == before
    minutes = [one for one in pen.store.history(CLIENT.owner, since, last, Step.MINUTE) if one.start >= since]
    moved = Totals(sum(one.inlet for one in minutes), sum(one.export for one in minutes))
    assert before[CLIENT.owner] == before[GLOBAL_KEY] == moved
    assert before[tunnel_key(1)].inlet + before[tunnel_key(2)].inlet == moved.inlet


def test_every_step_of_history_is_the_same_before_and_after_the_rollup(pen: Pen) -> None:
    run_for(pen, 1.4)
    before = {step: pen.read(step) for step in (Step.HOUR, Step.DAY)}
    peaks = [usage.peak for usage in before[Step.DAY]]

    assert pen.tidy() > 0

    assert {step: pen.read(step) for step in before} == before
    assert [usage.peak for usage in pen.read(Step.DAY)] == peaks
    assert pen.tidy() == 0


def test_past_its_retention_a_minute_is_shown_by_its_hour_and_an_hour_by_its_day(pen: Pen) -> None:
    last = run_for(pen, 5)
    pen.tidy()

    minutes = pen.read(Step.MINUTE)

    assert [usage for usage in minutes if usage.start >= last - 2 * HOUR] == pen.summed(60)[-6:]
    assert [usage for usage in minutes if last - 2 * DAY <= usage.start < last - 2 * HOUR] == [
        usage for usage in pen.summed(HOUR) if last - 2 * DAY <= usage.start < last - 2 * HOUR
    ]
    assert [usage for usage in minutes if usage.start < last - 2 * DAY] == pen.summed(DAY)[:3]
    assert pen.read(Step.HOUR)[:3] == pen.summed(DAY)[:3]
    assert pen.read(Step.DAY) == pen.summed(DAY)
    assert pen.store.verify() == []


def test_what_all_carried_within_an_hour_is_to_the_minute(pen: Pen) -> None:
    for minute in range(10):
        pen.write(MONDAY + 60 * minute, 100, 10)

    assert pen.store.carried(MONDAY + 60, MONDAY + 180)[GLOBAL_KEY] == Totals(200, 20)


def test_what_is_past_its_retention_takes_no_room(pen: Pen, place: Place) -> None:
    run_for(pen, 5)
    pen.tidy()
    owners = 4

    assert count(place, "minutes") <= owners * 2 * 3
    assert count(place, "hours") <= owners * 2 * 24
    assert count(place, "days") == owners * 5


def test_a_bucket_that_only_overlaps_the_time_is_given_in_full(pen: Pen) -> None:
    run_for(pen, 5)
    pen.tidy()

    assert pen.read(Step.MINUTE, MONDAY + 3700, MONDAY + 3701) == pen.summed(DAY)[:1]
    assert pen.read(Step.HOUR, MONDAY + 4 * DAY + 5, MONDAY + 4 * DAY + 6) == [
        usage for usage in pen.summed(HOUR) if usage.start == MONDAY + 4 * DAY
    ]


def test_the_time_the_program_ran_in_is_one_span_for_ever(pen: Pen, place: Place) -> None:
    for minute in range(MONDAY, MONDAY + 3 * HOUR, 60):
        if not MONDAY + HOUR <= minute < MONDAY + HOUR + 600:
            pen.write(minute)
    pen.tidy()

    assert pen.store.coverage(0, FOR_EVER) == [
        (MONDAY, MONDAY + HOUR),
        (MONDAY + HOUR + 600, MONDAY + 3 * HOUR),
    ]
    assert pen.store.coverage(MONDAY + 61, MONDAY + 62) == [(MONDAY + 60, MONDAY + 120)]
    assert count(place, "runs") == 2 + 60
    assert pen.store.verify() == []


@pytest.mark.parametrize("back", [30 * 60, 90 * 60, 5 * HOUR, 30 * HOUR, 4 * DAY])
def test_a_clock_that_is_set_back_adds_to_what_is_summed_already(pen: Pen, back: int) -> None:
    last = run_for(pen, 5)
    pen.tidy()

    for minute in range(last - back, last - back + 1200, 60):
        pen.write(minute, 1000, 2000)
        pen.tidy()
    pen.write(last + HOUR)
    pen.tidy()

    assert pen.read(Step.DAY) == pen.summed(DAY)
    assert pen.store.verify() == []
    assert max(usage.peak for usage in pen.read(Step.DAY)) >= 3000


def test_bytes_for_the_hour_that_is_being_summed_are_not_lost(pen: Pen) -> None:
    last = run_for(pen, 0.5)
    for steps in range(1, 6):
        pen.tidy(steps)
        pen.write(last - 60, 7, 7)
        pen.write(last)
    pen.tidy()

    assert pen.read(Step.HOUR) == pen.summed(HOUR)
    assert pen.store.verify() == []


def test_killed_after_any_step_it_is_done_again_and_sums_right(pen: Pen) -> None:
    last = MONDAY
    for steps in range(25):
        last = run_for(pen, 0.4, every=6000, first=last)
        pen.tidy(steps)
        pen.reopen()
        assert pen.store.verify() == []
        assert pen.read(Step.DAY) == pen.summed(DAY)


def test_an_hour_of_many_owners_is_summed_a_few_at_a_time(place: Place) -> None:
    many = 5 * ROWS // 60
    pen = Pen(place, *range(1, many + 1))
    for id_ in range(1, many + 1):
        pen.write(MONDAY, 1, 1, id_)
    pen.write(MONDAY + HOUR)

    assert pen.tidy() > 5
    assert pen.read(Step.HOUR) == pen.summed(HOUR)
    pen.store.close()


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE hours SET inlet = inlet + 1 WHERE owner = 2 AND start > 1700700000", "its hours or days"),
        ("UPDATE days SET export = export - 1 WHERE owner = 2", "client 1.*its total"),
        ("UPDATE minutes SET inlet = inlet + 1 WHERE owner = 2", "the minutes or hours in them"),
        ("DELETE FROM hours", "its hours or days"),
        ("INSERT INTO days VALUES (99, 0, 1, 1, 1)", "row 99"),
    ],
)
def test_verify_holds_minutes_hours_and_days_against_each_other(pen: Pen, tampering: str, told: str) -> None:
    run_for(pen, 3.1)
    pen.tidy()
    pen.reopen()
    assert pen.execute(tampering) > 0

    assert re.search(told, "\n".join(map(str, pen.store.verify())), re.IGNORECASE)


happenings = st.one_of(
    st.tuples(st.just("later"), st.integers(1, 40), st.integers(0, 2**40)),
    st.tuples(st.just("earlier"), st.integers(1, 400), st.integers(1, 2**40)),
    st.tuples(st.just("tidy"), st.integers(1, 30), st.just(0)),
    st.tuples(st.just("reopen"), st.just(0), st.just(0)),
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(happenings, max_size=40))
@example(steps=[("later", 1, 0), ("tidy", 1, 0), ("earlier", 2, 1), ("tidy", 1, 0)])
def test_whatever_the_clock_does_the_sums_are_right(
    places: Places, steps: list[tuple[str, int, int]]
) -> None:
    pen = Pen(places.new(), 1, 2, retention=SHORT)
    try:
        live_through(pen, steps)
    finally:
        pen.store.close()


def live_through(pen: Pen, steps: list[tuple[str, int, int]]) -> None:
    minute = MONDAY
    for what, number, moved in steps:
        match what:
            case "later":
                minute += number * 600
                pen.write(minute, moved, 1)
            case "earlier":
                pen.write(minute - number * 600, moved, 1)
            case "tidy":
                pen.tidy(number)
            case "reopen":
                pen.reopen()
        assert pen.read(Step.DAY) == pen.summed(DAY)
    pen.tidy()
    assert pen.store.verify() == []
    for step in Step:
        assert sum(usage.inlet for usage in pen.read(step)) == pen.carried.inlet


def test_events_past_their_retention_are_deleted_but_for_how_the_run_is(pen: Pen) -> None:
    pen.store.retain(replace(SHORT, events=2 * HOUR))
    backlog = Backlog(pen.number)
    whens = [MONDAY + at for at in range(0, 10 * HOUR, 600)]
    began = AuditEvent(MONDAY, Happening.BEGAN)
    events = [AuditEvent(at, Happening.CLOCK_JUMPED, details={"seconds": 1}) for at in whens]
    backlog.add(Batch(MONDAY + 10 * HOUR, MONDAY + 10 * HOUR + 1.0, (), (began, *events)))
    pen.write_backlog(backlog)
    pen.tidy()

    kept = pen.store.events(Search())

    assert [event.at for event in kept] == [MONDAY, *(at for at in whens if at >= MONDAY + 8 * HOUR)]
    pen.reopen()
    assert pen.store.opened.unclean_since == MONDAY + 10 * HOUR


def test_a_shorter_retention_is_followed_at_the_next_turn(pen: Pen) -> None:
    pen.store.retain(Retention())
    last = run_for(pen, 1)
    pen.tidy()
    before = count(pen.place, "minutes")
    pen.store.retain(SHORT)
    pen.write(last)
    pen.tidy()

    assert count(pen.place, "minutes") < before
    assert pen.read(Step.DAY) == pen.summed(DAY)
    assert pen.store.verify() == []
