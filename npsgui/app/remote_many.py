"""Edits of several owners of a service at once, as the window attached to it holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from npsgui.app.line import Line
from npsgui.model.entities import OwnerKey


class RemoteMany:
    """As ``Many``, done by the service."""

    def __init__(self, line: Callable[[], Line]) -> None:
        self._line = line

    async def set(self, owners: Sequence[OwnerKey], values: Mapping[str, str]) -> None:
        """Set the same words of all of them. Raises NpsError: nothing is set then."""
        await self._line().call("set_many", {"owners": [*owners], "values": dict(values)})

    async def enable(self, owners: Sequence[OwnerKey], wanted: bool) -> None:
        """Start or stop all of them. Raises NpsError: none is then."""
        await self._line().call("enable_many", {"owners": [*owners], "wanted": wanted})

    async def remove(self, owners: Sequence[OwnerKey]) -> None:
        """Remove all of them. Raises NpsError: none is removed then."""
        await self._line().call("remove_many", {"owners": [*owners]})
