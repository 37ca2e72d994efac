"""Secret tunnels: no port; a visitor comes through another npsgui or npc, and names the password."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib

from npsgui.model.entities import Tunnel
from npsgui.model.errors import TargetUnreachable
from npsgui.model.gate import Refusal
from npsgui.relay.listener import Ports
from npsgui.relay.pair import Pair
from npsgui.relay.prelude import Prelude
from npsgui.relay.shared import Shared
from npsgui.relay.targets import Route


class SecretService:
    """One secret tunnel."""

    def __init__(self, shared: Shared, tunnel: Tunnel) -> None:
        self.tunnel = tunnel
        self.ports = Ports()
        self._shared = shared

    @property
    def digest(self) -> bytes:
        """What a visitor shows: the MD5 of the password, in hex. Source: nps-wire.md section 10.8."""
        return hashlib.md5(self.tunnel.password.encode(), usedforsecurity=False).hexdigest().encode()

    def close(self) -> None:
        """Nothing listens; sessions go on."""

    async def visit(self, transport: asyncio.Transport, received: bytes, peer: str) -> None:
        """Lead a visitor, who has sent ``received`` already, to the target; close it if that cannot be."""
        shared = self._shared
        lease = shared.sessions.admit(self.tunnel.owner, peer)
        if isinstance(lease, Refusal):
            transport.close()
            return
        prelude = Prelude()
        prelude.unread += received
        transport.set_protocol(prelude)
        prelude.connection_made(transport)
        prelude.hold()
        pair = Pair(shared, lease, peer)
        with contextlib.suppress(TargetUnreachable), contextlib.ExitStack() as failed:
            failed.callback(prelude.close)
            with pair.opening():
                target = await shared.dialer.dial(Route.of(self.tunnel, peer), pair.target_half)
            failed.pop_all()
            pair.take_over(prelude, target)
