"""File tunnels: a folder of this computer, served over HTTP, metered and limited like any target."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from npsgui.model.entities import Via
from npsgui.model.errors import TargetUnreachable
from npsgui.relay.http.answers import ASK, page
from npsgui.relay.http.authorization import permitted
from npsgui.relay.http.folder import serve_folder
from npsgui.relay.http.heads import RequestHead
from npsgui.relay.http.service import Lead, TunnelService
from npsgui.relay.targets import Route
from npsgui.tasks import spawn


class FileService(TunnelService):
    """The open ports of one file tunnel."""

    def decide(self, head: RequestHead, peer: str, scheme: str) -> Lead | bytes:
        """To the folder, if the visitor may."""
        if not self._permits(head):
            return page(401, "This folder asks for a user and a password.", ASK)
        return Lead(Route.of(self.tunnel, peer), lambda other: other if self._permits(other) else None)

    async def connect(self, route: Route, protocol: asyncio.BaseProtocol) -> str:
        """The agent's file server, or our own, which has the other end of a pair of sockets."""
        if route.via is Via.AGENT:
            self._shared.dialer.open_files(route, protocol)
            return "*"
        ours, theirs = _socketpair()
        folder = Path(self.tunnel.folder)
        reader, writer = await asyncio.open_connection(sock=theirs)
        spawn(serve_folder(reader, writer, folder, self.tunnel.strip), f"serve {folder}")
        await self._shared.loop.create_connection(lambda: protocol, sock=ours)
        return str(folder)

    def _permits(self, head: RequestHead) -> bool:
        return permitted(self.tunnel.accounts, head.get(b"authorization"))


def _socketpair() -> tuple[socket.socket, socket.socket]:
    """Two ends that do not block. Raises TargetUnreachable: the system has no more sockets."""
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise TargetUnreachable(
            "The folder cannot be served: {reason}.", reason=error.strerror or str(error)
        ) from error
    for end in (ours, theirs):
        end.setblocking(False)
    return ours, theirs
