"""Edits of several owners at once: one step to undo, and all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from npsgui.app.undo import UndoStack
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKey, Tunnel
from npsgui.model.errors import NotFound
from npsgui.model.rules import problems
from npsgui.model.words import edited

OF_OTHERS = frozenset({"bind", "client", "host", "key", "location", "mode", "password", "port", "scheme"})
"""The words in which one owner may be in the way of another."""


class Many:
    """Makes them."""

    def __init__(self, undo: UndoStack) -> None:
        self._undo = undo

    async def set(self, owners: Sequence[OwnerKey], values: Mapping[str, str]) -> None:
        """Set the same words of all of them. Raises NotFound, FieldError, LedgerError."""
        await self._undo.edit(lambda configuration: with_values(configuration, owners, values), len(owners))

    async def enable(self, owners: Sequence[OwnerKey], wanted: bool) -> None:
        """Start or stop all of them. Raises NotFound, LedgerError."""
        await self._undo.edit(lambda configuration: _enabled(configuration, owners, wanted), len(owners))

    async def remove(self, owners: Sequence[OwnerKey]) -> None:
        """Remove all, and clients' tunnels with them; the ledger keeps their bytes. Raises NotFound."""
        await self._undo.edit(lambda configuration: _without(configuration, owners), len(owners))


def with_values(
    configuration: Configuration, owners: Sequence[OwnerKey], values: Mapping[str, str]
) -> Configuration:
    """The same with these words set; what else may be wrong with an owner is no matter here.

    Raises NotFound, FieldError: for one of these words.
    """
    wanted = [edited(configuration.find(key), values) for key in owners]
    configuration = _with(configuration, wanted)
    # against ten thousand others only what others may have, too: it takes seconds
    others = configuration if values.keys() & OF_OTHERS else replace(configuration, tunnels={}, hosts={})
    for owner in wanted:
        for problem in problems(others, owner):
            if problem.field in values:
                raise problem
    return configuration


def _enabled(configuration: Configuration, owners: Sequence[OwnerKey], wanted: bool) -> Configuration:
    found: list[Owner] = []
    for key in owners:
        owner = configuration.find(key)
        if isinstance(owner, Everything):
            raise NotFound("Only clients, tunnels and hosts are started and stopped.")
        found.append(replace(owner, enabled=wanted))
    return _with(configuration, found)


def _with(configuration: Configuration, owners: Iterable[Owner]) -> Configuration:
    """The same with these in the place of those with their keys."""
    clients, tunnels, hosts = (
        dict(configuration.clients),
        dict(configuration.tunnels),
        dict(configuration.hosts),
    )
    for owner in owners:
        if isinstance(owner, Client):
            clients[owner.id] = owner
        elif isinstance(owner, Tunnel):
            tunnels[owner.id] = owner
        elif isinstance(owner, Host):
            hosts[owner.id] = owner
    return replace(configuration, clients=clients, tunnels=tunnels, hosts=hosts)


def _without(configuration: Configuration, owners: Sequence[OwnerKey]) -> Configuration:
    for key in owners:
        configuration = configuration.without(key)
    return configuration
