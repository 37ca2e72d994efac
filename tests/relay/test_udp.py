"""UDP tunnels over real sockets: datagrams come through whole, from the right address, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from npsgui.model.entities import Limits, Mode, Target, Tunnel
from npsgui.model.events import SessionClosed, TargetFailed, VisitorRefused
from npsgui.model.gate import Cause
from tests.conftest import Run
from tests.relay.house import CLIENT, TUNNEL, House, echo, free_port, house
from tests.relay.udp_peer import Peer, peer
from tests.waiting import until

LARGEST = random.Random(7).randbytes(65_507)


@contextlib.asynccontextmanager
async def tunnel(target: Peer, **words: Any) -> AsyncIterator[tuple[House, tuple[str, int]]]:
    """A UDP tunnel to ``target``, and where it listens."""
    async with house(echo) as made:
        targets = (Target("127.0.0.1", target.port),)
        given = {"targets": targets, "ports": (free_port(),)} | words
        made.apply(Tunnel(id=1, client=1, mode=Mode.UDP, **given))
        yield made, ("127.0.0.1", made.relay.port(TUNNEL))


@pytest.mark.parametrize("data", [b"x", LARGEST])
def test_a_datagram_of_any_size_comes_through_and_back(run: Run[Any], data: bytes) -> None:
    async def body() -> None:
        async with peer(lambda data: data) as target, peer() as visitor, tunnel(target) as (made, door):
            visitor.send(data, door)
            answer, source = await visitor.came.get()

            assert (answer, source[:2]) == (data, door)
            assert (made.flow().inlet, made.flow().export) == (len(data), len(data))
            assert made.flow(CLIENT).inlet == len(data)

    run(body())


def test_an_empty_datagram_is_a_datagram(run: Run[Any]) -> None:
    async def body() -> None:
        # asyncio's own transports send no empty ones
        async with peer() as target, tunnel(target) as (made, door):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as visitor:
                visitor.sendto(b"", door)

                assert (await target.came.get())[0] == b""
                assert len(made.relay.connections()) == 1

    run(body())


def test_each_visitor_gets_its_own_answers(run: Run[Any]) -> None:
    async def body() -> None:
        async with contextlib.AsyncExitStack() as stack:
            target = await stack.enter_async_context(peer(lambda data: b"to " + data))
            made, door = await stack.enter_async_context(tunnel(target))
            visitors = [await stack.enter_async_context(peer()) for _ in range(50)]
            for number, visitor in enumerate(visitors):
                visitor.send(b"%d" % number, door)

            answers = [(await visitor.came.get())[0] for visitor in visitors]
            assert answers == [b"to %d" % number for number in range(50)]
            assert len(made.relay.connections()) == 50

    run(body())


def test_the_answer_comes_from_the_address_that_was_written_to(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer(lambda data: data) as target, peer() as visitor, tunnel(target, bind="") as (_, door):
            visitor.send(b"x", ("127.0.0.2", door[1]))

            assert (await visitor.came.get())[1][:2] == ("127.0.0.2", door[1])

    run(body())


def test_a_session_that_carries_nothing_ends(run: Run[Any]) -> None:
    async def body() -> None:
        # the rules ask for a second at least; at 0 the next sweep finds it idle
        async with (
            peer(lambda data: data) as target,
            peer() as visitor,
            tunnel(target, idle=0) as (made, door),
        ):
            visitor.send(b"x", door)
            await visitor.came.get()
            made.relay.sweep()

            closed = made.of(SessionClosed)[0]
            assert isinstance(closed, SessionClosed)
            assert (closed.cause, closed.inlet, closed.export) == (Cause.IDLE, 1, 1)
            visitor.send(b"y", door)
            assert (await visitor.came.get())[0] == b"y"

    run(body())


def test_no_byte_passes_the_quota(run: Run[Any]) -> None:
    async def body() -> None:
        limits = Limits(quota=250)
        async with peer() as target, peer() as visitor, tunnel(target, limits=limits) as (made, door):
            for _ in range(3):
                visitor.send(bytes(100), door)
            await until(lambda: made.accounts.everything.dropped == 1)
            visitor.send(bytes(50), door)
            await until(lambda: bool(made.of(SessionClosed)))
            visitor.send(b"x", door)
            await until(lambda: bool(made.of(VisitorRefused)))

            assert made.flow().used == 250
            assert sum(len(target.came.get_nowait()[0]) for _ in range(target.came.qsize())) == 250

    run(body())


def test_what_is_over_the_rate_waits_or_is_dropped_and_counted(run: Run[Any]) -> None:
    async def body() -> None:
        limits = Limits(inlet_rate=1000)
        async with peer() as target, peer() as visitor, tunnel(target, limits=limits) as (made, door):
            for _ in range(200):
                visitor.send(bytes(100), door)
            gate = made.accounts.gate(TUNNEL)
            assert gate is not None
            await until(lambda: gate.dropped > 100)

            assert made.flow().inlet < 2000
            assert made.accounts.everything.dropped == gate.dropped
            assert [row.dropped for row in made.relay.connections()] == [gate.dropped]

    run(body())


def test_one_slow_target_does_not_hold_up_the_others(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer(lambda data: data) as target, peer() as one, peer() as other:
            limits = Limits(inlet_rate=100)
            async with tunnel(target, limits=limits) as (made, door):
                free = free_port()
                targets = made.configuration.tunnels[1].targets
                made.apply(Tunnel(id=2, client=1, mode=Mode.UDP, ports=(free,), targets=targets))
                for _ in range(100):
                    one.send(bytes(1000), door)
                other.send(b"quick", ("127.0.0.1", free))

                assert (await other.came.get())[0] == b"quick"

    run(body())


def test_a_target_that_refuses_is_told_once_and_may_come_back(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer() as target, peer() as visitor:
            port = free_port()
            async with tunnel(target, targets=(Target("localhost", port),)) as (made, door):
                while not made.of(TargetFailed):
                    visitor.send(b"x", door)
                    await asyncio.sleep(0.001)
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
                    back.bind(("127.0.0.1", port))
                    back.setblocking(False)
                    data = b""
                    while not data:
                        visitor.send(b"y", door)
                        await asyncio.sleep(0.001)
                        with contextlib.suppress(BlockingIOError):
                            data = back.recv(10)

                    assert data in (b"x", b"y")
                    assert len(made.of(TargetFailed)) == 1

    run(body())


def test_stopping_the_tunnel_ends_its_sessions(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer(lambda data: data) as target, peer() as visitor, tunnel(target) as (made, door):
            visitor.send(b"x", door)
            await visitor.came.get()
            made.remove(TUNNEL)

            assert made.relay.connections() == []
            closed = made.of(SessionClosed)[0]
            assert isinstance(closed, SessionClosed)
            assert closed.cause is Cause.REMOVED

    run(body())


def test_a_port_in_use_is_told(run: Run[Any]) -> None:
    async def body() -> None:
        async with peer() as target, tunnel(target) as (made, _):
            targets = made.configuration.tunnels[1].targets
            made.apply(Tunnel(id=2, client=1, mode=Mode.UDP, ports=(target.port,), targets=targets))

            reason = made.relay.listener(made.configuration.tunnels[2].owner)
            assert str(reason) == f"Port {target.port} on 127.0.0.1 is in use."

    run(body())
