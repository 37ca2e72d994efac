"""File tunnels: a folder of this computer, served over HTTP, metered and limited like any target."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from npsgui.model.entities import Tunnel, Via
from npsgui.model.errors import BindFailed, TargetUnreachable
from npsgui.relay.http.answers import ASK, page
from npsgui.relay.http.authorization import permitted
from npsgui.relay.http.folder import serve_folder
from npsgui.relay.http.heads import RequestHead
from npsgui.relay.http.service import Lead, TunnelService
from npsgui.relay.shared import Shared
from npsgui.relay.targets import Route
from npsgui.tasks import spawn


class FileService(TunnelService):
    """The open ports of one file tunnel. Raises BindFailed: also when its folder is none."""

    def __init__(self, shared: Shared, tunnel: Tunnel) -> None:
        if tunnel.via is Via.LOCAL:
            _require_folder(tunnel.folder)
        super().__init__(shared, tunnel)

    def decide(self, head: RequestHead, peer: str, scheme: str) -> Lead | bytes:
        """To the folder, if the visitor may."""
        if not self._permits(head):
            return page(401, "This folder asks for a user and a password.", ASK)
        return Lead(Route.of(self.tunnel, peer), lambda other: other if self._permits(other) else None)

    async def connect(self, route: Route, protocol: asyncio.BufferedProtocol) -> str:
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


class FolderWatch:
    """Looks whether the folders of file tunnels are still there: in a thread, for a disk may not answer."""

    def __init__(self, on_gone: Callable[[Tunnel], None]) -> None:
        self._on_gone = on_gone
        self._looking: asyncio.Task[None] | None = None

    def look(self, services: Iterable[object]) -> None:
        """Once a second: look after those of ``services`` that serve a folder of this computer."""
        if self._looking is None or self._looking.done():
            tunnels = [service.tunnel for service in services if isinstance(service, FileService)]
            local = [tunnel for tunnel in tunnels if tunnel.via is Via.LOCAL]
            self._looking = spawn(self._look(local), "look for folders") if local else None

    async def _look(self, tunnels: Iterable[Tunnel]) -> None:
        for tunnel in tunnels:
            try:
                await asyncio.to_thread(_require_folder, tunnel.folder)
            except BindFailed:
                self._on_gone(tunnel)


def _require_folder(folder: str) -> None:
    """Raises BindFailed: it is none."""
    try:
        if not stat.S_ISDIR(Path(folder).stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise BindFailed(
            "The folder {path} cannot be served: {reason}.", path=folder, reason=reason
        ) from error


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
