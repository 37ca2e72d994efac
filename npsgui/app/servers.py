"""The servers that this computer is an agent of: remembered from run to run, each with its own agent.

Their keys are kept in the vault, and until it has taken them, or where it does not, in the file.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from npsgui.app.agent import AgentHandle, AgentReading, parse_server
from npsgui.app.vault import NoVault, Vault
from npsgui.model.entities import Target
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)

STOPPED = AgentReading(False, Sentence("Stopped."), streams=0, inlet=0, export=0, refused=0)
KEYLESS = replace(STOPPED, said=Sentence("The keyring does not give its key."))


@dataclass(frozen=True, slots=True)
class Server:
    """One server, and as whom this computer logs in there."""

    address: Target
    key: str = field(repr=False)
    tls: bool = False
    enabled: bool = True
    kept_as: str = ""
    """Under which name the vault has the key; empty: the file has it."""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server and how its agent is now."""

    id: int
    server: Server
    now: AgentReading


class Servers:
    """Runs the agents of the enabled ones once it was started."""

    def __init__(self, folder: Path, vault: Vault | None = None) -> None:
        self._vault = vault or NoVault()
        self._file = folder / "servers.json"
        self._servers: dict[int, Server] = dict(enumerate(_read(self._file), 1))
        self._agents: dict[int, tuple[AgentHandle, asyncio.Task[None]]] = {}

    def start(self) -> None:
        """Connect to those that are enabled."""
        for ident, server in self._servers.items():
            if server.enabled:
                self._run(ident, server)
            if server.key and not server.kept_as:
                spawn(self._put_away(ident, server.key), "a key into the keyring")

    def rows(self) -> list[ServerRow]:
        """All of them, as they are now."""
        return [
            ServerRow(ident, server, self._reading(ident, server)) for ident, server in self._servers.items()
        ]

    def add(self, address: str, key: str, *, tls: bool) -> None:
        """Remember a server and connect to it. Raises FieldError, and NpsError: it cannot be kept."""
        server = Server(parse_server(address), key.strip(), tls)
        if not server.key:
            raise FieldError("key", "The server asks for a key.")
        if any((one.address, one.key) == (server.address, server.key) for one in self._servers.values()):
            raise FieldError("server", "This computer is connected to it with this key already.")
        ident = max(self._servers, default=0) + 1
        self._keep({**self._servers, ident: server})
        self._run(ident, server)
        spawn(self._put_away(ident, server.key), "a key into the keyring")

    def enable(self, ident: int, wanted: bool) -> None:
        """Connect or disconnect, from now on. Raises NpsError: it cannot be kept."""
        server = replace(self._servers[ident], enabled=wanted)
        self._keep({**self._servers, ident: server})
        self._stop(ident)
        if wanted:
            self._run(ident, server)

    def remove(self, ident: int) -> None:
        """Disconnect and forget. Raises NpsError: it cannot be kept."""
        kept_as = self._servers[ident].kept_as
        self._keep({key: server for key, server in self._servers.items() if key != ident})
        self._stop(ident)
        if kept_as:
            spawn(self._vault.forget(kept_as), "a key out of the keyring")

    async def close(self) -> None:
        """Disconnect from all; they stay remembered."""
        tasks = [task for _agent, task in self._agents.values()]
        for ident in list(self._agents):
            self._stop(ident)
        if tasks:
            await asyncio.wait(tasks)

    def _reading(self, ident: int, server: Server) -> AgentReading:
        if ident in self._agents:
            return self._agents[ident][0].reading()
        return KEYLESS if server.enabled and not server.key else STOPPED

    async def _put_away(self, ident: int, key: str) -> None:
        """Have the vault keep a key, and then the file no longer."""
        name = secrets.token_hex(8)
        if not await self._vault.keep(name, key):
            return
        server = self._servers.get(ident)
        try:
            if server is not None:
                self._keep({**self._servers, ident: replace(server, kept_as=name)})
                return
        except NpsError as error:
            _log.warning("%s", error)
        await self._vault.forget(name)

    async def _fetch(self, ident: int) -> None:
        """Run what waits for its key, once the vault has given it."""
        key = await self._vault.find(self._servers[ident].kept_as)
        server = self._servers.get(ident)
        if key is None or server is None:
            return
        self._servers[ident] = server = replace(server, key=key)
        if server.enabled and ident not in self._agents:
            self._run(ident, server)

    def _run(self, ident: int, server: Server) -> None:
        if not server.key:
            spawn(self._fetch(ident), "a key from the keyring")
            return
        agent = AgentHandle(server.address, server.key, tls=server.tls)
        self._agents[ident] = agent, spawn(agent.run(), f"agent of {server.address}")

    def _stop(self, ident: int) -> None:
        held = self._agents.pop(ident, None)
        if held is not None:
            held[1].cancel()

    def _keep(self, servers: dict[int, Server]) -> None:
        """Write the file, for its owner only: it may hold keys."""
        written = [replace(server, key="") if server.kept_as else server for server in servers.values()]
        scratch = self._file.with_name(self._file.name + ".new")
        try:
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(written))
            scratch.replace(self._file)
        except OSError as error:
            raise NpsError("{path} cannot be written: {reason}.", path=self._file, reason=error) from error
        self._servers = servers


def _read(path: Path) -> list[Server]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Server])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        _log.warning("%s is not used: %s", path, error)
        return []
