from __future__ import annotations

import random
import zoneinfo
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.alert_causes import (
    HOUR,
    WEEKS,
    AgentWatch,
    expiring,
    needed_agents,
    quiet,
    same_hours,
    told_by,
    usual,
)
from npsgui.model.alerts import MOST, QUIET_SECONDS, Alert, AlertBook, AlertKind, AlertRules, last_steps
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, OwnerKey, OwnerKind, Tunnel, Via
from npsgui.model.events import AgentUp, ListenerChanged, QuotaReached, QuotaWarned, Throttled
from npsgui.model.views import Sentence
from tests.model.patterns import GIB, MONDAY, Pattern, backup, office, steady

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
WEEK = 7 * 24 * HOUR


def cut(at: float = 0.0, period: str = "1", owner: OwnerKey = CLIENT) -> Alert:
    return Alert(at, AlertKind.CUT, owner, 1, "nas", period, {"used": 2**30})


def test_a_cause_is_told_once_in_its_period() -> None:
    book = AlertBook()

    assert [book.take(cut(at)) for at in (0, 1, 4000)] == [True, False, False]
    assert book.take(cut(4001, period="2"))
    assert book.take(replace(cut(4002), kind=AlertKind.WARNED))


def test_one_that_comes_and_goes_is_one_until_it_was_long_over() -> None:
    book = AlertBook()
    assert book.take(cut(0))

    book.turn(60, lambda _: False)
    assert not book.take(cut(QUIET_SECONDS - 1))
    book.turn(2 * QUIET_SECONDS, lambda _: False)
    assert book.take(cut(2 * QUIET_SECONDS + 1))


def test_what_is_snoozed_is_told_again_if_it_still_holds() -> None:
    book = AlertBook()
    book.take(cut(0))
    book.snooze(AlertKind.CUT, CLIENT, 3600)
    book.snooze(AlertKind.WARNED, CLIENT, 3600)

    assert book.turn(3599, lambda _: True) == []
    assert book.turn(3600, lambda _: True) == [cut(3600)]
    assert book.turn(7200, lambda _: True) == []


def test_what_is_snoozed_and_over_is_told_no_more() -> None:
    book = AlertBook()
    book.take(cut(0))
    book.snooze(AlertKind.CUT, CLIENT, 60)

    assert book.turn(60, lambda _: False) == []


def test_the_book_goes_on_where_the_run_before_ended() -> None:
    book = AlertBook()
    book.take(cut(0))
    book.snooze(AlertKind.CUT, CLIENT, 60)
    after = AlertBook(book.told())

    assert not after.take(cut(30))
    assert after.turn(60, lambda _: True) == [cut(60)]


def test_with_very_many_no_other_is_told_until_they_are_over() -> None:
    book = AlertBook()
    flood = [cut(owner=OwnerKey(OwnerKind.TUNNEL, number)) for number in range(MOST + 10)]

    assert sum(map(book.take, flood)) == MOST
    assert sum(map(book.take, flood)) == 0
    book.turn(QUIET_SECONDS, lambda alert: alert.owner.id > 4)
    assert sum(map(book.take, flood)) == 5


@given(
    st.lists(
        st.tuples(
            st.integers(1, int(QUIET_SECONDS) - 1), st.sampled_from(["take", "turn", "over", "snooze"])
        ),
        max_size=30,
    )
)
def test_a_cause_that_never_rests_is_told_once_and_once_for_each_snooze(steps: list[tuple[int, str]]) -> None:
    book, now, told, snoozes = AlertBook(), 0.0, 0, 0
    for seconds, step in [(0, "take"), *steps]:
        now += seconds
        if step == "snooze":
            book.snooze(AlertKind.CUT, CLIENT, now + 60)
            snoozes += 1
        else:
            told += book.take(cut(now))
        if step in ("turn", "over"):
            told += len(book.turn(now, lambda _, step=step: step == "turn"))  # type: ignore[misc]

    assert 1 <= told <= 1 + snoozes


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_says_what_happened_and_to_whom(kind: AlertKind) -> None:
    details = {
        "used": 2**30,
        "quota": 2**31,
        "percent": 50,
        "rate": 1024,
        "minutes": 2,
        "date": "2026-12-01",
        "reason": "Port {port} is in use.",
        "values": {"port": "8001"},
        "moved": 2**30,
        "usual": 0,
    }
    alert = replace(cut(), kind=kind, details=details)

    assert "lient 1 “nas”" in str(alert.sentence())
    assert "“" not in str(replace(alert, name="").sentence())
    assert str(alert.title())


def test_of_the_steps_of_a_quota_the_last_one_is_told() -> None:
    kinds = (AlertKind.CUT, AlertKind.WARNED, AlertKind.UNUSUAL, AlertKind.THROTTLED)
    other = replace(cut(), kind=AlertKind.WARNED, owner=OwnerKey(OwnerKind.CLIENT, 2))
    told = last_steps([*(replace(cut(), kind=kind) for kind in kinds), other])

    assert [alert.kind for alert in told] == [AlertKind.CUT, AlertKind.UNUSUAL, AlertKind.WARNED]


def test_which_events_are_told() -> None:
    tunnel = OwnerKey(OwnerKind.TUNNEL, 1)
    error = Sentence("Port {port} is in use.", (("port", 80),))
    events: dict[QuotaWarned | Throttled | QuotaReached | ListenerChanged, AlertKind] = {
        QuotaWarned(CLIENT, 80, 100, 80): AlertKind.WARNED,
        Throttled(CLIENT, 90, 90, 1024): AlertKind.THROTTLED,
        QuotaReached(CLIENT, 100): AlertKind.CUT,
        ListenerChanged(tunnel, False, error): AlertKind.PORT_FAILED,
    }
    for event, kind in events.items():
        told = told_by(event)
        assert told is not None
        assert told[:2] == (kind, event.owner)
    assert told_by(ListenerChanged(tunnel, True)) is None
    assert told_by(AgentUp(1, "", "")) is None


def test_an_agent_is_away_once_it_was_there_and_is_missed() -> None:
    watch = AgentWatch({})
    watch.turn(set(), {1, 2}, 0)
    assert list(watch.away({1, 2}, 1000, 120)) == []

    watch.turn({1, 2}, {1, 2}, 60)
    watch.turn(set(), {1, 2}, 120)
    assert list(watch.away({1}, 179, 120)) == []
    assert list(watch.away({1}, 180, 120)) == [(1, 120)]
    watch.turn(set(), {2}, 240)
    assert list(watch.away({1}, 240, 120)) == []


def test_while_the_computer_slept_nobody_was_away() -> None:
    watch = AgentWatch({})
    watch.turn({1}, {1}, 60)
    watch.shift(3600)

    assert list(watch.away({1}, 3720, 120)) == []
    assert list(watch.away({1}, 3780, 120)) == [(1, 120)]


def test_an_agent_is_needed_by_what_is_enabled_and_dialled_by_it() -> None:
    tunnel = Tunnel(id=1, client=1, via=Via.AGENT)
    owners = {1: Client(id=1, key="a"), 2: Client(id=2, key="b"), 3: Client(id=3, key="c", enabled=False)}
    tunnels = {
        1: tunnel,
        2: replace(tunnel, id=2, client=2, enabled=False),
        3: replace(tunnel, id=3, client=3),
    }

    assert needed_agents(Configuration(clients=owners, tunnels=tunnels)) == {1}


def test_what_expires_is_in_the_order_of_its_end() -> None:
    client, host = Client(id=1, key="a", expires=300), Host(id=1, client=1, expires=200)
    stopped = Tunnel(id=1, client=1, expires=100, enabled=False)
    wanted = Configuration(clients={1: client}, hosts={1: host}, tunnels={1: stopped})

    assert expiring(wanted) == [(200, host), (300, client)]


def alarms(pattern: Pattern, seed: int, times: int = AlertRules().unusual_times) -> int:
    """How many hours of a week are unusual after eight such weeks."""
    hours = pattern(random.Random(seed), (WEEKS + 1) * 168)
    moved = {MONDAY + at * HOUR: count for at, count in enumerate(hours)}
    covered = [(MONDAY, MONDAY + len(hours) * HOUR)]
    count = 0
    for at in range(WEEKS * 168, len(hours)):
        found = usual(moved, covered, same_hours(MONDAY + at * HOUR, zoneinfo.ZoneInfo("UTC")))
        assert found is not None
        count += hours[at] > found.most(times, GIB)
    return count


@pytest.mark.parametrize("pattern", [office, steady, backup])
def test_usual_weeks_raise_hardly_an_alarm(pattern: Pattern) -> None:
    assert sum(alarms(pattern, seed) for seed in range(5)) <= 5 * 168 * 0.01


def silences(pattern: Pattern, seed: int, gone_from: int) -> list[int]:
    """Which hours of a week are quiet after eight such weeks, when nothing comes from one of them on."""
    hours = pattern(random.Random(seed), (WEEKS + 1) * 168)
    moved = {MONDAY + at * HOUR: count for at, count in enumerate(hours) if at < WEEKS * 168 + gone_from}
    covered = [(MONDAY, MONDAY + len(hours) * HOUR)]
    found = []
    for at in range(168):
        hour = MONDAY + (WEEKS * 168 + at) * HOUR
        if quiet(moved, covered, hour, same_hours(hour, zoneinfo.ZoneInfo("UTC")), GIB >> 2):
            found.append(at)
    return found


@pytest.mark.parametrize("pattern", [office, steady, backup])
def test_usual_weeks_are_not_quiet(pattern: Pattern) -> None:
    assert [silences(pattern, seed, 168) for seed in range(5)] == [[]] * 5


def test_who_falls_silent_where_he_never_was_is_told_soon() -> None:
    assert [silences(steady, seed, 30)[0] for seed in range(5)] == [31] * 5
    assert all(9 <= silences(office, seed, 8)[0] <= 10 for seed in range(5))


def test_who_was_once_silent_before_is_not_quiet_nor_where_the_program_did_not_run() -> None:
    hours = same_hours(MONDAY, zoneinfo.ZoneInfo("UTC"))
    moved = dict.fromkeys(hours, GIB)
    ran = [(0, MONDAY + HOUR)]

    assert quiet(moved, ran, MONDAY, hours, GIB) == GIB
    assert quiet(moved, ran, MONDAY, hours, 2 * GIB) is None
    assert quiet(moved | {MONDAY - HOUR: GIB}, ran, MONDAY, hours, GIB) is None
    assert quiet(moved | {hours[3]: 0}, ran, MONDAY, hours, GIB) is None
    assert quiet(moved, [(0, MONDAY + HOUR // 2)], MONDAY, hours, GIB) is None
    assert quiet(moved, [(MONDAY - 3 * WEEK, MONDAY + HOUR)], MONDAY, hours, GIB) is None


def test_ten_times_as_much_is_unusual_and_half_more_is_not() -> None:
    hours = same_hours(MONDAY, zoneinfo.ZoneInfo("UTC"))
    moved = dict.fromkeys(hours, 10 * GIB)
    found = usual(moved, [(0, MONDAY)], hours)

    assert found is not None
    assert 15 * GIB < found.most(3, GIB) < 100 * GIB
    assert found.most(3, 200 * GIB) == 200 * GIB


def test_one_wild_week_does_not_make_the_next_one_usual() -> None:
    hours = same_hours(MONDAY, zoneinfo.ZoneInfo("UTC"))
    moved = {**dict.fromkeys(hours, GIB), hours[0]: 1000 * GIB}
    found = usual(moved, [(0, MONDAY)], hours)

    assert found is not None
    assert found.most(3, GIB) < 10 * GIB


def test_what_comes_an_hour_early_or_late_is_usual() -> None:
    hours = same_hours(MONDAY, zoneinfo.ZoneInfo("UTC"))
    moved = {hour + (-1, 0, 1)[number % 3] * HOUR: 10 * GIB for number, hour in enumerate(hours)}
    found = usual(moved, [(0, MONDAY)], hours)

    assert found is not None
    assert found.median == 10 * GIB


def test_with_few_weeks_known_nothing_is_said() -> None:
    hours = same_hours(MONDAY, zoneinfo.ZoneInfo("UTC"))

    assert usual({}, [(MONDAY - 3 * WEEK, MONDAY)], hours) is None
    assert usual({}, [(MONDAY - 4 * WEEK, MONDAY)], hours) is not None
    assert usual({}, [(hour, hour + 600) for hour in hours], hours) is None


def test_the_same_hour_is_the_same_by_the_clock() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    after = 1_743_400_800  # Monday 31 March 2025, 08:00 in Berlin, a day after the clocks went forward

    assert after - same_hours(after, berlin)[0] == WEEK - HOUR
