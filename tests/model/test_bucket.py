from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.bucket import BURST_SECONDS, LARGEST_QUANTUM, TURNS_PER_BURST, Bucket

RATES = st.integers(1, 2**30)
ROUNDING = 1e-6
"""Tokens are floating-point numbers."""


class Stream:
    """Reads chunks of the given sizes, one after the other, whenever it has been granted a turn."""

    def __init__(self, bucket: Bucket, sizes: Iterator[int]) -> None:
        self.bucket = bucket
        self.sizes = sizes
        self.turns = 0
        self.spent = 0
        self.ready = False

    def granted(self) -> None:
        assert not self.ready, "granted twice for one wait"
        self.turns += 1
        self.ready = True

    def read(self, now: float) -> None:
        """Spend what the turn is for: at least a quantum, in whole chunks."""
        self.ready = False
        left = self.bucket.quantum
        while left > 0:
            count = next(self.sizes)
            self.bucket.spent += count
            self.spent += count
            left -= count


def turns_saved(bucket: Bucket, now: float) -> int:
    """Take every turn that may be taken without waiting; how many that were."""
    turns = 0
    while not bucket.dry(now):
        bucket.spent += bucket.quantum
        turns += 1
    return turns


def run(bucket: Bucket, streams: list[Stream], rounds: int, now: float = 0.0) -> float:
    """Serve greedy streams as the pacer does; returns the time at which the next turn is due."""
    for stream in streams:
        bucket.wait(stream)
    for _ in range(rounds):
        now += bucket.next_turn(now) or 0.0
        bucket.serve(now)
        for stream in streams:
            if stream.ready:
                stream.read(now)
                bucket.wait(stream)
    return now + (bucket.next_turn(now) or 0.0)


@given(RATES, st.lists(st.floats(0.05, 20), min_size=1, max_size=10), st.integers(1, 5))
def test_the_long_run_rate_is_exact_within_a_burst_whatever_the_chunks(
    rate: int, chunks: list[float], count: int
) -> None:
    """``chunks``: in quanta."""
    bucket = Bucket(rate)
    sizes = [max(1, int(chunk * bucket.quantum)) for chunk in chunks]
    streams = [Stream(bucket, itertools.cycle(sizes)) for _ in range(count)]
    seconds = run(bucket, streams, rounds=50)

    spent = sum(stream.spent for stream in streams)
    assert abs(spent - rate * seconds) <= max(1.0, rate * BURST_SECONDS) + spent * ROUNDING


@given(RATES, st.integers(2, 8), st.integers(1, 200))
def test_streams_that_share_a_bucket_get_equal_shares(rate: int, count: int, rounds: int) -> None:
    bucket = Bucket(rate)
    streams = [Stream(bucket, itertools.repeat(bucket.quantum)) for _ in range(count)]
    run(bucket, streams, rounds)

    turns = [stream.turns for stream in streams]
    assert max(turns) - min(turns) <= 1


@given(RATES, st.lists(st.tuples(st.floats(0, 10), st.integers(0, 2**20)), max_size=30))
def test_no_more_flows_than_the_rate_and_a_burst(rate: int, reads: list[tuple[float, int]]) -> None:
    """A stream that reads a part of its turn, after any pauses."""
    bucket = Bucket(rate)
    now, spent = 0.0, 0
    for pause, wanted in reads:
        now += pause
        count = 0 if bucket.dry(now) else min(wanted, bucket.quantum)
        bucket.spent += count
        spent += count

        assert spent <= rate * now + max(1.0, rate * BURST_SECONDS) + spent * ROUNDING


def test_an_idle_bucket_saves_a_burst_and_no_more() -> None:
    assert turns_saved(Bucket(1024), 0.125) == TURNS_PER_BURST / 2
    assert turns_saved(Bucket(1024), 3600.0) == TURNS_PER_BURST


@pytest.mark.parametrize("rate", [1, 2, 3, 1023, 1024, 2**30])
def test_the_slowest_and_the_fastest_rate_flow(rate: int) -> None:
    bucket = Bucket(rate)
    stream = Stream(bucket, itertools.repeat(bucket.quantum))
    run(bucket, [stream], rounds=20)

    assert stream.turns >= 20


def test_without_a_rate_nobody_waits() -> None:
    bucket = Bucket()
    bucket.spent += 2**40

    assert not bucket.dry(0.0)
    assert bucket.quantum == LARGEST_QUANTUM


def test_debt_is_paid_before_anyone_is_served() -> None:
    bucket = Bucket(1000)
    bucket.spent += 5000
    stream = Stream(bucket, itertools.repeat(1))
    bucket.wait(stream)

    assert bucket.next_turn(0.0) == pytest.approx(5.0 + bucket.quantum / 1000)
    bucket.serve(5.0)
    assert stream.turns == 0
    bucket.serve(5.1)
    assert stream.turns == 1


def test_nobody_reads_past_those_who_wait() -> None:
    bucket = Bucket(1000)
    bucket.wait(Stream(bucket, itertools.repeat(1)))

    assert bucket.dry(10.0)


def test_a_rate_edited_in_place_keeps_who_waits_in_order() -> None:
    bucket = Bucket(8)
    streams = [Stream(bucket, itertools.repeat(1)) for _ in range(3)]
    for stream in streams:
        bucket.wait(stream)
    bucket.set_rate(1000, 0.0)
    assert bucket.waiting == 3

    bucket.serve((bucket.next_turn(0.0) or 0.0) + 1e-9)
    assert [stream.turns for stream in streams] == [1, 0, 0]


def test_a_rate_lifted_serves_everyone_at_once() -> None:
    bucket = Bucket(1)
    streams = [Stream(bucket, itertools.repeat(1)) for _ in range(3)]
    for stream in streams:
        bucket.wait(stream)
    bucket.set_rate(0, 0.0)

    assert bucket.next_turn(0.0) == 0.0
    bucket.serve(0.0)
    assert [stream.turns for stream in streams] == [1, 1, 1]
    assert bucket.next_turn(0.0) is None


@given(RATES, RATES)
def test_after_a_new_rate_nobody_waits_longer_than_a_burst_and_a_turn(before: int, after: int) -> None:
    bucket = Bucket(before)
    bucket.spent += 2**40
    bucket.set_rate(after, 0.0)
    bucket.wait(Stream(bucket, itertools.repeat(1)))

    wait = bucket.next_turn(0.0)
    assert wait is not None
    assert before == after or wait <= 2 * max(BURST_SECONDS, 1 / after)


def test_an_edit_that_leaves_the_rate_forgives_no_debt() -> None:
    bucket = Bucket(1024)
    bucket.spent += 10_240
    assert bucket.dry(0.0)
    bucket.set_rate(1024, 0.0)

    assert bucket.dry(10.0)
    assert turns_saved(bucket, 10.125) == 4


def test_time_that_is_told_late_is_not_paid_twice() -> None:
    bucket = Bucket(1024)
    bucket.dry(0.125)
    bucket.dry(0.0)

    assert turns_saved(bucket, 0.125) == 4


def test_a_stream_that_has_ended_is_not_served() -> None:
    bucket = Bucket(1000)
    ended, other = (Stream(bucket, itertools.repeat(1)) for _ in range(2))
    bucket.wait(ended)
    bucket.wait(other)
    bucket.forget(ended)
    bucket.forget(ended)
    bucket.serve(10.0)

    assert (ended.turns, other.turns) == (0, 1)


def test_a_stream_may_end_others_in_its_turn() -> None:
    bucket = Bucket(0)
    other = Stream(bucket, itertools.repeat(1))

    class Ender:
        def granted(self) -> None:
            bucket.forget(other)

    bucket.wait(Ender())
    bucket.wait(other)
    bucket.serve(0.0)

    assert other.turns == 0


def test_what_was_spent_since_the_last_look_is_not_given_out_a_second_time() -> None:
    """Spending knows no clock: a bucket that has been full ever since counts it as spent now."""
    bucket = Bucket(1024)
    assert not bucket.dry(100.0)

    bucket.spent += 5 * bucket.quantum

    assert turns_saved(bucket, 200.0) == 3
    assert turns_saved(bucket, 300.0) == 8
