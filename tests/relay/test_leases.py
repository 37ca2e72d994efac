"""A lease comes back whatever happens to a session before it has its target."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import Any, NoReturn

from npsgui.model.agents import Link
from npsgui.model.entities import Via
from tests.conftest import Run
from tests.relay.house import CLIENT, house
from tests.relay.kinds import EACH_KIND, SILENCE, Echo, Way
from tests.waiting import until


class Broken:
    """Agents that fail in a way that nobody has thought of."""

    def open_stream(self, client: int, link: Link, protocol: asyncio.BaseProtocol) -> NoReturn:
        raise RuntimeError("can't start new thread")

    async def dial(self, client: int, link: Link, protocol: asyncio.BaseProtocol, seconds: float) -> NoReturn:
        raise RuntimeError("can't start new thread")

    def open_datagrams(self, client: int, link: Link, protocol: asyncio.DatagramProtocol) -> NoReturn:
        raise RuntimeError("can't start new thread")


@EACH_KIND
def test_a_fault_of_ours_while_dialling_costs_no_lease(run: Run[Any], kind: type[Way]) -> None:
    async def visit(way: Way) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await (await way.visit())(b"?")

    async def body() -> None:
        faults: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))
        async with contextlib.AsyncExitStack() as stack:
            made = await stack.enter_async_context(house(target := Echo(), agents=Broken()))
            way = kind(made, target, stack)
            await way.prepare()
            for tunnel in made.configuration.tunnels.values():
                made.apply(replace(tunnel, via=Via.AGENT))
            for host in made.configuration.hosts.values():
                made.apply(replace(host, via=Via.AGENT))
            gate = made.accounts.gate(CLIENT)
            assert gate is not None
            visiting = asyncio.ensure_future(visit(way))
            await until(lambda: bool(faults) and not gate.open)
            if way.refusal != SILENCE:
                await visiting
            visiting.cancel()
            await way.leave()
            assert faults == ["can't start new thread"]
            assert made.relay.connections() == []

    run(body())
