"""Writes owners as NPS's records. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from npsgui.app.nps_conf.folder import CLIENTS, HOSTS, TASKS
from npsgui.app.nps_conf.offer import named
from npsgui.app.nps_conf.owners import read_owner, write_record
from npsgui.app.nps_conf.records import format_records
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, OwnerKey, Tunnel
from npsgui.model.views import Sentence
from npsgui.model.words import words_of


@dataclass(frozen=True, slots=True)
class Given:
    """What an export writes."""

    files: Mapping[str, str]
    """The text of each file, by its name."""
    said: tuple[Sentence, ...]
    """What was written and what NPS has no place for, for the user."""


def give(configuration: Configuration, totals: Mapping[OwnerKey, Totals]) -> Given:
    """All clients, tunnels and hosts as NPS writes them; without those that NPS would not store."""
    passing = {client.id for client in configuration.clients.values() if _is_passing(client)}
    clients = [client for client in configuration.clients.values() if client.id not in passing]
    tunnels = list(_lasting(configuration.tunnels.values(), passing))
    hosts = list(_lasting(configuration.hosts.values(), passing))

    def text(owners: Iterable[Client | Tunnel | Host]) -> str:
        return format_records(write_record(owner, totals.get(owner.owner, Totals())) for owner in owners)

    counts = (("clients", len(clients)), ("tunnels", len(tunnels)), ("hosts", len(hosts)))
    said = [Sentence("Written: clients {clients}, tunnels {tunnels}, hosts {hosts}.", counts)]
    said += _without_place(clients, tunnels, hosts)
    said.append(Sentence("Put the files in place while NPS is stopped: it writes its own over them."))
    return Given({CLIENTS: text(clients), TASKS: text(tunnels), HOSTS: text(hosts)}, tuple(said))


def _is_passing(owner: Client | Tunnel | Host) -> bool:
    return owner.nps.get("NoStore") is True


def _lasting(owners: Iterable[Tunnel | Host], passing: set[int]) -> Iterator[Tunnel | Host]:
    return (owner for owner in owners if owner.client not in passing and not _is_passing(owner))


def _without_place(*shelves: Iterable[Client | Tunnel | Host]) -> Iterator[Sentence]:
    """A sentence for each owner of which NPS would read something else than it is here."""
    for owners in shelves:
        for owner in owners:
            read = read_owner(owner.owner.kind, write_record(owner, Totals()), [])
            words = words_of(owner.owner.kind).items()
            lost = [name for name, word in words if word.read(read) != word.read(owner)]
            if isinstance(owner, Tunnel) and len(owner.ports) > 1:
                lost.append("port")
            if lost:
                values = (("words", ", ".join(lost)), ("who", named(owner)))
                yield Sentence("NPS has no exact place for {words} of {who}.", values)
