"""Dialling through an agent: what is known of the target before a byte is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from npsgui.bridge.handshake import Errand
from npsgui.model.agents import Link, LinkKind
from npsgui.model.errors import TargetUnreachable
from npsgui.tasks import spawn
from tests.bridge.test_bridge import WRAPS
from tests.bridge.town import town
from tests.bridge.wiring import Notes
from tests.conftest import Run
from tests.relay.house import echo, free_port, serving
from tests.waiting import until


@WRAPS
def test_a_dial_knows_whether_our_agent_has_the_target(run: Run[None], options: dict[str, bool]) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"welcome")
        await echo(reader, writer)

    async def body() -> None:
        async with serving(greet) as (target,), town() as place:
            await place.agent()
            notes = Notes()
            dead = Link(LinkKind.TCP, f"127.0.0.1:{free_port()}", "", **options)
            with pytest.raises(TargetUnreachable):
                await place.bridge.dial(1, dead, notes, 5.0)
            assert (notes.transport, notes.lost) == (None, False)

            made = await place.bridge.dial(1, Link(LinkKind.TCP, str(target), "", **options), notes, 5.0)
            made.write(b", friend")
            await until(lambda: bytes(notes.data) == b"welcome, friend")
            made.close()
            await until(lambda: notes.lost)

    run(body())


@pytest.mark.parametrize("target", ["a\0b:80", "127.0.0.1:" + 5000 * "9", "127.0.0.1:0", "nonsense"])
def test_our_agent_refuses_a_target_that_is_none_and_serves_the_next(run: Run[None], target: str) -> None:
    async def body() -> None:
        async with serving(echo) as (good,), town() as place:
            agent, _ = await place.agent()
            with pytest.raises(TargetUnreachable):
                await place.bridge.dial(1, Link(LinkKind.TCP, target), Notes(), 5.0)
            assert not agent.streams.open

            await place.bridge.dial(1, Link(LinkKind.TCP, str(good)), Notes(), 5.0)
            assert len(agent.streams.open) == 1

    run(body())


def test_a_dial_waits_no_longer_than_it_may_and_ends_with_its_agent(run: Run[None]) -> None:
    async def body() -> None:
        async with town() as place:
            main, _ = await place.knock(Errand.MAIN)
            chan, _ = await place.knock(Errand.CHAN)
            await until(lambda: bool(place.bridge.agents()))
            link = Link(LinkKind.TCP, "127.0.0.1:1")
            with pytest.raises(TargetUnreachable):
                await place.bridge.dial(1, link, Notes(), 0.05)
            dialling = spawn(place.bridge.dial(1, link, Notes(), 20.0), "dial")
            await asyncio.sleep(0)
            main.abort()
            with pytest.raises(TargetUnreachable):
                await dialling
            chan.abort()

    run(_quietly(body()))


async def _quietly(body: Coroutine[Any, Any, None]) -> None:
    """A task that fails is told to the loop, beside whoever awaits it: here it is meant to."""
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    await body
