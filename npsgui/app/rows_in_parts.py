"""The rows of all owners, made a part at a time: ten thousand at once would hold up the loop for 0.15 s."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey
from npsgui.model.errors import NotFound
from npsgui.model.views import FlowRow

PART = 200
"""Rows made at a time: 3 ms of the loop."""


class RowSource(Protocol):
    """The part of Program that is asked."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row. Raises NotFound."""


async def rows_in_parts(program: RowSource) -> list[FlowRow]:
    """The row of everything, then those of clients, tunnels and hosts; others have their turn in between.

    An owner that is removed meanwhile is left out.
    """
    keys = [owner.owner for owner in program.configuration.owners()]
    rows: list[FlowRow] = []
    for first in range(0, len(keys), PART):
        rows += rows_of(program, keys[first : first + PART])
        await asyncio.sleep(0)
    return rows


def rows_of(program: RowSource, keys: Iterable[OwnerKey]) -> Iterator[FlowRow]:
    """The rows of these owners; one that is removed is left out."""
    for key in keys:
        with contextlib.suppress(NotFound):
            yield program.flow(key)
