"""Ladder, hours, alternative limits and expiry on live sessions of each kind: felt, and none dropped."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import pytest

from npsgui.model.entities import Alternative, Client, Limits, Owner
from npsgui.model.events import Event, QuotaWarned, SessionClosed, Throttled, VisitorRefused
from npsgui.model.gate import Cause, Gate
from npsgui.model.hours import parse_week
from tests.conftest import Run
from tests.relay.house import CLIENT, House, hang_up, house, read_all
from tests.relay.kinds import KINDS, Open, Way

MONDAY_NOON = 1_796_040_000.0  # 2026-11-30 12:00 UTC
EACH_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


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


async def until_refused(way: Way) -> None:
    """One more visitor, who is turned away."""

    async def visit() -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await (await way.visit())(b"?")

    before = len(refused(way.house))
    asking = asyncio.ensure_future(visit())
    await way.house.until(lambda: len(refused(way.house)) > before)
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking


@EACH_KIND
def test_the_throttle_is_felt_by_a_live_session_which_goes_on(run: Run[Any], kind: Open) -> None:
    async def body() -> None:
        async with kind() as way:
            made = way.house
            limits = Limits(quota=400_000, warn=20, throttle_at=50, throttle_rate=40_000)
            edit(made, client(made, limits=limits))
            exchange, data = await way.visit(), bytes(10_000)
            for _ in range(10):
                assert await exchange(data) == data
            assert gate_of(made).ladder.throttles
            loop = asyncio.get_running_loop()
            begun = loop.time()
            await exchange(data)  # the burst
            await exchange(data)
            assert loop.time() - begun >= 0.2
            made.relay.sweep()
            told: list[Event] = [*made.of(QuotaWarned), *made.of(Throttled)]
            used = made.flow(CLIENT).used
            assert told == [QuotaWarned(CLIENT, used, 400_000, 20), Throttled(CLIENT, used, 50, 40_000)]

            edit(made, client(made, limits=replace(limits, quota=10_000_000)))
            begun = loop.time()
            for _ in range(20):
                await exchange(data)
            assert loop.time() - begun < 400_000 / 40_000 / 4
            assert closed(made) == []

    run(body())


@EACH_KIND
def test_sessions_end_when_the_hours_do_and_visitors_are_refused_until_they_begin(
    run: Run[Any], kind: Open
) -> None:
    async def body() -> None:
        async with kind() as way:
            made = way.house
            edit(made, client(made, hours=parse_week("mo 08:00-18:00")))
            assert await (await way.visit())(b"in time") == b"in time"
            made.wall = MONDAY_NOON + 6 * 3600 - 0.001
            made.relay.sweep()
            assert len(made.relay.connections()) == 1

            made.wall = MONDAY_NOON + 6 * 3600
            made.relay.sweep()
            await way.leave()
            await made.until(lambda: closed(made) == [Cause.HOURS])
            await until_refused(way)
            assert set(refused(made)) == {Cause.HOURS}

            made.wall = MONDAY_NOON + 7 * 86_400
            assert await (await way.visit())(b"next week") == b"next week"

    run(body())


@EACH_KIND
def test_an_edit_of_the_hours_ends_sessions_at_once(run: Run[Any], kind: Open) -> None:
    async def body() -> None:
        async with kind() as way:
            made = way.house
            edit(made)
            await (await way.visit())(b"hello")
            edit(made, client(made, hours=parse_week("sa-su")))
            await way.leave()
            await made.until(lambda: closed(made) == [Cause.HOURS])

    run(body())


@EACH_KIND
@pytest.mark.parametrize("values", [{"expires": int(MONDAY_NOON) + 60}, {"enabled": False}])
def test_expiry_and_stopping_end_sessions_of_every_kind(
    run: Run[Any], kind: Open, values: dict[str, Any]
) -> None:
    async def body() -> None:
        async with kind() as way:
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
            await made.until(lambda: closed(made) == [cause])

    run(body())


@EACH_KIND
def test_alternative_limits_are_felt_by_live_sessions_and_drop_none(run: Run[Any], kind: Open) -> None:
    async def body() -> None:
        async with kind() as way:
            made = way.house
            limits = Limits(alt_rate=40_000, alt_connections=1)
            edit(made, client(made, limits=limits))
            exchange, data = await way.visit(), bytes(10_000)
            await exchange(data)
            made.apply(replace(made.configuration.everything, alternative=Alternative.ON))
            loop = asyncio.get_running_loop()
            begun = loop.time()
            for _ in range(2):
                await exchange(data)
            assert loop.time() - begun >= 0.2
            await until_refused(way)
            assert set(refused(made)) == {Cause.CONNECTIONS}

            made.apply(replace(made.configuration.everything, alternative=Alternative.OFF))
            begun = loop.time()
            for _ in range(20):
                await exchange(data)
            assert loop.time() - begun < 400_000 / 40_000 / 4
            assert Cause.DISABLED not in closed(made)
            assert len(made.relay.connections()) == 1

    run(body())


@EACH_KIND
def test_alternative_limits_come_by_schedule_with_the_sweep(run: Run[Any], kind: Open) -> None:
    async def body() -> None:
        async with kind() as way:
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
