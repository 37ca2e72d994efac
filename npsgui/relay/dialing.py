"""Connects sessions to their targets: makes the transports of both sides of a pair."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from npsgui.model.agents import Link, LinkKind
from npsgui.model.entities import Client, OwnerKey, Target, Via
from npsgui.model.errors import TargetUnreachable
from npsgui.relay.agent_datagrams import AgentDatagrams, DatagramEnds, DatagramLink
from npsgui.relay.datagrams import Datagrams, connect_udp
from npsgui.relay.listener import is_selector_loop
from npsgui.relay.socket_transport import SocketTransport
from npsgui.relay.sockets import connect, connect_now, unreachable
from npsgui.relay.targets import Route, Targets

OnFailure: TypeAlias = Callable[[OwnerKey, Target, TargetUnreachable], None]


class Agents(Protocol):
    """Those who dial for clients whose targets are not within our reach. The bridge is it."""

    def open_stream(self, client: int, link: Link, protocol: asyncio.BaseProtocol, /) -> asyncio.Transport:
        """A stream to a target. Raises TargetUnreachable: when no agent of the client is online.

        ``connection_lost`` gets a ConnectionRefusedError when the agent could not connect, and an AgentLost
        when the agent itself is lost.
        """

    async def dial(
        self, client: int, link: Link, protocol: asyncio.BaseProtocol, seconds: float, /
    ) -> asyncio.Transport:
        """A stream whose agent has its target. Raises TargetUnreachable: that is not so in ``seconds``."""

    def open_datagrams(
        self, client: int, link: Link, protocol: asyncio.DatagramProtocol, /
    ) -> asyncio.DatagramTransport:
        """A stream of datagrams. Raises TargetUnreachable: when no agent of the client is online."""


class NoAgents:
    """For a relay without a bridge."""

    def open_stream(self, client: int, link: Link, protocol: asyncio.BaseProtocol) -> asyncio.Transport:
        """Raises TargetUnreachable: always."""
        raise TargetUnreachable("The agent of client {id} is not connected.", id=client)

    async def dial(
        self, client: int, link: Link, protocol: asyncio.BaseProtocol, seconds: float
    ) -> asyncio.Transport:
        """Raises TargetUnreachable: always."""
        raise TargetUnreachable("The agent of client {id} is not connected.", id=client)

    def open_datagrams(
        self, client: int, link: Link, protocol: asyncio.DatagramProtocol
    ) -> asyncio.DatagramTransport:
        """Raises TargetUnreachable: always."""
        raise TargetUnreachable("The agent of client {id} is not connected.", id=client)


class Dialer:
    """Dials targets in turn: at once where the loop and the target allow it, else within a time."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, agents: Agents, on_failure: OnFailure, seconds: float
    ) -> None:
        self.clients: Mapping[int, Client] = {}
        """Who they are, with what their agents are to do with streams; kept by the relay."""
        self._loop = loop
        self._agents = agents
        self._fast = is_selector_loop(loop)
        self.targets = Targets()
        """Whose turn it is, and what the relay is told of their health."""
        self._on_failure = on_failure
        self.seconds = seconds
        """How long one target may take to answer."""

    def dial_now(self, route: Route, protocol: asyncio.BufferedProtocol) -> Target | None:
        """Connect ``protocol`` to the next target here and now; None when it takes time: then ``dial``."""
        if not self._fast or not route.targets or route.via is Via.AGENT:
            return None
        target = self.targets.order(route, self._loop.time())[0]
        try:
            made = connect_now(target)
        except OSError as error:
            self._failed(route.owner, target, unreachable(target, error, self.seconds))
            return None
        if made is None:
            return None
        self.targets.connected(target)
        SocketTransport(self._loop, made, protocol)
        return target

    async def dial(self, route: Route, protocol: asyncio.BufferedProtocol) -> Target:
        """Connect ``protocol`` to a target; which. Raises TargetUnreachable: the last one's, if all fail.

        An npsgui agent says whether it has the target; npc's is taken as it is.
        """
        failure: TargetUnreachable | None = None
        for target in self.targets.order(route, self._loop.time()):
            try:
                if route.via is Via.AGENT:
                    link = self.link(LinkKind.TCP, route, target)
                    await self._agents.dial(route.client, link, protocol, self.seconds)
                else:
                    await self._connected(await connect(target, self.seconds), protocol)
            except TargetUnreachable as error:
                self._failed(route.owner, target, error)
                failure = error
            else:
                self.targets.connected(target)
                return target
        raise failure or _without_target(route)

    def link(self, kind: LinkKind, route: Route, target: Target | None = None) -> Link:
        """What the agent of a route's client is asked for."""
        client = self.clients.get(route.client)
        crypt, compress = (client.crypt, client.compress) if client is not None else (False, False)
        return Link(kind, str(target or ""), route.peer, crypt, compress)

    def open_files(self, route: Route, protocol: asyncio.BaseProtocol) -> None:
        """Connect ``protocol`` to the file server of an agent. Raises TargetUnreachable."""
        self._agents.open_stream(route.client, self.link(LinkKind.FILE, route), protocol)

    def open_datagrams(
        self, kind: LinkKind, route: Route, target: Target | None, ends: DatagramEnds
    ) -> AgentDatagrams:
        """A stream of datagrams through an agent. Raises TargetUnreachable."""
        made = AgentDatagrams(ends)
        self._agents.open_datagrams(route.client, self.link(kind, route, target), made)
        return made

    async def dial_datagrams(self, route: Route, ends: DatagramEnds) -> tuple[Target, DatagramLink]:
        """What carries datagrams to a target, and which one. Raises TargetUnreachable: the last one's.

        A target that refuses is told of once, and may listen again: the socket stays.
        """
        failure: TargetUnreachable | None = None
        for target in self.targets.order(route, self._loop.time()):
            try:
                if route.via is Via.AGENT:
                    return target, self.open_datagrams(LinkKind.UDP, route, target, ends)
                made = await connect_udp(target, self.seconds)
            except TargetUnreachable as error:
                self._failed(route.owner, target, error)
                failure = error
            else:
                on_error = functools.partial(self._refused, [], route.owner, target)
                return target, Datagrams(self._loop, made, lambda data, *_: ends.arrived(data), on_error)
        raise failure or _without_target(route)

    def _refused(self, told: list[OSError], owner: OwnerKey, target: Target, error: OSError) -> None:
        if not told:
            told.append(error)
            self._failed(owner, target, unreachable(target, error, self.seconds))

    def accept_now(self, visitor: socket.socket, protocol: asyncio.BufferedProtocol) -> None:
        """Make the transport of a visitor, in this callback; only after ``dial_now`` gave a target."""
        SocketTransport(self._loop, visitor, protocol)

    async def accept(self, visitor: socket.socket, protocol: asyncio.BaseProtocol) -> None:
        """Make the transport of a visitor."""
        if self._fast and isinstance(protocol, asyncio.BufferedProtocol):
            SocketTransport(self._loop, visitor, protocol)
        else:
            await self._loop.connect_accepted_socket(lambda: protocol, visitor)

    async def _connected(self, made: socket.socket, protocol: asyncio.BufferedProtocol) -> None:
        if self._fast:
            SocketTransport(self._loop, made, protocol)
            return
        try:
            await self._loop.create_connection(lambda: protocol, sock=made)
        except BaseException:
            made.close()
            raise

    def _failed(self, owner: OwnerKey, target: Target, error: TargetUnreachable) -> None:
        self.targets.failed(target, self._loop.time())
        self._on_failure(owner, target, error)


def _without_target(route: Route) -> TargetUnreachable:
    if route.targets:
        return TargetUnreachable("Its agent says that no target of {tunnel} is well.", tunnel=route.owner)
    return TargetUnreachable("{tunnel} has no target.", tunnel=route.owner)
