"""Connects sessions to their targets: makes the transports of both sides of a pair."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Callable
from typing import Protocol, TypeAlias, cast

from npsgui.model.entities import OwnerKey, Target
from npsgui.model.errors import TargetUnreachable
from npsgui.relay.datagrams import Datagrams, connect_udp
from npsgui.relay.listener import is_selector_loop
from npsgui.relay.sockets import connect, connect_now, unreachable
from npsgui.relay.targets import Route, Targets

OnFailure: TypeAlias = Callable[[OwnerKey, Target, TargetUnreachable], None]


class SelectorLoop(Protocol):
    """The one method of asyncio's selector loop that is not public. Same in 3.11, 3.12 and 3.13."""

    def _make_socket_transport(
        self, sock: socket.socket, protocol: asyncio.BaseProtocol
    ) -> asyncio.Transport: ...


class Dialer:
    """Dials targets in turn: at once where the loop and the target allow it, else within a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_failure: OnFailure, seconds: float) -> None:
        self._loop = loop
        self._fast = is_selector_loop(loop)
        self._targets = Targets()
        self._on_failure = on_failure
        self._seconds = seconds
        """How long one target may take to answer."""

    def dial_now(
        self, route: Route, protocol: asyncio.BaseProtocol
    ) -> tuple[Target, asyncio.Transport] | None:
        """Connect ``protocol`` to the next target here and now; None when it takes time: then ``dial``."""
        if not self._fast or not route.targets:
            return None
        target = self._targets.order(route, self._loop.time())[0]
        try:
            made = connect_now(target)
        except OSError as error:
            self._failed(route.owner, target, unreachable(target, error, self._seconds))
            return None
        if made is None:
            return None
        self._targets.connected(target)
        return target, self._transport(made, protocol)

    async def dial(self, route: Route, protocol: asyncio.BaseProtocol) -> Target:
        """Connect ``protocol`` to a target; which. Raises TargetUnreachable: the last one's, if all fail."""
        failure: TargetUnreachable | None = None
        for target in self._targets.order(route, self._loop.time()):
            try:
                made = await connect(target, self._seconds)
            except TargetUnreachable as error:
                self._failed(route.owner, target, error)
                failure = error
            else:
                self._targets.connected(target)
                await self._connected(made, protocol)
                return target
        raise failure or TargetUnreachable("{tunnel} has no target.", tunnel=route.owner)

    async def dial_datagrams(
        self, route: Route, on_datagram: Callable[[bytes], None]
    ) -> tuple[Target, Datagrams]:
        """A UDP socket connected to a target, and which one. Raises TargetUnreachable: the last one's.

        A target that refuses is told of once, and may listen again: the socket stays.
        """
        failure: TargetUnreachable | None = None
        for target in self._targets.order(route, self._loop.time()):
            try:
                made = await connect_udp(target, self._seconds)
            except TargetUnreachable as error:
                self._failed(route.owner, target, error)
                failure = error
            else:
                on_error = functools.partial(self._refused, [], route.owner, target)
                return target, Datagrams(self._loop, made, lambda data, *_: on_datagram(data), on_error)
        raise failure or TargetUnreachable("{tunnel} has no target.", tunnel=route.owner)

    def _refused(self, told: list[OSError], owner: OwnerKey, target: Target, error: OSError) -> None:
        if not told:
            told.append(error)
            self._failed(owner, target, unreachable(target, error, self._seconds))

    def accept_now(self, visitor: socket.socket, protocol: asyncio.BaseProtocol) -> asyncio.Transport:
        """The transport of a visitor, in this callback; only after ``dial_now`` gave one."""
        return self._transport(visitor, protocol)

    async def accept(self, visitor: socket.socket, protocol: asyncio.BaseProtocol) -> None:
        """Make the transport of a visitor."""
        await self._loop.connect_accepted_socket(lambda: protocol, visitor)

    def _transport(self, made: socket.socket, protocol: asyncio.BaseProtocol) -> asyncio.Transport:
        return cast("SelectorLoop", self._loop)._make_socket_transport(made, protocol)

    async def _connected(self, made: socket.socket, protocol: asyncio.BaseProtocol) -> None:
        try:
            await self._loop.create_connection(lambda: protocol, sock=made)
        except BaseException:
            made.close()
            raise

    def _failed(self, owner: OwnerKey, target: Target, error: TargetUnreachable) -> None:
        self._targets.failed(target, self._loop.time())
        self._on_failure(owner, target, error)
