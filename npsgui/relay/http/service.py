"""What the services have in common that speak HTTP: each request is led where it belongs, or answered."""

from __future__ import annotations

import abc
import asyncio
import logging
import socket
from dataclasses import dataclass

from npsgui.model.entities import Tunnel
from npsgui.model.errors import ProtocolError, TargetUnreachable
from npsgui.model.gate import Refusal
from npsgui.relay.http.answers import error_page, page, refusal_page
from npsgui.relay.http.heads import BadRequest, RequestHead, find_head, parse_request
from npsgui.relay.http.session import KEEP_ALIVE_SECONDS, HttpSession, Plan
from npsgui.relay.listener import listen_on_all
from npsgui.relay.pair import Pair
from npsgui.relay.prelude import SECONDS, Prelude
from npsgui.relay.shared import Shared
from npsgui.relay.targets import Route
from npsgui.tasks import spawn

MOST_VISITS = 10_000
"""Visitors' connections at once that are between two requests, or before the first."""

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a request goes."""

    route: Route
    plan: Plan | None
    """What the target is sent for this request and the next ones; None: a CONNECT, whose bytes are bytes."""


class HttpService(abc.ABC):
    """Talks with visitors who speak HTTP. ``decide`` says what becomes of each request."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._visits: set[Prelude] = set()

    @abc.abstractmethod
    def decide(self, head: RequestHead, peer: str, scheme: str) -> Lead | bytes:
        """Where a request goes, or the answer to it, after which the connection closes."""

    async def connect(self, route: Route, protocol: asyncio.BufferedProtocol) -> str:
        """Connect ``protocol`` to the target; its name. Raises TargetUnreachable."""
        return str(await self._shared.dialer.dial(route, protocol))

    def end_visits(self) -> None:
        """Talk no more: only what is a session by now goes on."""
        for prelude in self._visits:
            prelude.abort()

    def _on_visitor(self, _index: int, visitor: socket.socket, peer: str) -> None:
        if len(self._visits) >= MOST_VISITS:
            visitor.close()
        else:
            spawn(self._meet(visitor, peer), f"talk HTTP with {peer}")

    async def _meet(self, visitor: socket.socket, peer: str) -> None:
        prelude = Prelude()
        await self._shared.dialer.accept(visitor, prelude)
        await self._serve(prelude, peer, "http")

    async def _serve(self, prelude: Prelude, peer: str, scheme: str) -> None:
        """Lead the requests of one connection until it is closed or belongs to a session for good."""
        patience = SECONDS
        going: Prelude | None = prelude
        while going is not None:
            self._visits.add(going)
            try:
                following = await self._lead(going, peer, scheme, patience)
            except ProtocolError as error:
                _log.info("%s: %s", peer, error)
                following = None
            finally:
                self._visits.discard(going)
                going.close()
            patience = KEEP_ALIVE_SECONDS
            going = following

    async def _lead(self, prelude: Prelude, peer: str, scheme: str, patience: float) -> Prelude | None:
        """Lead the next request. The visitor again, if it has more to ask."""
        try:
            head = await _head(prelude, patience)
        except BadRequest as error:
            await prelude.farewell(error_page(error))
            return None
        decided = self.decide(head, peer, scheme)
        if isinstance(decided, bytes):
            await prelude.farewell(decided)
            return None
        lease = self._shared.sessions.admit(decided.route.owner, peer)
        if isinstance(lease, Refusal):
            await prelude.farewell(refusal_page(lease))
            return None
        prelude.hold()
        if decided.plan is None:
            await self._open(prelude, Pair(self._shared, lease, peer), decided.route, ESTABLISHED)
            return None
        session = HttpSession(self._shared, lease, peer, decided.plan, prelude.prepaid)
        await self._open(prelude, session, decided.route)
        self._visits.discard(prelude)
        return await session.returned

    async def _open(self, prelude: Prelude, pair: Pair, route: Route, answer: bytes = b"") -> None:
        try:
            with pair.opening():
                target = await self.connect(route, pair.target_half)
        except TargetUnreachable as error:
            late = isinstance(error.__cause__, TimeoutError)
            await prelude.farewell(page(504 if late else 502, str(error)))
            return
        if answer:
            drop_head(prelude.unread)
            prelude.write(answer)
        pair.take_over(prelude, target)


class TunnelService(HttpService):
    """The open ports of one tunnel whose visitors speak HTTP."""

    def __init__(self, shared: Shared, tunnel: Tunnel) -> None:
        super().__init__(shared)
        self.tunnel = tunnel
        self.ports = listen_on_all(shared.loop, tunnel, self._on_visitor)

    def close(self) -> None:
        """Listen no more."""
        self.ports.close()
        self.end_visits()


def drop_head(unread: bytearray) -> None:
    """Take the head of a CONNECT out of ``unread``: it is not for the target."""
    head = find_head(unread)
    if head is not None:
        del unread[: len(head)]


async def _head(prelude: Prelude, patience: float) -> RequestHead:
    """The head of the next request, left in ``unread``. Raises BadRequest, ProtocolError."""
    try:
        async with asyncio.timeout(patience):
            while (raw := find_head(prelude.unread)) is None:
                await prelude.more()
    except TimeoutError:
        if not prelude.unread:
            raise ProtocolError("asks nothing") from None
        raise BadRequest(408, "The head of this request took too long.") from None
    return parse_request(raw)
