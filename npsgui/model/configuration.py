"""Everything a user has configured, as one value. Pure: an edit returns a new Configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import starmap

from npsgui.model.entities import (
    GLOBAL_KEY,
    Client,
    Everything,
    Host,
    Owner,
    OwnerKey,
    OwnerKind,
    Tunnel,
)
from npsgui.model.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The wanted state: the global owner, and clients, tunnels and hosts by id."""

    everything: Everything = field(default_factory=Everything)
    clients: Mapping[int, Client] = field(default_factory=dict)
    tunnels: Mapping[int, Tunnel] = field(default_factory=dict)
    hosts: Mapping[int, Host] = field(default_factory=dict)
    last_ids: Mapping[OwnerKind, int] = field(default_factory=dict, compare=False)
    """The highest id of those that were removed: the ledger keeps their bytes under it."""

    def owners(self) -> Iterator[Owner]:
        """All owners, those above before those below."""
        yield self.everything
        yield from self.clients.values()
        yield from self.tunnels.values()
        yield from self.hosts.values()

    def of_kind(self, kind: OwnerKind) -> Iterable[Owner]:
        """All clients, tunnels or hosts."""
        return self._shelf(kind).values()

    def find(self, key: OwnerKey) -> Owner:
        """The owner with this key. Raises NotFound: when there is none."""
        if key == GLOBAL_KEY:
            return self.everything
        found = self._shelf(key.kind).get(key.id)
        if found is None:
            raise NotFound("There is no {owner}.", owner=key)
        return found

    def owned_by(self, client: int) -> list[Tunnel | Host]:
        """The tunnels and hosts of a client, in the order of their ids."""
        owned: list[Tunnel | Host] = [tunnel for tunnel in self.tunnels.values() if tunnel.client == client]
        owned.extend(host for host in self.hosts.values() if host.client == client)
        return owned

    def next_id(self, kind: OwnerKind) -> int:
        """The id for a new client, tunnel or host: one above the highest there ever was."""
        return max(*self._shelf(kind), self.last_ids.get(kind, 0), 0) + 1

    def with_owner(self, owner: Owner) -> Configuration:
        """The same with ``owner`` added, or in place of the one with its key."""
        if isinstance(owner, Everything):
            return replace(self, everything=owner)
        if isinstance(owner, Client):
            return replace(self, clients={**self.clients, owner.id: owner})
        if isinstance(owner, Tunnel):
            return replace(self, tunnels={**self.tunnels, owner.id: owner})
        return replace(self, hosts={**self.hosts, owner.id: owner})

    def without(self, key: OwnerKey) -> Configuration:
        """The same without this owner; without a client's tunnels and hosts too. Raises NotFound."""
        owner = self.find(key)
        if isinstance(owner, Everything):
            raise NotFound("The global limits cannot be removed.")
        gone = {key}
        if isinstance(owner, Client):
            gone |= {owned.owner for owned in self.owned_by(owner.id)}
        return replace(
            self,
            clients={id_: client for id_, client in self.clients.items() if client.owner not in gone},
            tunnels={id_: tunnel for id_, tunnel in self.tunnels.items() if tunnel.owner not in gone},
            hosts={id_: host for id_, host in self.hosts.items() if host.owner not in gone},
            last_ids=highest_ids({*gone, *starmap(OwnerKey, self.last_ids.items())}),
        )

    def _shelf(self, kind: OwnerKind) -> Mapping[int, Client] | Mapping[int, Tunnel] | Mapping[int, Host]:
        if kind is OwnerKind.CLIENT:
            return self.clients
        if kind is OwnerKind.TUNNEL:
            return self.tunnels
        return self.hosts if kind is OwnerKind.HOST else {}


def highest_ids(keys: Iterable[OwnerKey]) -> Mapping[OwnerKind, int]:
    """The highest id of each kind that is among ``keys``."""
    return {key.kind: key.id for key in sorted(keys)}
