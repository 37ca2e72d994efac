"""TCP tunnels: each visitor's connection becomes a pair with a connection to a target."""

from __future__ import annotations

import contextlib
import socket

from npsgui.model.entities import Tunnel
from npsgui.model.errors import TargetUnreachable
from npsgui.model.gate import Refusal
from npsgui.relay.listener import listen_on_all
from npsgui.relay.pair import Pair
from npsgui.relay.shared import Shared
from npsgui.relay.targets import Route
from npsgui.tasks import spawn


class TcpService:
    """The open ports of one tunnel."""

    def __init__(self, shared: Shared, tunnel: Tunnel) -> None:
        self.tunnel = tunnel
        self._shared = shared
        self.ports = listen_on_all(shared.loop, tunnel, self._on_visitor)

    def close(self) -> None:
        """Listen no more."""
        self.ports.close()

    def _on_visitor(self, index: int, visitor: socket.socket, peer: str) -> None:
        """Admit a visitor of the port with this index and open its session, or turn it away."""
        shared = self._shared
        lease = shared.sessions.admit(self.tunnel.owner, peer)
        if isinstance(lease, Refusal):
            visitor.close()
            return
        pair = Pair(shared, lease, peer)
        route = Route.of(self.tunnel, peer, index)
        target = shared.dialer.dial_now(route, pair.target_half)
        if target is None:
            spawn(self._open(pair, visitor, route), f"open session {pair.id}")
            return
        shared.dialer.accept_now(visitor, pair.visitor_half)
        pair.start(target)

    async def _open(self, pair: Pair, visitor: socket.socket, route: Route) -> None:
        dialer = self._shared.dialer
        with contextlib.suppress(TargetUnreachable), contextlib.ExitStack() as failed:
            failed.callback(visitor.close)
            with pair.opening():
                target = await dialer.dial(route, pair.target_half)
            failed.pop_all()
            await dialer.accept(visitor, pair.visitor_half)
            pair.start(target)
