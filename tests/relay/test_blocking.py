"""Blocked visitors: not let in, and those who are in are shown out."""

from __future__ import annotations

from typing import Any

from npsgui.model.entities import GLOBAL_KEY, Client, Everything, Limits
from npsgui.model.events import SessionClosed, VisitorRefused
from npsgui.model.gate import Cause
from tests.conftest import Run
from tests.relay.house import CLIENT, TUNNEL, echo, hang_up, house, read_all
from tests.waiting import until

HERE = Limits(connections=10_000, blocked=("127.0.0.1",))
OPEN = Limits(connections=10_000)


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
            await until(lambda: bool(made.of(SessionClosed)))
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
