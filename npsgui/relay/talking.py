"""What services have in common whose visitors speak before they are led anywhere: proxies and hosts."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import logging
import socket

from npsgui.model.entities import Tunnel
from npsgui.model.errors import ProtocolError
from npsgui.model.gate import Lease, Refusal
from npsgui.relay.listener import listen_on_all
from npsgui.relay.prelude import SECONDS, Prelude
from npsgui.relay.shared import Shared
from npsgui.tasks import spawn

MOST_REFUSED = 64
"""Visitors who are being told why they are refused, at once; more are turned away without a word."""

_log = logging.getLogger(__name__)


class Visit:
    """A visitor who talks, with the lease it was given or the reason why it gets none."""

    def __init__(self, prelude: Prelude, peer: str, admitted: Lease | Refusal) -> None:
        self.prelude = prelude
        self.peer = peer
        self.refusal = admitted if isinstance(admitted, Refusal) else None
        self._lease = admitted if isinstance(admitted, Lease) else None

    def take_lease(self) -> Lease:
        """The lease, for the session that this visit becomes. Only once, and only without a ``refusal``."""
        lease, self._lease = self._lease, None
        assert lease is not None
        return lease

    def end(self) -> None:
        """Give back what no session has taken over; what was answered is sent first."""
        if self._lease is not None:
            self._lease.close()
        self.prelude.close()


class TalkingService(abc.ABC):
    """The open ports of one tunnel whose visitors say what they want."""

    def __init__(self, shared: Shared, tunnel: Tunnel) -> None:
        self.tunnel = tunnel
        self._shared = shared
        self._visits: set[Visit] = set()
        self.ports = listen_on_all(shared.loop, tunnel, self._on_visitor)

    def close(self) -> None:
        """Listen no more, and talk no more: only what is a session by now goes on."""
        self.ports.close()
        for visit in self._visits:
            visit.prelude.abort()

    @abc.abstractmethod
    async def talk(self, visit: Visit) -> None:
        """Find out what the visitor wants, and make it a session or answer why not.

        ``patience`` bounds what it waits for the visitor. Raises ProtocolError, TimeoutError: the visit ends.
        """

    def patience(self) -> asyncio.Timeout:
        """How long a visitor may take to say what it wants."""
        return asyncio.timeout(SECONDS)

    def _on_visitor(self, index: int, visitor: socket.socket, peer: str) -> None:
        admitted = self._shared.sessions.admit(self.tunnel.owner, peer)
        if isinstance(admitted, Refusal) and self._refused >= MOST_REFUSED:
            visitor.close()
            return
        visit = Visit(Prelude(), peer, admitted)
        self._visits.add(visit)
        spawn(self._meet(visit, visitor), f"talk with {peer}")

    @property
    def _refused(self) -> int:
        return sum(visit.refusal is not None for visit in self._visits)

    async def _meet(self, visit: Visit, visitor: socket.socket) -> None:
        try:
            await self._shared.dialer.accept(visitor, visit.prelude)
            with contextlib.suppress(TimeoutError):
                await self.talk(visit)
        except ProtocolError as error:
            _log.info("%s: %s %s", self.tunnel.owner, visit.peer, error)
        finally:
            self._visits.discard(visit)
            visit.end()
