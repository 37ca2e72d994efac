"""Ports of this machine that lead to secret tunnels of the server: the agent as their visitor.

Each connection is one of its own to the server, which takes the password's MD5 and says nothing to it.
Source: nps-wire.md section 10.8.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import cast

from npsgui.bridge.handshake import Errand, Purpose, digest
from npsgui.bridge.knock import knock
from npsgui.bridge.npc_conf import SecretPort
from npsgui.bridge.splice import Chunk, splice
from npsgui.model.entities import Target
from npsgui.model.errors import AgentLost, BindFailed, ProtocolError
from npsgui.model.flow import Direction, Flow
from npsgui.tasks import spawn
from npsgui.transports import hold

_log = logging.getLogger(__name__)


class SecretDoor:
    """One such port. ``flow`` counts what passes."""

    def __init__(
        self, port: SecretPort, server: Target, key: str, tls: ssl.SSLContext | None, flow: Flow
    ) -> None:
        self._port = port
        self._server = server
        self._key = key
        self._tls = tls
        self._flow = flow
        self._chunk = Chunk()
        self._visitors: set[asyncio.Transport] = set()
        self._listener: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen, if it does not yet. Raises BindFailed: the port cannot be had."""
        if self._listener is not None:
            return
        loop, port = asyncio.get_running_loop(), self._port
        try:
            self._listener = await loop.create_server(lambda: _Visitor(self), port.bind, port.number)
        except OSError as error:
            raise BindFailed(
                "Port {port} on {address} cannot be opened: {reason}.",
                port=port.number,
                address=port.bind,
                reason=error.strerror or str(error),
            ) from error

    def close(self) -> None:
        """Listen no more; visitors are hung up on."""
        if self._listener is not None:
            self._listener.close()
        for visitor in list(self._visitors):
            visitor.abort()

    async def lead(self, visitor: asyncio.Transport) -> None:
        """Lead a visitor, of whom nothing was read, to the secret; close it if that cannot be."""
        purpose = Purpose(Errand.SECRET, digest(self._port.password))
        try:
            transport, rest = await knock(self._server, self._key, purpose, self._tls)
        except (OSError, ProtocolError, AgentLost) as error:
            _log.info("secret on port %d: %s", self._port.number, error)
            visitor.abort()
            return
        if visitor.is_closing():
            transport.abort()
            return
        self._visitors.add(visitor)
        ours, servers = splice(self._chunk, self._flow, lambda: self._visitors.discard(visitor))
        transport.set_protocol(servers)
        servers.connection_made(transport)
        if rest:
            self._flow.add(Direction.EXPORT, len(rest))
            visitor.write(rest)
        visitor.set_protocol(ours)
        ours.connection_made(visitor)
        visitor.resume_reading()


class _Visitor(asyncio.Protocol):
    """Waits, unread, for its way to the server."""

    def __init__(self, door: SecretDoor) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        visitor = cast("asyncio.Transport", transport)
        hold(visitor)
        spawn(self._door.lead(visitor), "secret visitor")
