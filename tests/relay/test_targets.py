"""Whose turn it is among targets, and which are left out."""

from __future__ import annotations

from npsgui.model.entities import OwnerKey, OwnerKind, Target, Via
from npsgui.relay.targets import Route, Targets

A, B = Target("127.0.0.1", 1), Target("::1", 2)


def route(client: int = 1, via: Via = Via.AGENT) -> Route:
    return Route(OwnerKey(OwnerKind.TUNNEL, 5), client, via, (A, B))


def test_a_target_that_an_agent_calls_sick_is_left_out_until_it_is_well() -> None:
    targets = Targets()

    targets.examined(1, "127.0.0.1:1", healthy=False)
    assert [targets.order(route(), 0.0) for _ in range(2)] == [[B], [B]]
    targets.examined(1, "[::1]:2", healthy=False)
    assert targets.order(route(), 0.0) == []
    targets.examined(1, "127.0.0.1:1", healthy=True)
    assert targets.order(route(), 0.0) == [A]


def test_it_is_sick_for_its_client_and_for_what_the_agent_dials() -> None:
    targets = Targets()
    targets.examined(1, "127.0.0.1:1", healthy=False)

    assert set(targets.order(route(client=2), 0.0)) == {A, B}
    assert set(targets.order(route(via=Via.LOCAL), 0.0)) == {A, B}


def test_when_the_agent_is_gone_nobody_is_sick() -> None:
    targets = Targets()
    targets.examined(1, "127.0.0.1:1", healthy=False)
    targets.examined(2, "127.0.0.1:1", healthy=False)

    targets.forget(1)

    assert set(targets.order(route(), 0.0)) == {A, B}
    assert targets.order(route(client=2), 0.0) == [B]
