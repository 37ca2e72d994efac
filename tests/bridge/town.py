"""A bridge with agents, targets and visitors, all real, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from npsgui.app.certificates import Certificates
from npsgui.bridge.agent import Agent, AgentPhase
from npsgui.bridge.bridge import Bridge
from npsgui.bridge.handshake import Errand, Purpose
from npsgui.bridge.knock import knock
from npsgui.model.agents import Link, LinkKind
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Target
from npsgui.model.errors import BindFailed
from npsgui.model.events import Event, Events
from npsgui.tasks import spawn
from tests.bridge.wiring import Notes
from tests.relay.house import free_port
from tests.waiting import until

KEY = "plainkey"


def listen(_address: str, port: int) -> socket.socket:
    """A port on loopback, as the relay would make it."""
    try:
        made = socket.create_server(("127.0.0.1", port), backlog=1024)
    except OSError as error:
        raise BindFailed("Port {port} on {address} is in use.", port=port, address="*") from error
    made.setblocking(False)
    return made


class Town:
    """One bridge with two clients; agents come and go."""

    def __init__(self, folder: Path, missed_pings: int = 60) -> None:
        self.events = Events()
        self.seen: list[Event] = []
        self.events.subscribe(self.seen.append)
        self.secrets: list[Any] = []
        self.bridge = Bridge(
            self.events,
            Certificates(folder).bridge,
            listen,
            on_secret=self.secrets.append,
        )
        self.configuration = Configuration()
        self.port = free_port()
        self._agents: list[asyncio.Task[None]] = []
        self.apply(
            Everything(bridge_port=self.port, disconnect_timeout=missed_pings),
            Client(id=1, key=KEY),
            Client(id=2, key="other"),
        )

    @property
    def server(self) -> Target:
        return Target("127.0.0.1", self.port)

    def apply(self, *owners: Any) -> None:
        for owner in owners:
            self.configuration = self.configuration.with_owner(owner)
        self.bridge.apply(self.configuration)

    async def agent(self, key: str = KEY) -> tuple[Agent, asyncio.Task[None]]:
        """An agent that is online."""
        agent = Agent(self.server, key)
        task = spawn(agent.run(), "agent")
        self._agents.append(task)
        await until(lambda: agent.state.phase is AgentPhase.ONLINE and bool(self.bridge.agents()))
        return agent, task

    async def knock(self, errand: Errand, key: str = KEY) -> tuple[asyncio.Transport, bytes]:
        """One connection with a handshake, as npc makes it."""
        return await knock(self.server, key, Purpose(errand), None)

    def visit(self, target: Target, client: int = 1, **options: bool) -> Notes:
        """A stream through the agent to a target."""
        notes = Notes()
        link = Link(LinkKind.TCP, str(target), "127.0.0.1:53552", **options)
        notes.transport = self.bridge.open_stream(client, link, notes)  # type: ignore[assignment]
        return notes

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of one kind so far."""
        return [event for event in self.seen if isinstance(event, kind)]

    async def close(self) -> None:
        for task in self._agents:
            task.cancel()
        await asyncio.gather(*self._agents, return_exceptions=True)
        self.bridge.close()
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def town(missed_pings: int = 60) -> AsyncIterator[Town]:
    """A Town that listens."""
    with tempfile.TemporaryDirectory() as folder:
        made = Town(Path(folder), missed_pings)
        await asyncio.sleep(0)
        try:
            yield made
        finally:
            await made.close()
