"""UDP tunnels: a session for each visitor's address, with a socket of its own towards the target."""

from __future__ import annotations

import contextlib
import functools
import logging

from npsgui.model.entities import Tunnel
from npsgui.model.errors import TargetUnreachable
from npsgui.model.gate import Cause, Refusal
from npsgui.relay.datagrams import Address, Datagrams, ReplyFrom, listen_udp
from npsgui.relay.listener import Ports, bind_all
from npsgui.relay.shared import Shared
from npsgui.relay.sockets import peer_text
from npsgui.relay.targets import Route
from npsgui.relay.udp_session import UdpSession
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)


class UdpService:
    """The open ports of one tunnel."""

    def __init__(self, shared: Shared, tunnel: Tunnel) -> None:
        self.tunnel = tunnel
        self._shared = shared
        self._sessions: dict[tuple[int, Address], UdpSession] = {}
        self._doors = tuple(
            Datagrams(shared.loop, one, functools.partial(self._on_datagram, index), self._on_error)
            for index, one in enumerate(bind_all(listen_udp, tunnel))
        )
        self.ports = Ports(self._doors)

    def close(self) -> None:
        """Listen no more. The sessions end, for their visitors' datagrams come in here."""
        for session in list(self._sessions.values()):
            session.cut(Cause.DISABLED)
        self.ports.close()

    def _on_datagram(self, index: int, data: bytes, address: Address, reply_from: ReplyFrom) -> None:
        session = self._sessions.get((index, address)) or self._open(index, address, reply_from)
        if session is not None:
            session.inlet.offer(data)

    def _open(self, index: int, address: Address, reply_from: ReplyFrom) -> UdpSession | None:
        """The session of a visitor's first datagram; None when it is refused."""
        shared, peer = self._shared, peer_text(address)
        lease = shared.sessions.admit(self.tunnel.owner, peer)
        if isinstance(lease, Refusal):
            return None
        key = (index, address)
        on_end = functools.partial(self._sessions.pop, key)
        self._sessions[key] = session = UdpSession(shared, lease, peer, self.tunnel.idle, on_end)
        door = self._doors[index]
        session.export.open(lambda data, _: door.send(data, address, reply_from))
        spawn(self._dial(session, Route.of(self.tunnel, peer, index)), f"open UDP session {session.id}")
        return session

    async def _dial(self, session: UdpSession, route: Route) -> None:
        with contextlib.suppress(TargetUnreachable):
            with session.opening():
                target, link = await self._shared.dialer.dial_datagrams(route, session.ends)
            session.start(str(target), link)

    def _on_error(self, error: OSError) -> None:
        _log.info("%s: %s", self.tunnel.owner, error)
