"""Blocked visitors: not let in, and those who are in are shown out, of every kind."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from npsgui.model.entities import GLOBAL_KEY, Client, Everything, Limits, Mode, OwnerKey, OwnerKind, Tunnel
from npsgui.model.events import SessionClosed, VisitorRefused
from npsgui.model.gate import Cause
from tests.conftest import Run
from tests.relay.house import CLIENT, TUNNEL, echo, free_port, hang_up, house, read_all

HERE = Limits(connections=10_000, blocked=("127.0.0.1",))
OPEN = Limits(connections=10_000)
UDP, SOCKS = OwnerKey(OwnerKind.TUNNEL, 2), OwnerKey(OwnerKind.TUNNEL, 3)


def test_a_visitor_who_is_blocked_is_cut_and_let_in_again_when_that_is_undone(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            visitor = await made.visit()
            visitor[1].write(b"hello")
            assert await visitor[0].readexactly(5) == b"hello"
            made.apply(Everything(limits=HERE))

            assert await read_all(visitor) == b""
            await hang_up(visitor)
            refusal = await made.visit()
            assert await read_all(refusal) == b""
            await hang_up(refusal)
            await made.until(lambda: bool(made.of(SessionClosed)))
            assert [event.cause for event in made.of(SessionClosed) if isinstance(event, SessionClosed)] == [
                Cause.BLOCKED
            ]
            refused = [event for event in made.of(VisitorRefused) if isinstance(event, VisitorRefused)]
            assert [(event.by, event.cause) for event in refused] == [(GLOBAL_KEY, Cause.BLOCKED)]
            made.apply(Everything(limits=OPEN))
            again = await made.visit()
            again[1].write(b"back")
            assert await again[0].readexactly(4) == b"back"
            await hang_up(again)

    run(body())


def test_only_the_owner_that_blocks_refuses(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            made.apply(Client(id=1, key="k", limits=Limits(blocked=("198.51.100.0/24",))))
            visitor = await made.visit()
            visitor[1].write(b"hello")
            assert await visitor[0].readexactly(5) == b"hello"
            made.limit(TUNNEL, Limits(blocked=("127.0.0.0/8",)))

            assert await read_all(visitor) == b""
            await hang_up(visitor)
            assert made.flow(CLIENT).inlet == 5

    run(body())


def test_datagrams_and_proxies_of_blocked_visitors_lead_nowhere(run: Run[Any]) -> None:
    async def body() -> None:
        async with house(echo) as made:
            target = made.configuration.tunnels[1].targets
            made.apply(
                Everything(limits=HERE),
                Tunnel(id=2, client=1, mode=Mode.UDP, ports=(free_port(),), targets=target),
                Tunnel(id=3, client=1, mode=Mode.SOCKS5, ports=(free_port(),)),
            )
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as visitor:
                visitor.sendto(b"hello", ("127.0.0.1", made.relay.port(UDP)))
                await made.until(lambda: bool(made.of(VisitorRefused)))
            reader, writer = await asyncio.open_connection("127.0.0.1", made.relay.port(SOCKS))
            writer.write(b"\x05\x01\x00" + b"\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50")
            assert (await read_all((reader, writer)))[:4] == b"\x05\x00\x05\x02"
            await hang_up((reader, writer))

            refused = [event for event in made.of(VisitorRefused) if isinstance(event, VisitorRefused)]
            assert {event.cause for event in refused} == {Cause.BLOCKED}
            assert {event.owner for event in refused} == {UDP, SOCKS}
            assert made.flow(CLIENT).inlet == 0

    run(body())
