"""Limits on live sessions: quotas to the byte, rates, connections, edits while bytes flow."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from dataclasses import replace
from typing import Any

import pytest

from npsgui.model.entities import Client, Limits, Tunnel
from npsgui.model.events import (
    QuotaReached,
    QuotaWarned,
    SessionClosed,
    SessionOpened,
    TargetFailed,
    VisitorRefused,
)
from npsgui.model.gate import Cause
from npsgui.model.views import Sentence
from tests.conftest import Run
from tests.relay.house import (
    CLIENT,
    TUNNEL,
    House,
    Stream,
    echo,
    free_port,
    hang_up,
    house,
    read_all,
    send_all,
    serving,
)
from tests.waiting import until


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send until the other side has enough."""
    while True:
        writer.write(bytes(1 << 16))
        await writer.drain()


def open_now(made: House) -> int:
    gate = made.accounts.gate(CLIENT)
    assert gate is not None
    return gate.open


@pytest.mark.parametrize("quota", [1, 65_537, 3_000_001])
def test_concurrent_streams_end_exactly_at_the_quota(run: Run[Any], quota: int) -> None:
    async def body() -> None:
        async with house(flood) as made:
            made.limit(CLIENT, Limits(quota=quota))
            visitors = [await made.visit() for _ in range(4)]
            received = await asyncio.gather(*map(read_all, visitors))

            assert sum(map(len, received)) == quota
            assert made.flow(CLIENT).used == quota
            assert [event.used for event in made.of(QuotaReached) if isinstance(event, QuotaReached)] == [
                quota
            ]
            for visitor in visitors:
                await hang_up(visitor)

    run(body())


def test_a_tunnel_that_is_cut_takes_no_warning_from_its_client(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(flood) as made:
            made.limit(CLIENT, Limits(quota=10_000, warn=50))
            made.limit(TUNNEL, Limits(quota=6000))
            visitor = await made.visit()
            assert len(await read_all(visitor)) == 6000
            made.relay.sweep()

            assert made.of(QuotaReached) == [QuotaReached(TUNNEL, 6000)]
            assert made.of(QuotaWarned) == [QuotaWarned(CLIENT, 6000, 10_000, 50)]
            await hang_up(visitor)

    run(body())


def test_what_was_charged_reaches_a_target_that_talks_back(run: Run[Any]) -> None:
    """Closing with bytes unread would send RST and destroy what is on its way: a cut session drains."""

    async def body() -> None:
        heard: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def talk_and_count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talking = asyncio.create_task(flood(reader, writer))
            heard.set_result(len(await reader.read()))
            talking.cancel()

        async with house(talk_and_count) as made:
            made.limit(CLIENT, Limits(quota=500_000))
            visitor = await made.visit()
            sending = asyncio.gather(send_all(visitor, bytes(2_000_000)), read_all(visitor))
            received = len((await sending)[1])

            assert await heard + received == 500_000
            await hang_up(visitor)

    run(body())


def test_after_the_quota_visitors_are_refused_with_the_reason(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(flood) as made:
            made.limit(CLIENT, Limits(quota=1000))
            first = await made.visit()
            await read_all(first)
            second = await made.visit()
            assert await read_all(second) == b""

            refused = made.of(VisitorRefused)[0]
            assert isinstance(refused, VisitorRefused)
            assert (refused.by, refused.cause) == (CLIENT, Cause.QUOTA)
            await hang_up(first)
            await hang_up(second)

    run(body())


def test_a_quota_set_below_what_is_used_ends_live_sessions(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            visitor = await made.visit()
            visitor[1].write(bytes(1000))
            await visitor[0].readexactly(1000)
            made.limit(CLIENT, Limits(quota=500))

            assert await visitor[0].read() == b""
            assert made.flow(CLIENT).used == 2000
            assert made.relay.connections() == []
            await hang_up(visitor)

    run(body())


def test_of_2000_visitors_at_once_exactly_the_limit_is_served(run: Run[Any]) -> None:
    async def body() -> None:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"!")
            await reader.read()

        async def visit() -> tuple[Stream | None, bytes]:
            try:
                stream = await made.visit()
                return stream, await stream[0].read(1)
            except ConnectionError:
                return None, b""

        async with house(greet) as made:
            made.limit(CLIENT, Limits(connections=100))
            visitors = await asyncio.gather(*(visit() for _ in range(2000)))

            assert sum(greeting == b"!" for _, greeting in visitors) == 100
            assert len(made.of(VisitorRefused)) == 1900
            assert open_now(made) == 100
            for stream, _ in visitors:
                if stream is not None:
                    await hang_up(stream)
            await until(lambda: open_now(made) == 0)

    run(body())


@pytest.mark.parametrize("limits", [Limits(rate=400_000), Limits(export_rate=400_000)])
def test_a_rate_is_kept_and_shared_by_streams(run: Run[Any], limits: Limits) -> None:
    async def body() -> None:
        async with house(flood) as made:
            made.limit(CLIENT, limits)
            started = time.monotonic()
            visitors = [await made.visit() for _ in range(4)]
            readers = [asyncio.create_task(read_all(visitor)) for visitor in visitors]
            await until(lambda: made.flow().export >= 600_000)
            seconds = time.monotonic() - started
            shares = [row.export for row in made.relay.connections()]
            made.limit(CLIENT, Limits())
            grown = made.flow().export + 10_000_000
            await until(lambda: made.flow().export >= grown)

            assert seconds >= (600_000 - 0.25 * 400_000) / 400_000 * 0.9
            assert max(shares) - min(shares) <= 0.35 * 600_000 / 4 + 100_000
            made.relay.close_connections([row.id for row in made.relay.connections()], Cause.CLOSED)
            await asyncio.gather(*readers)
            for visitor in visitors:
                await hang_up(visitor)

    run(body())


def test_several_targets_take_turns_and_one_that_refuses_is_passed_over(run: Run[Any]) -> None:
    async def body() -> None:
        def named(name: bytes) -> Any:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.write(name)

            return serve

        async with serving(named(b"a"), named(b"b")) as targets, house(named(b"a")) as made:
            refusing = replace(targets[0], port=free_port())
            tunnel = made.configuration.tunnels[1]
            made.apply(replace(tunnel, targets=(targets[0], refusing, targets[1])))
            answers = []
            for _ in range(6):
                visitor = await made.visit()
                answers.append(await read_all(visitor))
                await hang_up(visitor)

            assert set(answers) == {b"a", b"b"}
            assert len(made.of(TargetFailed)) == 1

    run(body())


def test_a_target_that_never_answers_is_given_up_after_the_dial_timeout(run: Run[Any]) -> None:
    async def body() -> None:
        # a listener whose queue is full lets the next SYN go unanswered
        with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as queue:
            for _ in range(4):
                caller = queue.enter_context(socket.socket())
                caller.setblocking(False)
                caller.connect_ex(deaf.getsockname())
            await give_up_on(deaf.getsockname()[1])

    async def give_up_on(port: int) -> None:
        async with house(echo, dial_seconds=0.1) as made:
            tunnel = made.configuration.tunnels[1]
            made.apply(replace(tunnel, targets=(replace(tunnel.targets[0], port=port),)))
            visitor = await made.visit()

            assert await read_all(visitor) == b""
            await until(lambda: open_now(made) == 0)
            assert len(made.of(TargetFailed)) == 1
            await hang_up(visitor)

    run(body())


def test_apply_touches_only_what_changed(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            visitor = await made.visit()
            await until(lambda: bool(made.of(SessionOpened)))
            made.apply(Client(id=2, key="other"))
            made.limit(TUNNEL, Limits(rate=1_000_000))
            made.apply(replace(made.configuration.tunnels[1], ports=(free_port(),)))
            visitor[1].write(b"still here")

            assert await visitor[0].readexactly(10) == b"still here"
            made.apply(replace(made.configuration.tunnels[1], enabled=False))
            assert await visitor[0].read() == b""
            assert made.relay.listener(TUNNEL) is False
            await hang_up(visitor)

    run(body())


def test_a_removed_client_takes_its_sessions_with_it(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            visitor = await made.visit()
            await until(lambda: bool(made.of(SessionOpened)))
            made.remove(CLIENT)

            assert await visitor[0].read() == b""
            await hang_up(visitor)
            await until(lambda: bool(made.of(SessionClosed)))
            closed = made.of(SessionClosed)[0]
            assert isinstance(closed, SessionClosed)
            assert closed.cause is Cause.REMOVED

    run(body())


def test_a_port_in_use_is_told_and_opened_once_it_is_free(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as taken, house(echo) as made:
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            made.apply(Tunnel(id=2, client=1, ports=(port,), targets=tuple(taken)))
            owner = made.configuration.tunnels[2].owner

            assert str(made.relay.listener(owner)) == f"Port {port} on 127.0.0.1 is in use."
            server.close()
            await server.wait_closed()
            made.relay.sweep()
            assert made.relay.listener(owner) is True
            assert not isinstance(made.relay.listener(TUNNEL), Sentence)

    run(body())


def test_the_ports_of_one_tunnel_lead_each_to_its_own_target(run: Run[Any]) -> None:
    async def body() -> None:
        def named(name: bytes) -> Any:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.write(name)

            return serve

        async with serving(named(b"a"), named(b"b")) as targets, house(echo) as made:
            ports = (free_port(), free_port())
            made.apply(Tunnel(id=2, client=1, ports=ports, targets=tuple(targets)))
            answers = []
            for port in (*ports, *ports):
                visitor = await asyncio.open_connection("127.0.0.1", port)
                answers.append(await read_all(visitor))
                await hang_up(visitor)

            assert answers == [b"a", b"b", b"a", b"b"]

    run(body())


def test_one_port_in_use_keeps_the_whole_range_closed_until_it_is_free(run: Run[Any]) -> None:
    async def body() -> None:
        async with serving(echo) as targets, house(echo) as made:
            free = free_port()
            made.apply(Tunnel(id=2, client=1, ports=(free, targets[0].port), targets=tuple(targets)))
            owner = made.configuration.tunnels[2].owner

            assert str(made.relay.listener(owner)) == f"Port {targets[0].port} on 127.0.0.1 is in use."
            made.apply(Tunnel(id=3, client=1, ports=(free,), targets=tuple(targets)))
            assert made.relay.listener(made.configuration.tunnels[3].owner) is True

    run(body())
