"""What agents may set up in config mode: tunnels and hosts of their own client, dialled by themselves.

Nothing else is taken from a wish: no id, counter, limit or state, no file of this machine, no other client.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from npsgui.app.guests import Guests
from npsgui.app.nps_conf.owners import read_owner
from npsgui.bridge.config_mode import Record
from npsgui.bridge.handshake import digest
from npsgui.model.configuration import Configuration
from npsgui.model.entities import NO_EXTRAS, Host, Mode, OwnerKind, Tunnel, Via
from npsgui.model.errors import NpsError
from npsgui.model.rules import check

_log = logging.getLogger(__name__)

GRANTED: Final[Mapping[OwnerKind, tuple[str, ...]]] = {
    OwnerKind.TUNNEL: (
        *("Remark", "Mode", "ServerIp", "Port", "Ports", "Password", "LocalPath", "StripPre"),
        "MultiAccount",
    ),
    OwnerKind.HOST: ("Remark", "Host", "Location", "Scheme", "HostChange", "HeaderChange"),
}
"""What is read of a wish, beside its targets. A certificate's path would be a file of this machine."""

RENEWED: Final[Mapping[OwnerKind, tuple[str, ...]]] = {
    OwnerKind.TUNNEL: ("remark", "targets", "folder", "strip", "accounts"),
    OwnerKind.HOST: ("remark", "targets", "host_change", "headers"),
}
"""What a wish changes of what an agent has brought before."""


class Wishes:
    """Grants the wishes of agents. What was granted stays: its bytes have an owner when the agent is gone."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        edit: Callable[[Callable[[Configuration], Configuration]], Awaitable[object]],
        guests: Guests,
    ) -> None:
        self._configuration = configuration
        self._edit = edit
        self._guests = guests

    def may_configure(self, client: int) -> bool:
        """Where the client's owner allows it."""
        found = self._configuration().clients.get(client)
        return found is not None and found.config_allowed

    async def add_client(self, wish: Record) -> tuple[int, str] | None:
        """A guest."""
        return await self._guests.invite(wish)

    async def add_tunnel(self, client: int, wish: Record) -> bool:
        """Add a tunnel, or renew the one that an agent of this client has brought before."""
        return await self._grant(OwnerKind.TUNNEL, client, wish)

    async def add_host(self, client: int, wish: Record) -> bool:
        """Add a host, or renew the one that an agent of this client has brought before."""
        return await self._grant(OwnerKind.HOST, client, wish)

    def remarks(self, key_digest: bytes) -> list[str]:
        """What the client with this key has."""
        configuration = self._configuration()
        for client in configuration.clients.values():
            if digest(client.key) == key_digest:
                return [owner.remark for owner in configuration.owned_by(client.id)]
        return []

    async def _grant(self, kind: OwnerKind, client: int, wish: Record) -> bool:
        def change(configuration: Configuration) -> Configuration:
            owner = _placed(_meant(kind, client, wish), configuration)
            check(configuration, owner)
            return configuration.with_owner(owner)

        try:
            await self._edit(change)
        except NpsError as error:
            _log.info("a wish of an agent of client %d: %s", client, error)
            self._guests.refused(client)
            return False
        self._guests.granted(client)
        return True


def _meant(kind: OwnerKind, client: int, wish: Record) -> Tunnel | Host:
    """The owner that is wished for, without an id. Raises NpsError: when the record means none."""
    record: dict[str, Any] = {name: wish[name] for name in GRANTED[kind] if name in wish}
    found = read_owner(kind, record | {"Id": 1, "Target": {"TargetStr": _targets(wish)}}, [])
    assert isinstance(found, Tunnel | Host)
    return replace(found, client=client, via=Via.AGENT, enabled=True, nps=NO_EXTRAS)


def _targets(wish: Record) -> str:
    """Ports alone may have an address of their own. Source: nps-wire.md section 11."""
    target, address = wish.get("Target"), wish.get("TargetAddr")
    text = target.get("TargetStr", "") if isinstance(target, dict) else ""
    return f"{address}:{text}" if address and isinstance(text, str) and ":" not in text else str(text)


def _placed(owner: Tunnel | Host, configuration: Configuration) -> Tunnel | Host:
    """``owner`` with a new id, or what it renews, of which all that no wish can say holds on."""
    for other in configuration.owned_by(owner.client):
        if other.via is Via.AGENT and type(other) is type(owner) and _place(other) == _place(owner):
            return replace(other, **{name: getattr(owner, name) for name in RENEWED[owner.owner.kind]})
    return replace(owner, id=configuration.next_id(owner.owner.kind))


def _place(owner: Tunnel | Host) -> tuple[object, ...]:
    """What makes two wishes mean the same."""
    if isinstance(owner, Host):
        return owner.scheme, owner.host, owner.location
    if owner.mode is Mode.SECRET:
        return owner.mode, owner.password
    return owner.mode, owner.bind, owner.ports
