"""Each limit on live sessions of each kind: kept, felt when edited, and told when it refuses."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import pytest

from npsgui.model.entities import GLOBAL_KEY, Alternative, Client, Limits, Owner, OwnerKey, OwnerKind
from npsgui.model.events import Event, QuotaWarned, SessionClosed, Throttled, VisitorRefused
from npsgui.model.flow import QuotaCounts
from npsgui.model.gate import Cause, Gate
from npsgui.model.hours import parse_week
from tests.conftest import Run
from tests.relay.house import CLIENT, TUNNEL, House, hang_up, house, read_all
from tests.relay.kinds import CLOSED, EACH_KIND, SILENCE, Exchange, File, OverHost, TurnedAway, Udp, Way
from tests.waiting import until

MONDAY_NOON = 1_796_040_000.0  # 2026-11-30 12:00 UTC
HOST = OwnerKey(OwnerKind.HOST, 1)
DATA = bytes(5000)
RATE = 40_000
"""Bytes/s. Two of DATA there and back take 0.15 s; without it no time."""
FELT = 0.03
"""Seconds that they take at least: a loop that is late looks at a bucket only after one there and back."""
AT_ONCE = 2.0
"""Seconds, on a busy machine."""


def gate_of(made: House) -> Gate:
    gate = made.accounts.gate(CLIENT)
    assert gate is not None
    return gate


def edit(made: House, *owners: Owner, at: float = MONDAY_NOON) -> None:
    made.wall = at
    made.apply(replace(made.configuration.everything, timezone="UTC"), *owners)


def client(made: House, **values: Any) -> Client:
    return replace(made.configuration.clients[1], **values)


def closed(made: House) -> list[Cause]:
    return [event.cause for event in made.of(SessionClosed) if isinstance(event, SessionClosed)]


def refused(made: House) -> list[Cause]:
    return [event.cause for event in made.of(VisitorRefused) if isinstance(event, VisitorRefused)]


async def turned_away(way: Way) -> str:
    """One more visitor, who is refused; how it learns of that."""
    said = SILENCE

    async def visit() -> None:
        nonlocal said
        try:
            await (await way.visit())(b"?")
        except TurnedAway as error:
            said = str(error)
        except (asyncio.IncompleteReadError, ConnectionError):
            said = CLOSED

    before = len(refused(way.house))
    asking = asyncio.ensure_future(visit())
    await until(lambda: len(refused(way.house)) > before)
    if way.refusal == SILENCE:
        asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    return said


async def seconds_of(exchange: Exchange, *parts: bytes) -> float:
    """How long it takes to send these and have them back."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for part in parts:
        assert await exchange(part) == part
    return loop.time() - begun


async def use_up(way: Way, exchange: Exchange, limits: Limits) -> None:
    """Exchange until these limits, which have a quota, end the session."""

    async def go_on() -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await exchange(DATA)

    way.house.limit(CLIENT, limits)
    flow = way.house.flow(CLIENT)
    going = asyncio.ensure_future(go_on())
    await until(lambda: flow.exhausted)
    if not way.whole:
        await going
    going.cancel()


@EACH_KIND
def test_sessions_end_exactly_at_the_quota_and_the_next_visitor_is_told(
    run: Run[Any], kind: type[Way]
) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made, flow = way.house, way.house.flow(CLIENT)
            exchange = await way.visit()
            await exchange(b"?")
            before = way.came, way.target.heard, flow.export, flow.inlet
            quota = flow.used + 3 * len(DATA) + (0 if way.whole else 7)
            await use_up(way, exchange, Limits(quota=quota))
            assert flow.used == quota
            assert way.came - before[0] == flow.export - before[2]
            await until(lambda: not way.hears or way.target.heard - before[1] == flow.inlet - before[3])
            await way.leave()
            await until(lambda: closed(made) == [Cause.QUOTA])
            assert await turned_away(way) == way.refusal
            assert refused(made) == [Cause.QUOTA]
            assert flow.used == quota

    run(body())


@pytest.mark.parametrize("loop_name", ["npsgui"])
@pytest.mark.parametrize("counts", [QuotaCounts.INLET, QuotaCounts.EXPORT])
@pytest.mark.parametrize("kind", [Way, Udp, File, OverHost])
def test_a_quota_of_one_direction_counts_no_other(
    run: Run[Any], kind: type[Way], counts: QuotaCounts
) -> None:
    async def body() -> None:
        async with kind.open() as way:
            flow, exchange = way.house.flow(CLIENT), await way.visit()
            await exchange(DATA)
            before = flow.inlet if counts is QuotaCounts.INLET else flow.export
            quota = before + 3 * len(DATA) + (0 if way.whole else 7)
            await use_up(way, exchange, Limits(quota=quota, quota_counts=counts))
            await way.leave()
            await until(lambda: closed(way.house) == [Cause.QUOTA])
            assert flow.used == quota == (flow.inlet if counts is QuotaCounts.INLET else flow.export)
            assert flow.inlet + flow.export > quota + 2 * len(DATA)

    run(body())


@EACH_KIND
def test_a_rate_holds_and_an_edit_of_it_is_felt_by_a_live_session(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            exchange = await way.visit()
            assert await seconds_of(exchange, DATA) < AT_ONCE
            made.limit(CLIENT, Limits(rate=RATE))
            assert await seconds_of(exchange, *[DATA] * 2) >= FELT
            made.limit(CLIENT, Limits(rate=100 * RATE))
            assert await seconds_of(exchange, *[DATA] * 20) < AT_ONCE
            assert len(made.relay.connections()) == 1

    run(body())


@EACH_KIND
def test_no_more_than_the_limit_are_let_in_and_who_leaves_makes_room(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            made.limit(CLIENT, Limits(connections=2))
            for _ in range(2):
                await (await way.visit())(b"hello")
            assert await turned_away(way) == way.refusal
            assert refused(made) == [Cause.CONNECTIONS]

            made.relay.close_connections([made.relay.connections()[0].id], Cause.CLOSED)
            await until(lambda: len(made.relay.connections()) == 1)
            await way.leave()
            await until(lambda: gate_of(made).open <= 1)
            assert await (await way.visit())(b"hello") == b"hello"

    run(body())


@EACH_KIND
def test_a_peer_who_is_blocked_is_cut_off_and_not_let_in_again(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            await (await way.visit())(b"hello")
            made.limit(CLIENT, Limits(blocked=("198.51.100.0/24",)))
            assert len(made.relay.connections()) == 1
            made.limit(CLIENT, Limits(blocked=("127.0.0.0/8",)))
            assert made.relay.connections() == []
            await way.leave()
            await until(lambda: closed(made) == [Cause.BLOCKED])
            assert await turned_away(way) == {"429": "403"}.get(way.refusal, way.refusal)
            assert refused(made) == [Cause.BLOCKED]

    run(body())


@pytest.mark.parametrize("loop_name", ["npsgui"])
@pytest.mark.parametrize(
    ("kind", "owner"),
    [
        pytest.param(kind, owner, id=f"{kind.__name__}-{owner.kind}")
        for kind, own in ((Way, TUNNEL), (Udp, TUNNEL), (OverHost, HOST))
        for owner in (GLOBAL_KEY, CLIENT, own)
    ],
)
def test_what_an_owner_may_use_holds_for_all_below_it(
    run: Run[Any], kind: type[Way], owner: OwnerKey
) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            exchange = await way.visit()
            await exchange(DATA)
            made.limit(owner, Limits(rate=RATE, connections=1))
            assert await seconds_of(exchange, *[DATA] * 2) >= FELT
            await turned_away(way)
            made.limit(owner, Limits(quota=1, connections=10))
            await way.leave()
            await until(lambda: closed(made) == [Cause.QUOTA])
            await turned_away(way)
            told = [
                (event.by, event.cause)
                for event in made.of(VisitorRefused)
                if isinstance(event, VisitorRefused)
            ]
            assert told == [(owner, Cause.CONNECTIONS), (owner, Cause.QUOTA)]

    run(body())


@EACH_KIND
def test_the_throttle_is_felt_by_a_live_session_which_goes_on(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            limits = Limits(quota=200_000, warn=20, throttle_at=50, throttle_rate=RATE)
            edit(made, client(made, limits=limits))
            exchange = await way.visit()
            assert await seconds_of(exchange, *[DATA] * 10) < AT_ONCE
            assert gate_of(made).ladder.throttles
            assert await seconds_of(exchange, *[DATA] * 2) >= FELT
            made.relay.sweep()
            told: list[Event] = [*made.of(QuotaWarned), *made.of(Throttled)]
            used = made.flow(CLIENT).used
            assert told == [Throttled(CLIENT, used, 50, RATE)]

            edit(made, client(made, limits=replace(limits, quota=10_000_000)))
            assert await seconds_of(exchange, *[DATA] * 20) < AT_ONCE
            assert closed(made) == []

    run(body())


@EACH_KIND
def test_sessions_end_when_the_hours_do_and_visitors_are_refused_until_they_begin(
    run: Run[Any], kind: type[Way]
) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            edit(made, client(made, hours=parse_week("mo 08:00-18:00")))
            assert await (await way.visit())(b"in time") == b"in time"
            made.wall = MONDAY_NOON + 6 * 3600 - 0.001
            made.relay.sweep()
            assert len(made.relay.connections()) == 1

            made.wall = MONDAY_NOON + 6 * 3600
            made.relay.sweep()
            await way.leave()
            await until(lambda: closed(made) == [Cause.HOURS])
            await turned_away(way)
            assert set(refused(made)) == {Cause.HOURS}

            made.wall = MONDAY_NOON + 7 * 86_400
            assert await (await way.visit())(b"next week") == b"next week"

    run(body())


@EACH_KIND
def test_an_edit_of_the_hours_ends_sessions_at_once(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            edit(made)
            await (await way.visit())(b"hello")
            edit(made, client(made, hours=parse_week("sa-su")))
            await way.leave()
            await until(lambda: closed(made) == [Cause.HOURS])

    run(body())


@EACH_KIND
@pytest.mark.parametrize("values", [{"expires": int(MONDAY_NOON) + 60}, {"enabled": False}])
def test_expiry_and_stopping_end_sessions_of_every_kind(
    run: Run[Any], kind: type[Way], values: dict[str, Any]
) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            edit(made)
            await (await way.visit())(b"hello")
            edit(made, client(made, **values), at=MONDAY_NOON + 59.999)
            if "expires" in values:
                assert len(made.relay.connections()) == 1
                made.wall = MONDAY_NOON + 60
                made.relay.sweep()
            cause = Cause.EXPIRED if "expires" in values else Cause.DISABLED
            await way.leave()
            await until(lambda: closed(made) == [cause])

    run(body())


@EACH_KIND
def test_alternative_limits_are_felt_by_live_sessions_and_drop_none(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            limits = Limits(alt_rate=RATE, alt_connections=1)
            edit(made, client(made, limits=limits))
            exchange = await way.visit()
            await exchange(DATA)
            made.apply(replace(made.configuration.everything, alternative=Alternative.ON))
            assert await seconds_of(exchange, *[DATA] * 2) >= FELT
            await turned_away(way)
            assert set(refused(made)) == {Cause.CONNECTIONS}

            made.apply(replace(made.configuration.everything, alternative=Alternative.OFF))
            assert await seconds_of(exchange, *[DATA] * 20) < AT_ONCE
            assert Cause.DISABLED not in closed(made)
            assert len(made.relay.connections()) == 1

    run(body())


@EACH_KIND
def test_alternative_limits_come_by_schedule_with_the_sweep(run: Run[Any], kind: type[Way]) -> None:
    async def body() -> None:
        async with kind.open() as way:
            made = way.house
            night = parse_week("22:00-06:00")
            edit(made, client(made, limits=Limits(rate=1, alt_rate=0)))
            everything = made.configuration.everything
            made.apply(replace(everything, alternative=Alternative.SCHEDULE, alternative_hours=night))
            assert gate_of(made).limits.rate == 1
            made.wall = MONDAY_NOON + 10 * 3600
            made.relay.sweep()
            assert await (await way.visit())(bytes(10_000)) == bytes(10_000)

    run(body())


@pytest.mark.parametrize("streams", [1, 8])
def test_throttled_streams_end_exactly_at_the_quota(run: Run[Any], streams: int) -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(1 << 16))
            await writer.drain()

    async def body() -> None:
        async with house(flood) as made:
            edit(made, client(made, limits=Limits(quota=1_000_001, throttle_at=90, throttle_rate=1_000_000)))
            visitors = [await made.visit() for _ in range(streams)]
            received = await asyncio.gather(*map(read_all, visitors))

            assert sum(map(len, received)) == made.flow(CLIENT).used == 1_000_001
            for visitor in visitors:
                await hang_up(visitor)

    run(body())
