"""An agent that is killed while streams are busy: what was counted is what was carried."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

from npsgui.app.program import Program
from npsgui.bridge.agent import Agent
from npsgui.model.entities import GLOBAL_KEY, OwnerKind, Target
from npsgui.model.errors import AgentLost
from npsgui.model.events import AgentDown
from npsgui.relay.pair import RESET
from npsgui.tasks import spawn
from tests.bridge.official import Npc
from tests.bridge.town import KEY, town
from tests.relay.house import free_port, serving
from tests.waiting import until

MIB = 1024 * 1024


@pytest.mark.parametrize("killed", ["main", "chan"])
def test_an_agent_whose_connection_is_reset_is_lost_and_so_is_each_of_its_streams(killed: str) -> None:
    async def body() -> None:
        async with town() as place:
            main, chan = await Npc(place.server).log_in()
            await until(lambda: bool(place.bridge.agents()))
            visitors = [place.visit(Target("127.0.0.1", 1)) for _ in range(3)]
            victim = (main if killed == "main" else chan).writer.transport
            victim.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            victim.abort()
            await until(lambda: all(notes.lost for notes in visitors))

            assert [type(notes.error) for notes in visitors] == [AgentLost] * 3
            (down,) = place.of(AgentDown)
            assert str(down.reason) == "The connection to the agent is lost."
            for wire in (main, chan):
                wire.close()

    asyncio.run(body())


def test_an_agent_that_is_killed_in_the_middle_has_counted_what_it_carried(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                writer.write(bytes(16 * 1024))
                await writer.drain()

    async def visit(port: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        got = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(64 * 1024):
                got += len(data)
        writer.close()
        return got

    async def body() -> None:
        loop, bridge_port, port = asyncio.get_running_loop(), free_port(), free_port()
        program = await Program.open(tmp_path)
        async with serving(talk) as (target,), asyncio.timeout(60):
            await program.set(GLOBAL_KEY, {"bridge_port": str(bridge_port), "bridge_bind": "127.0.0.1"})
            await program.add(OwnerKind.CLIENT, {"key": KEY})
            words = {"client": "1", "port": str(port), "targets": str(target), "via": "agent"}
            tunnel = (await program.add(OwnerKind.TUNNEL, words)).owner
            agent = Agent(Target("127.0.0.1", bridge_port), KEY)
            task = spawn(agent.run(), "agent")
            await until(lambda: bool(program.agents()))
            visitors = [spawn(visit(port), "visitor") for _ in range(100)]
            await until(lambda: agent.flow.export > 64 * MIB and len(agent.streams.open) == 100)
            task.cancel()
            received = sum(await asyncio.gather(*visitors))
            killed = loop.time()

            row = program.flow(tunnel)
            assert received == row.export <= agent.flow.export
            assert (row.inlet, row.connections, agent.streams.open) == (0, 0, {})
            again = spawn(Agent(Target("127.0.0.1", bridge_port), KEY).run(), "agent")
            await until(lambda: bool(program.agents()))
            assert loop.time() - killed < 6
            again.cancel()
            await until(lambda: not program.agents())
            await program.close()

    asyncio.run(body())
