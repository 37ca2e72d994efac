"""How an owner is, and why: what the state and its sentence say of each limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from npsgui.app.rows import flow_row
from npsgui.model.accounts import Accounts
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Limits, Owner, Tunnel
from npsgui.model.flow import Direction
from npsgui.model.hours import parse_week
from npsgui.model.views import FlowRow, State

NOON = 1_796_040_000.0  # Monday, 2026-11-30 12:00 UTC
CLIENT = Client(id=1, key="k")
TUNNEL = Tunnel(id=1, client=1)
STEPS = Limits(quota=1000, warn=50, throttle_at=90, throttle_rate=131_072)


def rows(client: Client, tunnel: Tunnel, used: int = 0, wall: float = NOON) -> list[FlowRow]:
    """The rows of both, with so many bytes used."""
    owners: tuple[Owner, ...] = (Everything(timezone="UTC"), client, tunnel)
    configuration = Configuration(
        everything=Everything(timezone="UTC"), clients={1: client}, tunnels={1: tunnel}
    )
    accounts = Accounts()
    accounts.apply(configuration, 0.0)
    gates = [accounts.gate(owner.owner) for owner in owners[1:]]
    for gate in gates[1:]:
        assert gate is not None
        gate.flow.add(Direction.INLET, used)
    accounts.turn(wall, 0.0)
    return [
        flow_row(owner, gate, (0.0, 0.0), True, wall)
        for owner, gate in zip(owners[1:], gates, strict=True)
        if gate is not None
    ]


def said(row: FlowRow) -> tuple[State, str]:
    return row.state, str(row.reason or "")


@pytest.mark.parametrize(
    ("used", "client", "tunnel"),
    [
        (499, (State.RUNNING, ""), (State.RUNNING, "")),
        (500, (State.NEAR_QUOTA, "Over 50 % of its quota is used, 500 B are left."), (State.RUNNING, "")),
        (
            900,
            (State.THROTTLED, "Client 1 is throttled to 128 KiB/s: over 90 % of its quota is used."),
            (State.THROTTLED, "Client 1 is throttled to 128 KiB/s: over 90 % of its quota is used."),
        ),
        (1000, (State.OVER_QUOTA, ""), (State.OVER_QUOTA, "The quota of client 1 is used up.")),
    ],
)
def test_each_step_of_a_quota_is_a_state_with_its_reason(
    used: int, client: tuple[State, str], tunnel: tuple[State, str]
) -> None:
    found = rows(replace(CLIENT, limits=STEPS), TUNNEL, used)

    assert [said(row) for row in found] == [client, tunnel]
    assert [row.near for row in found] == [used >= 500, False]


def test_outside_its_hours_it_says_when_they_begin() -> None:
    closed = replace(CLIENT, hours=parse_week("tu 08:30-18:00"))
    found = rows(closed, replace(TUNNEL, hours=parse_week("mo-su 09:00-10:00")))

    assert said(found[0]) == (
        State.OUTSIDE_HOURS,
        "Client 1 is outside its hours; they begin at 2026-12-01 08:30.",
    )
    assert said(found[1]) == (
        State.OUTSIDE_HOURS,
        "Tunnel 1 is outside its hours; they begin at 2026-12-01 09:00.",
    )


def test_the_row_shows_the_limits_in_force() -> None:
    owner = replace(CLIENT, limits=Limits(rate=1000, connections=3))

    assert [(row.rate, row.connection_limit) for row in rows(owner, TUNNEL)] == [(1000, 3), (0, 0)]
