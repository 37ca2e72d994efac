"""The shared HTTP and HTTPS ports: each request goes to the host that it names."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import TypeAlias

from npsgui.model.entities import PASS_THROUGH, Host
from npsgui.model.errors import NpsError, ProtocolError, TargetUnreachable
from npsgui.model.gate import Refusal
from npsgui.relay.http.answers import ASK, page
from npsgui.relay.http.authorization import permitted
from npsgui.relay.http.client_hello import Alert, alert, server_name
from npsgui.relay.http.heads import RequestHead
from npsgui.relay.http.rewriting import authority_of, for_host_target, host_name, path_of, plain_path
from npsgui.relay.http.routes import Routes
from npsgui.relay.http.secure import secured
from npsgui.relay.http.service import HttpService, Lead
from npsgui.relay.listener import Listener, Ports
from npsgui.relay.pair import Pair
from npsgui.relay.prelude import SECONDS, Prelude
from npsgui.relay.shared import Shared
from npsgui.relay.sockets import listen
from npsgui.relay.targets import Route

Contexts: TypeAlias = Callable[[Host], ssl.SSLContext]
"""Gives a host's certificate, ready for use. Raises NpsError: when it cannot be read."""


def no_certificates(host: Host) -> ssl.SSLContext:
    """For a relay that ends no TLS. Raises NpsError: always."""
    raise NpsError("There is no certificate for {owner}.", owner=host.owner)


_log = logging.getLogger(__name__)


class HostsService(HttpService):
    """One shared port. ``scheme`` is http or https; ``routes`` is replaced by an edit of the hosts."""

    def __init__(self, shared: Shared, scheme: str, bind: str, port: int, contexts: Contexts) -> None:
        super().__init__(shared)
        self.routes = Routes()
        self._scheme = scheme
        self._contexts = contexts
        self.ports = Ports((Listener(shared.loop, listen(bind, port), self._on_visitor),))

    def close(self) -> None:
        """Listen no more."""
        self.ports.close()
        self.end_visits()

    def decide(self, head: RequestHead, peer: str, scheme: str) -> Lead | bytes:
        """To the host that the request names, if its visitor may."""
        host = self._host_of(head)
        if head.method == b"CONNECT":
            return page(405, "This is no proxy: it takes no CONNECT.")
        if host is None:
            name = host_name(authority_of(head))
            return page(404, f"Nothing is set up here for “{name}{path_of(head).decode('latin-1')}”.")
        if not permitted(host.accounts, head.get(b"authorization")):
            return page(401, "This page asks for a user and a password.", ASK)
        return Lead(Route.of(host, peer), lambda other: self._plan(other, host, peer))

    async def _meet(self, visitor: socket.socket, peer: str) -> None:
        if self._scheme == "http":
            await super()._meet(visitor, peer)
            return
        prelude = Prelude()
        await self._shared.dialer.accept(visitor, prelude)
        self._visits.add(prelude)
        try:
            await self._greet(prelude, peer)
        except (ProtocolError, TimeoutError) as error:
            _log.info("%s: %s", peer, str(error) or "says nothing")
        finally:
            self._visits.discard(prelude)
            prelude.close()

    async def _greet(self, prelude: Prelude, peer: str) -> None:
        """Carry TLS as it is to the host that it names, or end it here with that host's certificate."""
        try:
            async with asyncio.timeout(SECONDS):
                while (name := server_name(bytes(prelude.unread))) is None:
                    await prelude.more()
        except ProtocolError:
            if prelude.unread[:1].isalpha():  # as methods of HTTP begin, and no record of TLS
                await prelude.farewell(page(400, "This port takes HTTPS only."))
            raise
        host = self.routes.find("https", name)
        if host is None:
            await prelude.farewell(alert(Alert.UNRECOGNIZED_NAME))
            raise ProtocolError(f"asks by TLS for {name!r}, which nothing is set up for")
        if host.certificate == PASS_THROUGH:
            await self._pass(prelude, host, peer)
            return
        try:
            context = self._contexts(host)
        except NpsError as error:
            _log.warning("%s: %s", host.owner, error)
            await prelude.farewell(alert(Alert.INTERNAL_ERROR))
            return
        plain = await secured(prelude, context)
        self._visits.discard(prelude)
        await self._serve(plain, peer, "https")

    async def _pass(self, prelude: Prelude, host: Host, peer: str) -> None:
        lease = self._shared.sessions.admit(host.owner, peer)
        if isinstance(lease, Refusal):
            await prelude.farewell(alert(Alert.ACCESS_DENIED))
            return
        prelude.hold()
        pair = Pair(self._shared, lease, peer)
        try:
            with pair.opening():
                target = await self._shared.dialer.dial(Route.of(host, peer), pair.target_half)
        except TargetUnreachable:
            await prelude.farewell(alert(Alert.INTERNAL_ERROR))
            return
        pair.take_over(prelude, target)

    def _host_of(self, head: RequestHead) -> Host | None:
        name, path = host_name(authority_of(head)), plain_path(path_of(head).decode("latin-1"))
        return self.routes.find(self._scheme, name, path)

    def _plan(self, head: RequestHead, host: Host, peer: str) -> RequestHead | None:
        """For the same host again; another one, one edited meanwhile, or a stranger is decided on anew."""
        if self._host_of(head) != host or not permitted(host.accounts, head.get(b"authorization")):
            return None
        return for_host_target(head, host, peer, self._scheme)
