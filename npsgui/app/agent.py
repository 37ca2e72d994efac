"""The agent as the faces hold it: this computer connected to a remote server, with live counters."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from npsgui.bridge.agent import Agent, AgentPhase, AgentState
from npsgui.bridge.certificate import agent_context
from npsgui.bridge.npc_conf import FileShare, NpcConf, parse_npc_conf
from npsgui.model.entities import Target
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.ports import PORTS
from npsgui.model.targets import is_host
from npsgui.model.views import Sentence
from npsgui.relay.http.folder import serve_folder
from npsgui.relay.sockets import allow_many_sockets

DEFAULT_PORT = 8024


@dataclass(frozen=True, slots=True)
class AgentReading:
    """What an agent shows of itself now."""

    online: bool
    said: Sentence
    """How it is, in words."""
    streams: int
    inlet: int
    """Bytes carried to targets since it was started."""
    export: int
    refused: int
    """Targets that could not be connected to."""


class AgentHandle:
    """An agent of one server."""

    def __init__(
        self,
        server: Target,
        key: str,
        *,
        tls: bool = False,
        conf: NpcConf | None = None,
        on_change: Callable[[Sentence], None] = lambda said: None,
    ) -> None:
        self.server = server
        self._agent = Agent(
            server,
            key,
            tls=agent_context() if tls else None,
            conf=conf,
            serve_files=_serve_files,
            on_change=lambda state: on_change(self._said(state)),
        )

    async def run(self) -> None:
        """Connect, serve, connect again when lost; until it is cancelled."""
        allow_many_sockets()
        await self._agent.run()

    def reading(self) -> AgentReading:
        """How it is now."""
        agent = self._agent
        return AgentReading(
            online=agent.state.phase is AgentPhase.ONLINE,
            said=self._said(agent.state),
            streams=len(agent.streams.open),
            inlet=agent.flow.inlet,
            export=agent.flow.export,
            refused=agent.streams.refused,
        )

    def _said(self, state: AgentState) -> Sentence:
        server = (("server", str(self.server)),)
        if state.phase is AgentPhase.ONLINE:
            if state.reason is not None:
                return Sentence("Connected to {server}. {reason}", (*server, ("reason", state.reason)))
            return Sentence("Connected to {server}.", server)
        if state.reason is not None:
            return state.reason
        return Sentence("Connecting to {server}.", server)


async def _serve_files(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, share: FileShare) -> None:
    await serve_folder(reader, writer, Path(share.folder), share.strip)


def read_npc_conf(path: Path) -> NpcConf:
    """An npc's configuration file. Raises NpsError: when it cannot be read, or is none."""
    try:
        return parse_npc_conf(
            path.read_text("utf-8"), os.environ, lambda name: (path.parent / name).read_text("utf-8")
        )
    except (OSError, UnicodeError) as error:
        raise NpsError("{path} cannot be read: {reason}.", path=str(path), reason=error) from error


def parse_server(text: str) -> Target:
    """A server from ``host:port``; the port may be missing. Raises FieldError("server")."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or host.endswith(":"):
        host, port = text.strip(), str(DEFAULT_PORT)
    host = host.strip("[]")
    if not is_host(host) or not port.isdecimal() or int(port) not in PORTS:
        raise FieldError("server", "“{text}” is not a server; write it like example.com:8024.", text=text)
    return Target(host, int(port))
