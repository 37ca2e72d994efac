from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.accounts import PART, Accounts, Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    GLOBAL_KEY,
    Alternative,
    Client,
    Everything,
    Host,
    Limits,
    OwnerKey,
    OwnerKind,
    Tunnel,
)
from npsgui.model.events import AlternativeTurned, QuotaReached, QuotaWarned, Throttled
from npsgui.model.flow import Direction, Flow
from npsgui.model.gate import Cause, Gate, Lease, Refusal
from npsgui.model.hours import Week, parse_week
from npsgui.model.ladder import Rung
from npsgui.model.periods import Beginning

WALL = 1_700_000_000
CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)
HOUSE = Configuration(
    clients={1: Client(id=1, key="one"), 2: Client(id=2, key="two")},
    tunnels={1: Tunnel(id=1, client=1), 2: Tunnel(id=2, client=2)},
    hosts={1: Host(id=1, client=1)},
)


def accounts_of(configuration: Configuration = HOUSE) -> Accounts:
    made = Accounts()
    made.apply(configuration, 0.0)
    return made


def gate_of(accounts: Accounts, key: OwnerKey) -> Gate:
    gate = accounts.gate(key)
    assert gate is not None
    return gate


def test_every_owner_has_a_gate_under_the_one_above() -> None:
    accounts = accounts_of()

    assert len(accounts) == 6
    assert [str(gate.owner) for gate in gate_of(accounts, TUNNEL).chain] == [
        "tunnel 1",
        "client 1",
        "global",
    ]


def test_a_gate_keeps_its_counters_and_leases_through_an_edit() -> None:
    accounts = accounts_of()
    gate = gate_of(accounts, TUNNEL)
    gate.flow.add(Direction.INLET, 100)
    lease = gate.admit(WALL)
    accounts.apply(HOUSE.with_owner(replace(HOUSE.tunnels[1], limits=Limits(quota=150, connections=1))), 1.0)

    assert gate_of(accounts, TUNNEL) is gate
    assert (gate.flow.left, gate.open) == (50, 1)
    assert gate.admit(WALL) == Refusal(TUNNEL, Cause.CONNECTIONS)
    assert isinstance(lease, Lease)


def test_an_edit_above_is_felt_below() -> None:
    accounts = accounts_of()
    lane = gate_of(accounts, TUNNEL).lanes[Direction.INLET]
    accounts.apply(replace(HOUSE, everything=Everything(limits=Limits(quota=7))), 0.0)

    assert lane.cut(1000, 0) == 7


def test_a_removed_owner_is_disabled_and_its_bytes_stay_with_its_client() -> None:
    accounts = accounts_of()
    gate_of(accounts, TUNNEL).flow.add(Direction.EXPORT, 100)
    gone = accounts.apply(HOUSE.without(TUNNEL), 0.0)

    assert [str(gate.owner) for gate in gone] == ["tunnel 1"]
    assert gone[0].refusal(WALL) == Refusal(TUNNEL, Cause.DISABLED)
    assert accounts.gate(TUNNEL) is None
    assert gate_of(accounts, CLIENT).flow.export == 100


def test_a_lease_of_a_removed_tunnel_is_given_back_to_those_above() -> None:
    accounts = accounts_of()
    lease = gate_of(accounts, TUNNEL).admit(WALL)
    assert isinstance(lease, Lease)
    accounts.apply(HOUSE.without(TUNNEL), 0.0)
    lease.close()

    assert gate_of(accounts, CLIENT).open == accounts.everything.open == 0


def test_removing_a_client_takes_its_tunnels_and_hosts_and_no_others() -> None:
    accounts = accounts_of()
    gone = accounts.apply(HOUSE.without(CLIENT), 0.0)

    assert {str(gate.owner) for gate in gone} == {"client 1", "tunnel 1", "host 1"}
    assert {str(gate.owner) for gate in accounts} == {"global", "client 2", "tunnel 2"}


def test_totals_are_restored_as_they_were_not_added_up() -> None:
    """The client once had a tunnel that is no more."""
    accounts = accounts_of()
    accounts.restore({CLIENT: Totals(70, 7), TUNNEL: Totals(50, 5), OwnerKey(OwnerKind.TUNNEL, 9): Totals(1)})

    assert gate_of(accounts, CLIENT).flow.inlet == 70
    assert gate_of(accounts, TUNNEL).flow.export == 5
    assert accounts.everything.flow.inlet == 0


def test_only_what_differs_is_touched() -> None:
    accounts = accounts_of(HOUSE.with_owner(Client(id=1, key="one", limits=Limits(rate=1000))))
    lane = gate_of(accounts, TUNNEL).lanes[Direction.INLET]
    laid = lane.buckets
    edited = HOUSE.with_owner(Client(id=1, key="one", limits=Limits(rate=1000)))
    accounts.apply(edited, 0.0)
    accounts.apply(edited.with_owner(replace(HOUSE.tunnels[2], remark="new")), 0.0)

    assert lane.buckets == laid


@given(
    st.lists(
        st.tuples(st.sampled_from(["carry", "remove", "add"]), st.integers(1, 3), st.integers(0, 2**30)),
        max_size=40,
    )
)
def test_the_sum_of_the_clients_is_everything_whatever_comes_and_goes(
    steps: list[tuple[str, int, int]],
) -> None:
    accounts, configuration = accounts_of(), HOUSE
    carried = 0
    for step, number, count in steps:
        key = OwnerKey(OwnerKind.TUNNEL, number)
        if step == "carry" and number in configuration.tunnels:
            Flow(parent=gate_of(accounts, key).flow).add(Direction.INLET, count)
            carried += count
        elif step == "remove" and number in configuration.tunnels:
            configuration = configuration.without(key)
        elif step == "add":
            configuration = configuration.with_owner(Tunnel(id=number, client=1 + number % 2))
        accounts.apply(configuration, 0.0)

    clients = [gate for gate in accounts if gate.owner.kind is OwnerKind.CLIENT]
    assert gate_of(accounts, GLOBAL_KEY).flow.inlet == carried
    assert sum(client.flow.inlet for client in clients) == carried


def hours_of(text: str) -> Week:
    return parse_week(text, "hours")


MONDAY_NOON = 1_796_040_000.0  # 2026-11-30 12:00 UTC
BY_NIGHT = Everything(
    timezone="UTC", alternative=Alternative.SCHEDULE, alternative_hours=hours_of("22:00-06:00")
)
NIGHTLY = Limits(rate=1000, connections=5, alt_rate=0, alt_connections=9)


def test_outside_its_hours_an_owner_and_all_below_refuse() -> None:
    client = replace(HOUSE.clients[1], hours=hours_of("mo 08:00-18:00"))
    accounts = accounts_of(replace(HOUSE, everything=Everything(timezone="UTC")).with_owner(client))
    tunnel = gate_of(accounts, TUNNEL)

    assert tunnel.refusal(MONDAY_NOON) is None
    assert tunnel.refusal(MONDAY_NOON + 6 * 3600 - 0.001) is None
    assert tunnel.refusal(MONDAY_NOON + 6 * 3600) == Refusal(CLIENT, Cause.HOURS)
    assert accounts.everything.refusal(MONDAY_NOON + 6 * 3600) is None


def test_another_time_zone_moves_the_hours_of_all() -> None:
    client = replace(HOUSE.clients[1], hours=hours_of("mo 08:00-18:00"))
    configuration = replace(HOUSE, everything=Everything(timezone="UTC")).with_owner(client)
    accounts = accounts_of(configuration)
    accounts.apply(configuration.with_owner(Everything(timezone="Asia/Shanghai")), 1.0)

    assert gate_of(accounts, TUNNEL).refusal(MONDAY_NOON) == Refusal(CLIENT, Cause.HOURS)
    assert gate_of(accounts, TUNNEL).refusal(MONDAY_NOON - 4 * 3600) is None


def test_alternative_limits_are_switched_by_hand_and_touch_only_what_has_any() -> None:
    configuration = HOUSE.with_owner(replace(HOUSE.clients[1], limits=NIGHTLY))
    accounts = accounts_of(configuration)
    gate = gate_of(accounts, CLIENT)
    assert accounts.turn(WALL, 0.0) == []
    accounts.apply(configuration.with_owner(Everything(alternative=Alternative.ON)), 1.0)

    assert accounts.turn(WALL, 1.0) == [AlternativeTurned(True)]
    assert (gate.limits.rate, gate.limits.connections) == (0, 9)
    assert gate_of(accounts, TUNNEL).lanes[Direction.INLET].buckets == ()
    assert accounts.everything.limits == Everything().limits
    accounts.apply(configuration, 2.0)
    assert accounts.turn(WALL, 2.0) == [AlternativeTurned(False)]
    assert gate.limits == NIGHTLY
    assert [bucket.rate for bucket in gate_of(accounts, TUNNEL).lanes[Direction.INLET].buckets] == [1000]


def test_an_edit_above_that_limits_nothing_is_not_felt_below() -> None:
    configuration = HOUSE.with_owner(replace(HOUSE.clients[1], limits=NIGHTLY))
    accounts = accounts_of(configuration)
    lane = gate_of(accounts, TUNNEL).lanes[Direction.INLET]
    before = lane.buckets
    accounts.apply(configuration.with_owner(Everything(http_port=80)), 1.0)
    assert lane.buckets is before

    accounts.apply(configuration.with_owner(Everything(limits=Limits(rate=7))), 2.0)
    assert [bucket.rate for bucket in lane.buckets] == [1000, 7]


def test_many_are_switched_in_parts_and_what_was_edited_meanwhile_stays_as_it_is() -> None:
    configuration = Configuration().with_owner(Everything(alternative=Alternative.ON))
    for ident in range(1, 2 * PART + 2):
        configuration = configuration.with_owner(Client(id=ident, key=str(ident), limits=NIGHTLY))
    accounts = accounts_of(configuration)

    assert accounts.turn(WALL, 0.0) == []
    assert sum(not gate.limits.rate for gate in accounts) == PART + 1  # and everything
    accounts.apply(
        configuration.without(CLIENT).with_owner(Client(id=2, key="2", limits=Limits(rate=5))), 1.0
    )

    assert accounts.switch_some(1.0)
    assert not accounts.switch_some(1.0)
    assert accounts.gate(CLIENT) is None
    assert sorted(gate.limits.rate for gate in accounts) == [0] * (2 * PART) + [5]


def test_alternative_limits_come_and_go_by_schedule() -> None:
    configuration = HOUSE.with_owner(replace(HOUSE.clients[1], limits=NIGHTLY)).with_owner(BY_NIGHT)
    accounts = accounts_of(configuration)
    steps = [(0, False), (10 * 3600 - 1, False), (10 * 3600, True), (18 * 3600 - 1, True), (18 * 3600, False)]
    said = []
    for seconds, wanted in steps:
        said += accounts.turn(MONDAY_NOON + seconds, seconds)
        assert accounts.alternative is wanted
        assert gate_of(accounts, CLIENT).limits.rate == (0 if wanted else 1000)
    assert said == [AlternativeTurned(True), AlternativeTurned(False)]


def test_what_was_on_at_the_start_is_no_news() -> None:
    accounts = accounts_of(HOUSE.with_owner(Everything(alternative=Alternative.ON)))

    assert accounts.turn(WALL, 0.0) == []
    assert accounts.alternative


def test_each_step_of_a_quota_is_told_once_and_not_again_after_a_start() -> None:
    limits = Limits(quota=1000, warn=50, throttle_at=90, throttle_rate=77)
    configuration = HOUSE.with_owner(replace(HOUSE.clients[1], limits=limits))
    accounts = accounts_of(configuration)
    flow = gate_of(accounts, TUNNEL).flow
    flow.add(Direction.INLET, 500)
    assert accounts.turn(WALL, 0.0) == [QuotaWarned(CLIENT, 500, 1000, 50)]
    assert accounts.turn(WALL, 1.0) == []
    flow.add(Direction.INLET, 400)
    assert accounts.turn(WALL, 2.0) == [Throttled(CLIENT, 900, 90, 77)]

    again = accounts_of(configuration)
    again.restore({CLIENT: Totals(900)})
    assert gate_of(again, CLIENT).ladder.throttles
    assert again.turn(WALL, 0.0) == []


def test_a_quota_below_what_is_used_is_told_as_used_up_and_as_nothing_else() -> None:
    accounts = accounts_of(HOUSE)
    gate_of(accounts, TUNNEL).flow.add(Direction.INLET, 500)
    accounts.turn(WALL, 0.0)
    limits = Limits(quota=100, warn=50, throttle_at=90, throttle_rate=77)
    accounts.apply(HOUSE.with_owner(replace(HOUSE.clients[1], limits=limits)), 1.0)

    assert accounts.turn(WALL, 1.0) == [QuotaReached(CLIENT, 500)]
    assert accounts.turn(WALL, 2.0) == []


def test_a_quota_that_is_used_up_twice_within_a_second_is_told_twice() -> None:
    configuration = HOUSE.with_owner(replace(HOUSE.clients[1], limits=Limits(quota=100)))
    accounts = accounts_of(configuration)
    flow, ladder = gate_of(accounts, TUNNEL).flow, gate_of(accounts, CLIENT).ladder
    flow.add(Direction.INLET, 100)
    assert (ladder.news(), ladder.news()) == (Rung.CUT, None)
    accounts.begin(CLIENT, Beginning(1, 100, 0))
    flow.add(Direction.INLET, 100)

    assert accounts.turn(WALL, 1.0) == [QuotaReached(CLIENT, 100)]


def test_a_pause_turns_everybody_away_until_it_ends() -> None:
    accounts = accounts_of(HOUSE.with_owner(Everything(paused=True)))
    assert gate_of(accounts, TUNNEL).refusal(WALL) == Refusal(GLOBAL_KEY, Cause.DISABLED)

    accounts.apply(HOUSE, 0.0)
    assert gate_of(accounts, TUNNEL).refusal(WALL) is None


def test_a_removed_owner_is_laid_no_more() -> None:
    accounts = accounts_of()
    gone = accounts.apply(HOUSE.without(TUNNEL), 0.0)
    accounts.apply(HOUSE.without(TUNNEL).with_owner(Everything(limits=Limits(rate=5))), 0.0)

    assert gone[0].lanes[Direction.INLET].buckets == ()
