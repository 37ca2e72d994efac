"""SOCKS5 UDP ASSOCIATE: datagrams from one visitor to any target, as long as its connection stays open.

What is charged is the payload, as with CONNECT. Source: RFC 1928 section 7.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import math
import socket
from collections.abc import Callable
from dataclasses import dataclass

from npsgui.model.agents import LinkKind
from npsgui.model.entities import Target, Via
from npsgui.model.errors import BindFailed, TargetUnreachable
from npsgui.model.gate import Cause
from npsgui.model.listening import is_address, is_loopback
from npsgui.relay.agent_datagrams import DatagramEnds, DatagramLink
from npsgui.relay.datagrams import Address, Datagrams, ReplyFrom, listen_udp
from npsgui.relay.shared import Shared
from npsgui.relay.socks5 import Reply, format_datagram, parse_datagram, reply
from npsgui.relay.talking import Visit
from npsgui.relay.targets import Route
from npsgui.relay.udp_session import UdpSession
from npsgui.tasks import spawn

MOST_TARGETS = 1024
"""Hosts that one visitor may hear from: those that it has written to, the first of them."""

MOST_LOOKUPS = 16
"""Names that are being looked up at once; a datagram to another name is dropped meanwhile."""

_log = logging.getLogger(__name__)


def associate(shared: Shared, visit: Visit, route: Route, port: int) -> None:
    """Answer a UDP ASSOCIATE, and make it a session that ends with the visitor's connection.

    ``port``: the one that the visitor says it will send from; 0 when it does not know.
    """
    control = visit.prelude.transport
    if control is None:
        return
    here, visitor = (
        # IPv4 on a socket for both looks like IPv6
        str(control.get_extra_info(end)[0]).removeprefix("::ffff:")
        for end in ("sockname", "peername")
    )
    try:
        made = listen_udp(here, 0)
    except BindFailed as error:
        _log.warning("no port for a UDP association: %s", error)
        visit.prelude.write(reply(Reply.GENERAL_FAILURE))
        return
    port = known_port(visitor, port)
    kind = Association if route.via is Via.LOCAL else AgentAssociation
    with contextlib.ExitStack() as failed:
        failed.callback(made.close)
        try:
            association = kind(shared, visit, route, made, (visitor, port))
        except TargetUnreachable:
            visit.prelude.write(reply(Reply.HOST_UNREACHABLE))
            return
        failed.pop_all()
    visit.prelude.write(reply(Reply.SUCCEEDED, here, association.port))
    visit.prelude.hand_over(Control(association.session))


def known_port(visitor: str, named: int) -> int:
    """The port that a visitor's datagrams must come from; 0: the first one tells.

    A visitor from elsewhere may be behind a NAT, and name a port that we never see.
    """
    return named if is_loopback(visitor) else 0


class Control(asyncio.Protocol):
    """The visitor's connection: the association lives as long as it does."""

    def __init__(self, session: UdpSession) -> None:
        self._session = session

    # What asyncio calls

    def connection_lost(self, exc: Exception | None) -> None:
        self._session.cut(Cause.PEER)


class Association:
    """The visitor's side of an association, and the session that it charges; targets are in our reach."""

    def __init__(
        self, shared: Shared, visit: Visit, route: Route, made: socket.socket, visitor: tuple[str, int]
    ) -> None:
        self._loop = shared.loop
        self._visitor, self._visitor_port = visitor
        self._from: Address | None = None
        """Where the visitor sends from, once it has."""
        self._control = visit.prelude.transport
        self._link = self._open(shared, route)
        self.session = UdpSession(shared, visit.take_lease(), visit.peer, math.inf, self._on_end)
        self._door = Datagrams(shared.loop, made, self._on_visitor, self._on_error)
        self.session.export.open(self._to_visitor)
        self.session.start("*", self._link)

    @property
    def port(self) -> int:
        """Where the visitor's datagrams go."""
        return self._door.port

    def _open(self, shared: Shared, route: Route) -> DatagramLink:
        """What carries payloads to targets. Raises TargetUnreachable: nothing does."""
        self._outlet = Outlet(shared.loop, self._on_target, shared.dialer.seconds)
        return self._outlet

    def _on_end(self) -> None:
        self._door.close()
        if self._control is not None:
            self._control.close()

    def _on_visitor(self, data: bytes, address: Address, _reply_from: ReplyFrom) -> None:
        if address[0] != self._visitor or self._visitor_port not in (0, address[1]):
            return
        parsed = parse_datagram(data)
        if parsed is None:
            self.session.drop()
            return
        self._from, self._visitor_port = address, address[1]
        self._carry(parsed[0], bytes(parsed[1]))

    def _carry(self, target: Target, payload: bytes) -> None:
        """Offer a payload to the session, once the address of its target is known."""
        host = self._outlet.address_of(target.host)
        if host is not None:
            self.session.inlet.offer(payload, (host, target.port))
        elif self._outlet.begin_look_up():
            spawn(self._look_up(target, payload), f"look up {target.host}")
        else:
            self.session.drop()

    async def _look_up(self, target: Target, payload: bytes) -> None:
        host = await self._outlet.look_up(target)
        if host is None:
            self.session.drop()
        else:
            self.session.inlet.offer(payload, (host, target.port))

    def _on_target(self, data: bytes, address: Address) -> None:
        self.session.export.offer(data, address)

    def _to_visitor(self, data: bytes, address: Address | None) -> bool:
        assert address is not None
        return self._door.send(format_datagram(address[0], address[1], data), self._from)

    def _on_error(self, error: OSError) -> None:
        _log.info("UDP association of %s: %s", self.session.peer, error)


class AgentAssociation(Association):
    """The same with targets that an agent reaches. Source: nps-wire.md section 10.6."""

    def _open(self, shared: Shared, route: Route) -> DatagramLink:
        ends = DatagramEnds(self._on_agent, lambda: self.session.cut(Cause.AGENT))
        return _Wrapped(shared.dialer.open_datagrams(LinkKind.SOCKS_UDP, route, None, ends))

    def _carry(self, target: Target, payload: bytes) -> None:
        self.session.inlet.offer(payload, (target.host, target.port))

    def _on_agent(self, data: bytes) -> None:
        parsed = parse_datagram(data)
        if parsed is not None:
            self._on_target(bytes(parsed[1]), (parsed[0].host, parsed[0].port))


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """Puts SOCKS5's header before each payload, for an agent."""

    link: DatagramLink

    def send(self, data: bytes, address: Address | None = None) -> bool:
        assert address is not None
        return self.link.send(format_datagram(address[0], address[1], data))

    def close(self) -> None:
        self.link.close()


class Outlet:
    """Sockets towards targets, one for each family; hears those alone that were written to."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_target: Callable[[bytes, Address], None], seconds: float
    ) -> None:
        self._loop = loop
        self._on_target = on_target
        self._sockets: dict[str, Datagrams] = {}
        self._known: dict[str, str] = {}
        """The address of each host that was written to, by the name it was called."""
        self._hears: set[str] = set()
        """Those addresses."""
        self._seconds = seconds
        """How long a name may be looked up."""
        self._lookups = 0

    def begin_look_up(self) -> bool:
        """Whether another name may be looked up now; then ``look_up`` is to follow."""
        if len(self._known) >= MOST_TARGETS or self._lookups >= MOST_LOOKUPS:
            return False
        self._lookups += 1
        return True

    def address_of(self, host: str) -> str | None:
        """The address of a host; None while it is not known."""
        if host not in self._known and len(self._known) < MOST_TARGETS and is_address(host):
            self._keep(host, str(ipaddress.ip_address(host)))
        return self._known.get(host)

    async def look_up(self, target: Target) -> str | None:
        """The address of a name; None when it has none, or none in time. After ``begin_look_up``."""
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._loop.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            _log.info("UDP to %s: %s", target, str(error) or "its name was not found in time")
            return None
        finally:
            self._lookups -= 1
        return self._keep(target.host, str(found[0][4][0]))

    def _keep(self, host: str, address: str) -> str:
        self._hears.add(address)
        self._known[host] = address
        return address

    def send(self, data: bytes, address: Address | None = None) -> bool:
        """Send a payload to a target; whether that could be done."""
        assert address is not None
        everywhere = "::" if ":" in address[0] else "0.0.0.0"
        made = self._sockets.get(everywhere)
        if made is None:
            try:
                bound = listen_udp(everywhere, 0)
            except BindFailed as error:
                # no IPv6 here, or no socket left
                _log.info("UDP to a target: %s", error)
                return False
            made = self._sockets[everywhere] = Datagrams(self._loop, bound, self._arrived, self._failed)
        return made.send(data, address)

    def close(self) -> None:
        """Close the sockets."""
        for one in self._sockets.values():
            one.close()

    def _arrived(self, data: bytes, address: Address, _reply_from: ReplyFrom) -> None:
        if address[0] in self._hears:
            self._on_target(data, address)

    def _failed(self, error: OSError) -> None:
        _log.info("UDP to a target: %s", error)
