"""A listening port: takes visitors as connected sockets and hands them on.

On a selector loop that is asyncio's own, one reader takes a batch of visitors in a callback; every other
loop has an accepting task. Measured (design.md section 2): 7,400 connections/s by batches, 5,800 by tasks.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from npsgui.model.entities import Tunnel
from npsgui.model.errors import BindFailed
from npsgui.relay.sockets import adopt_visitor, listen, peer_text
from npsgui.tasks import spawn

BATCH = 64
"""Visitors taken in one callback; the rest come in the next turn of the loop."""

PAUSE_SECONDS = 0.5
"""How long no visitor is taken after the system had no more sockets to give."""

OUT_OF_SOCKETS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

OnVisitor: TypeAlias = Callable[[int, socket.socket, str], None]
"""Called with the index of the port, the connected socket and the visitor's address."""

_log = logging.getLogger(__name__)


def is_selector_loop(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether asyncio's own selector half runs it: sockets are watched at no more cost than asyncio's."""
    return isinstance(getattr(loop, "_selector", None), selectors.DefaultSelector)


class Door(Protocol):
    """One open port."""

    @property
    def port(self) -> int:
        """Its number; what the system gave, for port 0."""

    def close(self) -> None:
        """Let nobody in any more."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The open ports of one owner; a secret tunnel has none."""

    doors: tuple[Door, ...] = ()

    @property
    def first(self) -> int:
        """The number of the first one."""
        return self.doors[0].port

    def close(self) -> None:
        """Close them all."""
        for door in self.doors:
            door.close()


def bind_all(bind: Callable[[str, int], socket.socket], tunnel: Tunnel) -> list[socket.socket]:
    """Every port of a tunnel, or none: raises BindFailed, of the first that cannot be opened."""
    made: list[socket.socket] = []
    try:
        made.extend(bind(tunnel.bind, port) for port in tunnel.ports)
    except BindFailed:
        for opened in made:
            opened.close()
        raise
    return made


def listen_on_all(loop: asyncio.AbstractEventLoop, tunnel: Tunnel, on_visitor: OnVisitor) -> Ports:
    """Take visitors on every port of a tunnel. Raises BindFailed."""
    made = bind_all(listen, tunnel)
    return Ports(tuple(Listener(loop, one, on_visitor, index) for index, one in enumerate(made)))


class Listener:
    """One open port."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, made: socket.socket, on_visitor: OnVisitor, index: int = 0
    ) -> None:
        self.socket = made
        self._index = index
        self._loop = loop
        self._on_visitor = on_visitor
        self._fast = is_selector_loop(loop)
        self._task: asyncio.Task[None] | None = None
        self._pause: asyncio.TimerHandle | None = None
        if self._fast:
            loop.add_reader(made, self._on_readable)
        else:
            self._task = spawn(self._accept_for_ever(), f"accept on {made.getsockname()}")

    @property
    def port(self) -> int:
        """The port it listens on; what the system gave, for port 0."""
        return int(self.socket.getsockname()[1])

    def close(self) -> None:
        """Close the port; sessions that came through it go on."""
        if self._fast:
            self._loop.remove_reader(self.socket)
        if self._pause is not None:
            self._pause.cancel()
        if self._task is not None:
            self._task.cancel()
        self.socket.close()

    def _on_readable(self) -> None:
        for _ in range(BATCH):
            try:
                visitor, address = self.socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in OUT_OF_SOCKETS:
                    raise
                _log.warning("no more sockets for visitors: %s", error)
                self._loop.remove_reader(self.socket)
                self._pause = self._loop.call_later(PAUSE_SECONDS, self._resume)
                return
            adopt_visitor(visitor)
            self._on_visitor(self._index, visitor, peer_text(address))

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self.socket, self._on_readable)

    async def _accept_for_ever(self) -> None:
        while True:
            try:
                visitor, address = await self._loop.sock_accept(self.socket)
            except ConnectionAbortedError:
                continue
            except OSError as error:
                if error.errno not in OUT_OF_SOCKETS:
                    raise
                _log.warning("no more sockets for visitors: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            adopt_visitor(visitor)
            self._on_visitor(self._index, visitor, peer_text(address))
