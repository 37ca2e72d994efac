"""Connects a visitor to a target and makes the transports of both. Reads nothing before both are there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol, TypeAlias, cast

from npsgui.model.entities import Target, Tunnel
from npsgui.model.errors import TargetUnreachable
from npsgui.relay.listener import is_selector_loop
from npsgui.relay.session import Session
from npsgui.relay.sockets import connect, connect_now, unreachable
from npsgui.relay.targets import Targets

OnFailure: TypeAlias = Callable[[Tunnel, Target, TargetUnreachable], None]


class SelectorLoop(Protocol):
    """The one method of asyncio's selector loop that is not public. Same in 3.11, 3.12 and 3.13."""

    def _make_socket_transport(
        self, sock: socket.socket, protocol: asyncio.BaseProtocol
    ) -> asyncio.Transport: ...


class Opener:
    """Opens sessions: at once where the loop and the target allow it, else in a task of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_failure: OnFailure, seconds: float) -> None:
        self._loop = loop
        self._fast = is_selector_loop(loop)
        self._targets = Targets()
        self._on_failure = on_failure
        self._seconds = seconds
        """How long one target may take to answer."""

    def open_now(self, session: Session, visitor: socket.socket, tunnel: Tunnel) -> bool:
        """Open ``session`` in this callback; False when it takes time: then ``open``."""
        if not self._fast:
            return False
        now = self._loop.time()
        order = self._targets.order(tunnel, now)
        try:
            made = connect_now(order[0])
        except OSError as error:
            self._failed(tunnel, order[0], unreachable(order[0], error, self._seconds))
            return False
        if made is None:
            return False
        self._targets.connected(order[0])
        session.target = str(order[0])
        loop = cast("SelectorLoop", self._loop)
        session.target_half.transport = loop._make_socket_transport(made, session.target_half)
        session.visitor_half.transport = loop._make_socket_transport(visitor, session.visitor_half)
        return True

    async def open(self, session: Session, visitor: socket.socket, tunnel: Tunnel) -> None:
        """Open ``session``. Raises TargetUnreachable: of the last target, when none could be connected to."""
        made = await self._connect(session, tunnel)
        try:
            await self._loop.create_connection(lambda: session.target_half, sock=made)
        except BaseException:
            made.close()
            raise
        await self._loop.connect_accepted_socket(lambda: session.visitor_half, visitor)

    async def _connect(self, session: Session, tunnel: Tunnel) -> socket.socket:
        failure: TargetUnreachable | None = None
        for target in self._targets.order(tunnel, self._loop.time()):
            try:
                made = await connect(target, self._seconds)
            except TargetUnreachable as error:
                self._failed(tunnel, target, error)
                failure = error
            else:
                self._targets.connected(target)
                session.target = str(target)
                return made
        raise failure or TargetUnreachable("{tunnel} has no target.", tunnel=tunnel.owner)

    def _failed(self, tunnel: Tunnel, target: Target, error: TargetUnreachable) -> None:
        self._targets.failed(target, self._loop.time())
        self._on_failure(tunnel, target, error)
