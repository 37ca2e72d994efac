"""Edits of several owners at once: one step to undo, and all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from npsgui.app.undo import UndoStack
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey
from npsgui.model.rules import check
from npsgui.model.words import edited


class Many:
    """Makes them."""

    def __init__(self, undo: UndoStack) -> None:
        self._undo = undo

    async def set(self, owners: Sequence[OwnerKey], values: Mapping[str, str]) -> None:
        """Set the same words of all of them. Raises NotFound, FieldError, LedgerError."""
        await self._undo.edit(lambda configuration: with_values(configuration, owners, values), len(owners))

    async def remove(self, owners: Sequence[OwnerKey]) -> None:
        """Remove all, and clients' tunnels with them; the ledger keeps their bytes. Raises NotFound."""
        await self._undo.edit(lambda configuration: _without(configuration, owners), len(owners))


def with_values(
    configuration: Configuration, owners: Sequence[OwnerKey], values: Mapping[str, str]
) -> Configuration:
    """The same with these words set, each owner checked. Raises NotFound, FieldError."""
    for key in owners:
        wanted = edited(configuration.find(key), values)
        check(configuration, wanted)
        configuration = configuration.with_owner(wanted)
    return configuration


def _without(configuration: Configuration, owners: Sequence[OwnerKey]) -> Configuration:
    for key in owners:
        configuration = configuration.without(key)
    return configuration
