from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.bucket import BURST_SECONDS, LARGEST_QUANTUM
from npsgui.model.entities import GLOBAL_KEY, Limits, OwnerKey, OwnerKind
from npsgui.model.flow import Direction, Flow, QuotaCounts
from npsgui.model.gate import Cause, Gate, Lease, Refusal

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)
HOST = OwnerKey(OwnerKind.HOST, 1)
WALL = 1_700_000_000
CHUNK = 65_536

CHUNKS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(Direction), st.integers(1, 2**18)), max_size=60
)
"""What streams have to send: which of four, which way, how much."""


class House:
    """Everything over one client over a tunnel and a host."""

    def __init__(self, **limits: Limits) -> None:
        self.everything = Gate()
        self.client = Gate(CLIENT, self.everything)
        self.tunnel = Gate(TUNNEL, self.client)
        self.host = Gate(HOST, self.client)
        for name, limit in limits.items():
            self.configure(name, limit)

    def configure(self, name: str, limits: Limits, now: float = 0.0) -> None:
        """Put limits in force at the gate with this name."""
        gate: Gate = getattr(self, name)
        gate.configure(limits, now)


def carry(gate: Gate, session: Flow, direction: Direction, wanted: int, now: float = 0.0) -> int:
    """One read of a session that wants so many bytes: what it gets is charged and delivered."""
    lane = gate.lanes[direction]
    count = lane.cut(wanted, 0) if lane.next_dry(0, now) is None else 0
    lane.charge(session, count)
    return count


@given(CHUNKS, st.integers(1, 2**21), st.sampled_from(["everything", "client", "tunnel"]))
def test_delivered_is_charged_and_never_above_the_quota(
    chunks: list[tuple[int, Direction, int]], quota: int, limited: str
) -> None:
    house = House(**{limited: Limits(quota=quota)})
    sessions = [Flow(parent=house.tunnel.flow) for _ in range(4)]
    delivered = [
        carry(house.tunnel, sessions[number], direction, wanted) for number, direction, wanted in chunks
    ]

    wanted_in_all = sum(wanted for _, _, wanted in chunks)
    assert sum(delivered) == min(quota, wanted_in_all)
    for gate in house.tunnel.chain:
        assert gate.flow.inlet + gate.flow.export == sum(delivered)
    assert sum(session.inlet + session.export for session in sessions) == sum(delivered)


@given(CHUNKS, st.integers(1, 2**20), st.sampled_from([QuotaCounts.INLET, QuotaCounts.EXPORT]))
def test_a_quota_of_one_direction_leaves_the_other_free(
    chunks: list[tuple[int, Direction, int]], quota: int, counts: QuotaCounts
) -> None:
    house = House(client=Limits(quota=quota, quota_counts=counts))
    session = Flow(parent=house.tunnel.flow)
    wanted = dict.fromkeys(Direction, 0)
    for _, direction, count in chunks:
        carry(house.tunnel, session, direction, count)
        wanted[direction] += count

    counted = Direction(counts.value)
    carried = {Direction.INLET: session.inlet, Direction.EXPORT: session.export}
    for direction in Direction:
        bound = quota if direction is counted else wanted[direction]
        assert carried[direction] == min(bound, wanted[direction])


@given(CHUNKS, st.integers(1, 2**20), st.integers(1, 2**20))
def test_tunnels_share_a_clients_quota_and_keep_their_own(
    chunks: list[tuple[int, Direction, int]], clients: int, tunnels: int
) -> None:
    house = House(client=Limits(quota=clients), tunnel=Limits(quota=tunnels))
    of_tunnel, of_host = Flow(parent=house.tunnel.flow), Flow(parent=house.host.flow)
    for number, direction, wanted in chunks:
        gate, session = (house.tunnel, of_tunnel) if number % 2 else (house.host, of_host)
        carry(gate, session, direction, wanted)

    assert house.tunnel.flow.used <= tunnels
    assert house.client.flow.used <= clients
    assert house.tunnel.flow.used + house.host.flow.used == house.client.flow.used
    assert house.everything.flow.used == house.client.flow.used


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=100), st.integers(0, 5))
def test_leases_are_given_back_exactly_once(steps: list[tuple[bool, int]], limit: int) -> None:
    house = House(client=Limits(connections=limit))
    leases: list[Lease] = []
    closed: set[int] = set()
    for opens, number in steps:
        if opens:
            answer = (house.tunnel if number % 2 else house.host).admit(WALL)
            if isinstance(answer, Lease):
                leases.append(answer)
            else:
                assert answer == Refusal(CLIENT, Cause.CONNECTIONS)
                assert len(leases) - len(closed) == limit
        elif leases:
            chosen = number % len(leases)
            leases[chosen].close()
            closed.add(chosen)

        is_open = len(leases) - len(closed)
        assert house.client.open == house.everything.open == is_open
        assert house.tunnel.open + house.host.open == is_open
        assert not limit or is_open <= limit


def test_a_refusal_takes_no_lease_of_anyone() -> None:
    house = House(everything=Limits(connections=1))
    assert isinstance(house.tunnel.admit(WALL), Lease)

    assert house.host.admit(WALL) == Refusal(GLOBAL_KEY, Cause.CONNECTIONS)
    assert [gate.open for gate in house.host.chain] == [0, 1, 1]


def test_a_connection_limit_set_below_what_is_open_admits_no_more() -> None:
    house = House()
    leases = [house.tunnel.admit(WALL) for _ in range(3)]
    house.configure("tunnel", Limits(connections=2))

    for lease in leases[:2]:
        assert house.tunnel.admit(WALL) == Refusal(TUNNEL, Cause.CONNECTIONS)
        assert isinstance(lease, Lease)
        lease.close()
    assert isinstance(house.tunnel.admit(WALL), Lease)


def test_expiry_is_from_its_second_on() -> None:
    house = House()
    house.client.configure(Limits(), 0.0, expires=WALL)

    assert house.tunnel.refusal(WALL - 0.001) is None
    assert house.tunnel.refusal(WALL) == Refusal(CLIENT, Cause.EXPIRED)
    assert house.everything.refusal(WALL) is None


def test_what_is_disabled_above_is_refused_below() -> None:
    house = House()
    house.client.configure(Limits(), 0.0, enabled=False)

    assert house.host.admit(WALL) == Refusal(CLIENT, Cause.DISABLED)


def test_a_used_up_quota_is_refused_and_a_raised_one_admits_again() -> None:
    house = House(client=Limits(quota=10))
    house.tunnel.flow.add(Direction.EXPORT, 10)
    assert house.host.refusal(WALL) == Refusal(CLIENT, Cause.QUOTA)

    house.configure("client", Limits(quota=11))
    assert house.host.refusal(WALL) is None


def test_every_refusal_names_its_owner_in_words() -> None:
    said = {str(Refusal(CLIENT, cause).sentence()) for cause in Cause}

    assert len(said) == 7
    assert all("lient 1" in sentence for sentence in said)


def test_an_unlimited_chain_costs_nothing_on_the_way() -> None:
    house = House()
    for lane in house.tunnel.lanes.values():
        assert (lane.flows, lane.buckets, lane.limited) == ((), (), False)
        assert lane.cut(CHUNK, 0) == CHUNK
        assert lane.quantum == LARGEST_QUANTUM
        assert lane.next_dry(0, 0.0) is None


def test_a_shared_rate_is_spent_by_both_directions_and_the_others_by_their_own() -> None:
    """After ten idle seconds a burst is saved up: 20,000 shared, 10,000 inlet, 15,000 export."""
    house = House(client=Limits(rate=80_000, inlet_rate=40_000, export_rate=60_000))
    session = Flow(parent=house.tunnel.flow)
    inlet, export = house.tunnel.lanes[Direction.INLET], house.tunnel.lanes[Direction.EXPORT]
    shared, own = range(2)

    assert (inlet.next_dry(0, 10.0), export.next_dry(0, 10.0)) == (None, None)
    inlet.charge(session, 10_000)
    assert (inlet.next_dry(0, 10.0), export.next_dry(0, 10.0)) == (own, None)
    export.charge(session, 10_000)
    assert (inlet.next_dry(0, 10.0), export.next_dry(0, 10.0)) == (shared, shared)


def test_limits_edited_live_are_felt_by_the_lanes_that_sessions_hold() -> None:
    house = House()
    lane = house.tunnel.lanes[Direction.INLET]
    session = Flow(parent=house.tunnel.flow)
    lane.charge(session, 500)

    house.configure("everything", Limits(quota=600))
    assert lane.cut(CHUNK, 0) == lane.quota_left(CHUNK) == 100
    house.configure("everything", Limits(rate=1000), now=1.0)
    assert lane.cut(CHUNK, 0) == lane.quantum < CHUNK
    assert (lane.next_dry(0, 1.0), lane.next_dry(0, 1.1)) == (0, None)
    house.configure("everything", Limits())
    assert lane.cut(CHUNK, 0) == CHUNK


def test_a_turn_that_has_begun_is_read_to_its_end_and_no_further() -> None:
    lane = House(client=Limits(rate=80_000, quota=2400)).tunnel.lanes[Direction.INLET]

    assert lane.quantum == 2500
    assert lane.cut(CHUNK, 10) == 10
    assert lane.cut(CHUNK, 9999) == lane.cut(CHUNK, 0) == 2400
    assert lane.cut(7, 0) == 7


def test_a_stream_waits_at_each_dry_bucket_of_its_chain_in_turn() -> None:
    house = House(tunnel=Limits(rate=1000), client=Limits(rate=2000), everything=Limits(export_rate=4000))
    inlet, export = house.tunnel.lanes[Direction.INLET], house.tunnel.lanes[Direction.EXPORT]

    assert [bucket.rate for bucket in inlet.buckets] == [1000, 2000]
    assert [bucket.rate for bucket in export.buckets] == [1000, 2000, 4000]
    assert [export.next_dry(first, 0.0) for first in range(4)] == [0, 1, 2, None]
    assert export.next_dry(0, 1.0) is None
    assert export.quantum == min(bucket.quantum for bucket in export.buckets)


@given(CHUNKS, st.integers(1, 2**22), st.integers(0, 2**20))
def test_rates_and_quotas_hold_together(
    chunks: list[tuple[int, Direction, int]], rate: int, quota: int
) -> None:
    """A hundredth of a second between two reads."""
    house = House(tunnel=Limits(rate=rate), client=Limits(quota=quota))
    session = Flow(parent=house.tunnel.flow)
    for number, (_, direction, wanted) in enumerate(chunks):
        carry(house.tunnel, session, direction, wanted, now=number / 100)

    carried = session.inlet + session.export
    assert carried <= rate * len(chunks) / 100 + max(1, rate * BURST_SECONDS)
    assert not quota or carried <= quota
