"""The relay: keeps the wanted tunnels listening, and ends the sessions that a gate refuses.

It meters nothing itself: sessions charge the gates of ``Accounts``, which must know a Configuration before
``apply`` does. Runs on the loop of the thread that made it; talks through transports only.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from npsgui.model.accounts import Accounts
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, Mode, OwnerKey, OwnerKind, Target, Tunnel, Via
from npsgui.model.errors import BindFailed, TargetUnreachable
from npsgui.model.events import AgentDown, Event, Events, ListenerChanged, TargetFailed, TargetHealth
from npsgui.model.gate import Cause
from npsgui.model.registrations import Registrations
from npsgui.model.rules import unsupported
from npsgui.model.views import ConnectionRow, Sentence
from npsgui.relay.buffers import Buffers
from npsgui.relay.dialing import Agents, Dialer, NoAgents
from npsgui.relay.http.files import FolderWatch
from npsgui.relay.http.hosts import Contexts, no_certificates
from npsgui.relay.http.shared_ports import SharedPorts
from npsgui.relay.pacer import Pacer
from npsgui.relay.secret import SecretService
from npsgui.relay.services import SERVICES, Service
from npsgui.relay.sessions import DRAIN_SECONDS, PeerBytes, Sessions
from npsgui.relay.shared import Shared
from npsgui.relay.sockets import allow_many_sockets

DIAL_SECONDS = 10.0

HTTP_IDLE_SECONDS = 600.0
"""nginx gives a minute, Envoy five: many a page of a slow machine at home is worth waiting for."""

Owned = TypeVar("Owned", Tunnel, Host)

_log = logging.getLogger(__name__)


class Relay:
    """All services and sessions."""

    def __init__(
        self,
        accounts: Accounts,
        events: Events,
        dial_seconds: float = DIAL_SECONDS,
        contexts: Contexts = no_certificates,
        agents: Agents | None = None,
        *,
        registrations: Registrations | None = None,
        by_network: bool = False,
        http_idle: float = HTTP_IDLE_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
        wall: Callable[[], float] = time.time,
    ) -> None:
        allow_many_sockets()
        loop = asyncio.get_running_loop()
        self._accounts = accounts
        self._events = events
        self._pacer = Pacer(loop)
        self._sessions = Sessions(
            loop,
            accounts,
            events,
            registrations=registrations,
            by_network=by_network,
            drain_seconds=drain_seconds,
            wall=wall,
        )
        dialer = Dialer(loop, agents or NoAgents(), self._on_target_failed, dial_seconds)
        shared = Shared(loop, Buffers(), self._pacer, self._sessions, dialer, http_idle)
        self._shared = shared
        self._ports = SharedPorts(shared, contexts)
        self._folders = FolderWatch(self._on_folder_gone)
        self._listens = True
        """Until it is drained or closed: an edit, or an agent that leaves, may come after that."""
        self._tunnels: dict[OwnerKey, Tunnel] = {}
        """Those that should listen."""
        self._services: dict[OwnerKey, Service] = {}
        """Those that do."""
        self._hosts: dict[OwnerKey, Host] = {}
        """Those that requests are routed to."""
        self._failed: dict[OwnerKey, Sentence] = {}
        events.subscribe(self._on_event)

    def apply(self, configuration: Configuration) -> None:
        """Put a Configuration in force that the accounts have already; what did not change is not touched."""
        self._sessions.turn()
        self._sessions.cut_blocked()
        self._sessions.registrations.required = configuration.everything.registered_only
        self._shared.dialer.clients = configuration.clients
        before, self._tunnels = self._tunnels, _wanted(configuration) if self._listens else {}
        for key, tunnel in before.items():
            wanted = self._tunnels.get(key)
            if wanted is None or _place(wanted) != _place(tunnel):
                self._stop(key)
        self._follow_rates()
        for key, tunnel in self._tunnels.items():
            if key in self._services:
                self._services[key].tunnel = tunnel
            else:
                self._start(tunnel)
        self._hosts = _wanted_hosts(configuration)
        if self._listens:
            self._ports.apply(configuration.everything, list(self._hosts.values()))

    def listener(self, owner: OwnerKey) -> Sentence | bool:
        """Whether a tunnel or host is listened for; why not, when it should be and cannot."""
        if owner.kind is OwnerKind.HOST:
            host = self._hosts.get(owner)
            return host is not None and self._ports.listener(host)
        return self._failed.get(owner) or owner in self._services

    def port(self, owner: OwnerKey) -> int:
        """The first port that a tunnel listens on; what the system gave, for 0. Raises KeyError."""
        return self._services[owner].ports.first

    def sweep(self) -> None:
        """Once a second: take rates, do what the time asks for, try failed ports again."""
        self._sessions.note()
        self._sessions.turn()
        self._follow_rates()
        for key in list(self._failed):
            self._start(self._tunnels[key])
        self._ports.retry()
        self._folders.look(self._services.values())

    def take_bill(self) -> list[PeerBytes]:
        """Whom bytes were carried for since the last time: owner, address, inlet and export."""
        return self._sessions.take_bill()

    def connections(self) -> list[ConnectionRow]:
        """The sessions that carry bytes, the oldest first."""
        return self._sessions.rows()

    def close_connections(self, ids: Iterable[int], cause: Cause) -> int:
        """End these sessions; how many of them there were."""
        return self._sessions.close(ids, cause)

    async def visit_secret(
        self, digest: bytes, transport: asyncio.Transport, received: bytes, peer: str
    ) -> None:
        """A visitor who names a secret tunnel by its ``digest``; one that no tunnel has is closed."""
        for service in self._services.values():
            if isinstance(service, SecretService) and hmac.compare_digest(service.digest, digest):
                await service.visit(transport, received, peer)
                return
        transport.close()

    def shared_port(self, scheme: str) -> int:
        """The port for http or https that all hosts share. Raises KeyError: when it is not open."""
        return self._ports.port(scheme)

    def abort(self) -> None:
        """End every session at once, whatever it has still to send."""
        self._sessions.abort()

    async def drain(self, seconds: float) -> None:
        """Stop listening and let sessions come to their own end, for at most ``seconds``."""
        self._close_ports()
        await self._sessions.wait_for_end(seconds)

    async def close(self) -> None:
        """Stop listening and end every session; what was charged is sent first, if its reader takes it."""
        self._close_ports()
        await self._sessions.close_all()

    def _follow_rates(self) -> None:
        """Have streams feel the rates that have changed; those that are still to change follow in parts."""
        left = self._accounts.switch_some(self._pacer.now())
        self._pacer.refresh()
        if left:
            self._shared.loop.call_soon(self._follow_rates)

    def _close_ports(self) -> None:
        self._listens = False
        self._tunnels = {}
        self._ports.close()
        for key in [*self._services, *self._failed]:
            self._stop(key)

    def _start(self, tunnel: Tunnel) -> None:
        owner = tunnel.owner
        before = self._failed.pop(owner, None)
        try:
            self._services[owner] = SERVICES[tunnel.mode](self._shared, tunnel)
        except BindFailed as error:
            self._failed[owner] = failure = Sentence.of(error)
            if failure != before:
                self._events.push(ListenerChanged(owner, False, failure))
            return
        self._events.push(ListenerChanged(owner, True))

    def _stop(self, owner: OwnerKey) -> None:
        self._failed.pop(owner, None)
        service = self._services.pop(owner, None)
        if service is not None:
            service.close()
            self._events.push(ListenerChanged(owner, False))

    def _on_folder_gone(self, tunnel: Tunnel) -> None:
        """It does not listen until the folder is back, as if it had not been there from the start."""
        service = self._services.get(tunnel.owner)
        if service is not None and service.tunnel is tunnel:
            self._stop(tunnel.owner)
            self._start(tunnel)

    def _on_event(self, event: Event) -> None:
        targets = self._shared.dialer.targets
        if isinstance(event, TargetHealth):
            targets.examined(event.client, event.target, healthy=event.healthy)
        elif isinstance(event, AgentDown):
            targets.forget(event.client)

    def _on_target_failed(self, owner: OwnerKey, target: Target, error: TargetUnreachable) -> None:
        _log.info("%s: %s", owner, error)
        reason = Sentence.of(error)
        self._events.push(TargetFailed(owner, str(target), reason))


def _wanted(configuration: Configuration) -> dict[OwnerKey, Tunnel]:
    """The tunnels that should listen: enabled, of an enabled client, of a kind that runs."""
    wanted = {}
    for tunnel in configuration.tunnels.values():
        client = configuration.clients[tunnel.client]
        if tunnel.enabled and client.enabled and unsupported(tunnel) is None:
            wanted[tunnel.owner] = _with_accounts(tunnel, client)
    return wanted


def _wanted_hosts(configuration: Configuration) -> dict[OwnerKey, Host]:
    """The hosts that requests are routed to; those of a stopped owner too, to say that it is stopped."""
    return {
        host.owner: _with_accounts(host, configuration.clients[host.client])
        for host in configuration.hosts.values()
        if unsupported(host) is None
    }


def _with_accounts(owner: Owned, client: Client) -> Owned:
    """``owner``, with its client's accounts where it has none of its own."""
    return owner if owner.accounts or not client.accounts else replace(owner, accounts=client.accounts)


def _place(tunnel: Tunnel) -> tuple[object, ...]:
    """What cannot be edited without listening anew: a folder of this computer is looked at then."""
    folder = tunnel.folder if tunnel.mode is Mode.FILE and tunnel.via is Via.LOCAL else ""
    return tunnel.mode, tunnel.bind, tunnel.ports, folder
