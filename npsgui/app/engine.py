"""What runs: relay and bridge as one. The relay dials through the bridge; neither knows the other."""

from __future__ import annotations

import time
from collections.abc import Iterable

from npsgui.app.certificates import Certificates
from npsgui.app.port_holders import PortHolders
from npsgui.app.settings import Settings
from npsgui.bridge.bridge import Bridge
from npsgui.bridge.config_mode import Steward
from npsgui.bridge.doorway import Caller
from npsgui.model.accounts import Accounts
from npsgui.model.agents import AgentRow
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, Owner, Tunnel, Via
from npsgui.model.events import Events
from npsgui.model.gate import Cause
from npsgui.model.listening import UDP_MODES
from npsgui.model.registrations import Registrations
from npsgui.model.views import ConnectionRow, Sentence
from npsgui.relay.relay import Relay
from npsgui.relay.sessions import PeerBytes
from npsgui.relay.sockets import listen
from npsgui.tasks import spawn


class Engine:
    """Everything that listens, for one Program."""

    def __init__(self, accounts: Accounts, events: Events, settings: Settings, steward: Steward) -> None:
        certificates = Certificates(settings.folder)
        registrations = Registrations()
        self._bridge = Bridge(
            events,
            certificates.bridge,
            listen,
            on_secret=self._on_secret,
            on_register=lambda address, hours: registrations.register(address, hours, time.time()),
            steward=steward,
        )
        self._relay = Relay(
            accounts,
            events,
            contexts=certificates.context,
            agents=self._bridge,
            registrations=registrations,
            by_network=settings.ipv6_by_network,
        )
        self._holders = PortHolders()
        self._closed = False
        """An edit may be on its way to the disk then, and guests leave with their agents."""
        self._served: set[int] = set()
        """The clients that have something behind an agent."""

    def apply(self, configuration: Configuration) -> None:
        """Put a Configuration in force that the accounts have already; nothing once it is closed."""
        if self._closed:
            return
        owned: list[Tunnel | Host] = [*configuration.tunnels.values(), *configuration.hosts.values()]
        self._served = {owner.client for owner in owned if owner.via is Via.AGENT}
        self._bridge.apply(configuration)
        self._relay.apply(configuration)

    def sweep(self) -> None:
        """Once a second: rates, limits that have come into force, ports that may be free by now."""
        self._relay.sweep()
        self._bridge.try_to_listen()

    def listener(self, owner: Owner) -> Sentence | bool:
        """Whether an owner can be reached: True, or False for one that is stopped, or a Sentence why not."""
        if not isinstance(owner, Tunnel | Host):
            return True
        said = self._relay.listener(owner.owner)
        if isinstance(said, Sentence):
            udp = isinstance(owner, Tunnel) and owner.mode in UDP_MODES
            return self._holders.explain(said, udp=udp)
        return said

    def offline(self, owner: Owner) -> Sentence | None:
        """Why the agent that an owner needs cannot be asked; None when it can, or none is needed."""
        if isinstance(owner, Client):
            client = owner.id if owner.id in self._served else 0
        else:
            client = owner.client if isinstance(owner, Tunnel | Host) and owner.via is Via.AGENT else 0
        if not client or self._bridge.is_online(client):
            return None
        return Sentence("The agent of client {id} is not connected.", (("id", client),))

    def agents(self) -> list[AgentRow]:
        """The agents that are online, by client."""
        return self._bridge.agents()

    def bridge(self) -> Sentence | bool:
        """Whether agents can connect; why not, when they should and cannot."""
        said = self._bridge.listener()
        return self._holders.explain(said, udp=False) if isinstance(said, Sentence) else said

    def connections(self) -> list[ConnectionRow]:
        """The open sessions."""
        return self._relay.connections()

    def close_connections(self, ids: Iterable[int], cause: Cause) -> int:
        """End these sessions; how many of them there were."""
        return self._relay.close_connections(ids, cause)

    def take_bill(self) -> list[PeerBytes]:
        """Whom bytes were carried for since the last time."""
        return self._relay.take_bill()

    def abort(self) -> None:
        """End every session at once, whatever it has still to send."""
        self._relay.abort()

    async def drain(self, seconds: float) -> None:
        """Listen no more and let sessions come to their own end, for at most ``seconds``."""
        await self._relay.drain(seconds)

    async def close(self) -> None:
        """Close every listener, end every session, then the logins that they went through."""
        self._closed = True
        await self._relay.close()
        self._bridge.close()

    def _on_secret(self, caller: Caller) -> None:
        visit = self._relay.visit_secret(
            caller.purpose.argument, caller.transport, caller.received, caller.address
        )
        spawn(visit, f"secret visitor {caller.address}")
