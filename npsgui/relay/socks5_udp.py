"""SOCKS5 UDP ASSOCIATE: datagrams from one visitor to any target, as long as its connection stays open.

What is charged is the payload, as with CONNECT. Source: RFC 1928 section 7.
"""

from __future__ import annotations

import asyncio
import logging
import math
import socket

from npsgui.model.entities import Target
from npsgui.model.errors import BindFailed
from npsgui.model.gate import Cause
from npsgui.model.rules import is_address
from npsgui.relay.datagrams import Address, Datagrams, ReplyFrom, listen_udp
from npsgui.relay.shared import Shared
from npsgui.relay.socks5 import Reply, format_datagram, parse_datagram, reply
from npsgui.relay.talking import Visit
from npsgui.relay.udp_session import UdpSession
from npsgui.tasks import spawn

MOST_TARGETS = 1024
"""Hosts that one visitor may hear from: those that it has written to, the first of them."""

MOST_LOOKUPS = 16
"""Names that are being looked up at once; a datagram to another name is dropped meanwhile."""

_log = logging.getLogger(__name__)


def associate(shared: Shared, visit: Visit, port: int) -> None:
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
    association = Association(shared, visit, made, (visitor, port))
    visit.prelude.write(reply(Reply.SUCCEEDED, here, association.port))
    visit.prelude.hand_over(Control(association.session))


class Control(asyncio.Protocol):
    """The visitor's connection: the association lives as long as it does."""

    def __init__(self, session: UdpSession) -> None:
        self._session = session

    # What asyncio calls

    def connection_lost(self, exc: Exception | None) -> None:
        self._session.cut(Cause.PEER)


class Association:
    """The sockets of one association, and the session that they charge."""

    def __init__(self, shared: Shared, visit: Visit, made: socket.socket, visitor: tuple[str, int]) -> None:
        self._loop = shared.loop
        self._visitor, self._visitor_port = visitor
        self._from: Address | None = None
        """Where the visitor sends from, once it has."""
        self._known: dict[str, str] = {}
        """The address of each host that was written to, by the name it was called."""
        self._lookups = 0
        self._control = visit.prelude.transport
        self.session = UdpSession(shared, visit.take_lease(), visit.peer, math.inf, self._on_end)
        self._door = Datagrams(shared.loop, made, self._on_visitor, self._on_error)
        self._outlets: dict[int, Datagrams] = {}
        """A socket towards targets for each family."""
        self.session.export.open(self._to_visitor)
        self.session.start("*", self)

    @property
    def port(self) -> int:
        """Where the visitor's datagrams go."""
        return self._door.port

    def send(self, data: bytes, address: Address | None = None) -> bool:
        """Send a payload to a target; the session calls it."""
        assert address is not None
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        outlet = self._outlets.get(family)
        if outlet is None:
            made = listen_udp("::" if family == socket.AF_INET6 else "0.0.0.0", 0)
            outlet = self._outlets[family] = Datagrams(self._loop, made, self._on_target, self._on_error)
        return outlet.send(data, address)

    def close(self) -> None:
        """Close the sockets; the session calls it."""
        for one in (self._door, *self._outlets.values()):
            one.close()

    def _on_end(self) -> None:
        if self._control is not None:
            self._control.close()

    def _on_visitor(self, data: bytes, address: Address, _reply_from: ReplyFrom) -> None:
        if address[0] != self._visitor or self._visitor_port not in (0, address[1]):
            return
        parsed = parse_datagram(data)
        if parsed is None:
            self.session.gate.drop()
            return
        self._from, self._visitor_port = address, address[1]
        target, payload = parsed[0], bytes(parsed[1])
        host = self._known.get(target.host)
        if host is not None:
            self.session.inlet.offer(payload, (host, target.port))
        elif len(self._known) >= MOST_TARGETS or self._lookups >= MOST_LOOKUPS:
            self.session.gate.drop()
        elif is_address(target.host):
            self._known[target.host] = target.host
            self.session.inlet.offer(payload, (target.host, target.port))
        else:
            self._lookups += 1
            spawn(self._look_up(target, payload), f"look up {target.host}")

    async def _look_up(self, target: Target, payload: bytes) -> None:
        try:
            found = await self._loop.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            _log.info("UDP to %s: %s", target, error)
            self.session.gate.drop()
        else:
            self._known[target.host] = str(found[0][4][0])
            self.session.inlet.offer(payload, (self._known[target.host], target.port))
        finally:
            self._lookups -= 1

    def _on_target(self, data: bytes, address: Address, _reply_from: ReplyFrom) -> None:
        if address[0] in self._known.values():
            self.session.export.offer(data, address)

    def _to_visitor(self, data: bytes, address: Address | None) -> bool:
        assert address is not None
        return self._door.send(format_datagram(address[0], address[1], data), self._from)

    def _on_error(self, error: OSError) -> None:
        _log.info("UDP association of %s: %s", self.session.peer, error)
