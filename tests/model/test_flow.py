from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.flow import Direction, Flow, QuotaCounts

COUNTS = st.integers(0, 2**40)
DIRECTIONS = st.sampled_from(Direction)


def test_a_tunnel_spends_its_clients_quota() -> None:
    client = Flow(quota=100)
    ssh, web = Flow(parent=client), Flow(parent=client)

    ssh.add(Direction.INLET, 60)
    web.add(Direction.EXPORT, 40)

    assert (client.inlet, client.export) == (60, 40)
    assert client.exhausted
    assert not ssh.exhausted


@given(st.lists(st.tuples(st.integers(0, 5), DIRECTIONS, COUNTS)))
def test_children_add_up_to_their_parents_on_every_floor(moves: list[tuple[int, Direction, int]]) -> None:
    everything = Flow()
    clients = [Flow(parent=everything) for _ in range(2)]
    tunnels = [Flow(parent=clients[number % 2]) for number in range(6)]

    for number, direction, count in moves:
        tunnels[number].add(direction, count)

    for parent, children in ((everything, clients), (clients[0], tunnels[::2]), (clients[1], tunnels[1::2])):
        assert parent.inlet == sum(child.inlet for child in children)
        assert parent.export == sum(child.export for child in children)


def test_a_quota_counts_the_directions_it_is_told_to() -> None:
    used = {}
    for counts in QuotaCounts:
        flow = Flow(quota=10, quota_counts=counts)
        flow.add(Direction.INLET, 3)
        flow.add(Direction.EXPORT, 4)
        used[counts] = (flow.used, flow.left)

    assert used == {QuotaCounts.BOTH: (7, 3), QuotaCounts.INLET: (3, 7), QuotaCounts.EXPORT: (4, 6)}


def test_a_quota_limits_only_the_directions_it_counts() -> None:
    assert [Flow(quota=1, quota_counts=QuotaCounts.INLET).limits(way) for way in Direction] == [True, False]
    assert [Flow(quota=1).limits(way) for way in Direction] == [True, True]
    assert [Flow().limits(way) for way in Direction] == [False, False]


def test_a_quota_below_what_is_used_leaves_nothing() -> None:
    flow = Flow(quota=100)
    flow.add(Direction.INLET, 90)
    flow.quota = 50

    assert flow.left == 0
    assert flow.exhausted


def test_without_a_quota_nothing_is_exhausted() -> None:
    flow = Flow()
    flow.add(Direction.INLET, 2**62)

    assert not flow.exhausted
