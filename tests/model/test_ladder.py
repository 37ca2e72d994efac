from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.bucket import BURST_SECONDS
from npsgui.model.entities import Limits, OwnerKey, OwnerKind
from npsgui.model.flow import Direction, Flow, QuotaCounts
from npsgui.model.gate import Gate
from npsgui.model.ladder import Ladder, Rung

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)
CHUNK = 65_536
STEEP = Limits(quota=1000, warn=80, throttle_at=90, throttle_rate=100)


class House:
    """Everything over a client over a tunnel; one session."""

    def __init__(self, limits: Limits) -> None:
        self.everything = Gate()
        self.client = Gate(CLIENT, self.everything)
        self.tunnel = Gate(TUNNEL, self.client)
        self.session = Flow(parent=self.tunnel.flow)
        self.client.configure(limits, 0.0)

    def carry(self, count: int, direction: Direction = Direction.EXPORT) -> int:
        lane = self.tunnel.lanes[direction]
        allowed = lane.cut(count, 0)
        lane.charge(self.session, allowed)
        return allowed


def test_the_throttle_comes_into_force_with_the_byte_that_reaches_its_share() -> None:
    house = House(STEEP)
    lanes = house.tunnel.lanes.values()
    house.carry(899)
    assert [lane.buckets for lane in lanes] == [(), ()]

    house.carry(1)
    assert [[bucket.rate for bucket in lane.buckets] for lane in lanes] == [[100], [100]]
    assert house.carry(CHUNK) == 3  # a turn of a burst of 25 bytes


def test_a_quota_that_is_raised_lets_go() -> None:
    house = House(STEEP)
    house.carry(950)
    house.client.configure(Limits(quota=2000, throttle_at=90, throttle_rate=100), 1.0)

    assert not house.client.ladder.throttles
    assert house.tunnel.lanes[Direction.INLET].buckets == ()
    assert house.carry(CHUNK) == 1050
    assert house.client.ladder.throttles


def test_a_period_that_begins_anew_lets_go_at_the_next_settling() -> None:
    house = House(STEEP)
    house.carry(950)
    house.client.flow.export = 0
    house.client.settle(1.0)

    assert not house.client.ladder.throttles
    assert house.tunnel.lanes[Direction.EXPORT].buckets == ()


def test_a_direction_that_the_quota_does_not_count_brings_no_throttle_and_feels_it() -> None:
    house = House(Limits(quota=1000, quota_counts=QuotaCounts.EXPORT, throttle_at=90, throttle_rate=100))
    house.carry(CHUNK, Direction.INLET)
    assert not house.client.ladder.throttles

    house.carry(900, Direction.EXPORT)
    assert house.carry(CHUNK, Direction.INLET) == 3


def test_an_edit_of_the_rate_is_in_force_at_once() -> None:
    house = House(STEEP)
    house.carry(900)
    house.client.configure(Limits(quota=1000, throttle_at=90, throttle_rate=4000), 1.0)
    assert house.client.ladder.bucket.rate == 4000

    house.client.configure(Limits(quota=1000, throttle_at=90), 1.0)
    assert not house.client.ladder.throttles


def test_without_a_throttle_a_lane_has_nothing_to_look_at() -> None:
    for limits in (Limits(), Limits(quota=1000), Limits(throttle_at=90, throttle_rate=100)):
        house = House(limits)
        assert all(lane.throttled_later == () for lane in house.tunnel.lanes.values())


@given(st.integers(1, 2**40), st.integers(1, 100))
def test_a_share_is_reached_at_its_first_byte(quota: int, percent: int) -> None:
    flow = Flow(quota=quota)
    ladder = Ladder(flow, 0.0)
    ladder.configure(Limits(quota=quota, warn=percent))

    for used in (ladder.warn_at, ladder.warn_at - 1):
        flow.inlet = used
        assert ladder.warns is (used * 100 >= percent * quota)


@given(
    st.lists(st.tuples(st.sampled_from(Direction), st.integers(1, 2**16)), max_size=60),
    st.integers(1, 2**20),
    st.integers(1, 100),
    st.integers(1, 2**16),
)
def test_throttled_it_carries_no_more_than_the_rate_and_never_past_the_quota(
    chunks: list[tuple[Direction, int]], quota: int, percent: int, rate: int
) -> None:
    """A hundredth of a second between two reads; from the throttle on a burst, the rate, and one turn."""
    house = House(Limits(quota=quota, throttle_at=percent, throttle_rate=rate))
    before: int | None = None
    reads = 0
    for number, (direction, wanted) in enumerate(chunks):
        lane = house.tunnel.lanes[direction]
        if house.client.ladder.throttles:
            reads += 1
            if before is None:
                before = house.client.flow.used
        if lane.next_dry(0, number / 100) is None:
            house.carry(wanted, direction)
        assert house.client.ladder.throttles is house.client.ladder.due

    used = house.client.flow.used
    assert used <= quota
    if before is not None:
        assert used - before <= max(1.0, rate * BURST_SECONDS) + rate * reads / 100 + 1


@given(st.lists(st.integers(0, 200), max_size=30))
def test_the_furthest_step_is_news_once_until_it_is_left(uses: list[int]) -> None:
    flow = Flow(quota=100)
    ladder = Ladder(flow, 0.0)
    ladder.configure(Limits(quota=100, warn=80, throttle_at=90, throttle_rate=1))
    told: list[Rung] = []
    for used in uses:
        flow.export = used
        ladder.settle(0.0)
        now = [rung for rung, at in ((Rung.WARN, 80), (Rung.THROTTLE, 90), (Rung.CUT, 100)) if used >= at]
        assert ladder.news() == (now[-1] if len(now) > len(told) else None)
        assert ladder.news() is None
        told = now


def test_steps_are_told_in_the_order_in_which_they_are_reached() -> None:
    flow = Flow(quota=100)
    ladder = Ladder(flow, 0.0)
    ladder.configure(Limits(quota=100, warn=100, throttle_at=70, throttle_rate=1))
    said = []
    for used in (70, 100):
        flow.export = used
        said.append(ladder.news())

    assert said == [Rung.THROTTLE, Rung.CUT]
