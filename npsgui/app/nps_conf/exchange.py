"""``import nps`` and ``export nps``, for the command line and the window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from npsgui.app.keys import new_key
from npsgui.app.nps_conf.folder import read_conf, write_conf
from npsgui.app.nps_conf.handover import give
from npsgui.app.nps_conf.offer import named
from npsgui.app.nps_conf.takeover import Taken, take
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey
from npsgui.model.views import FlowRow, Sentence, State


class Partner(Protocol):
    """The part of Program that an exchange needs."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def flows(self) -> list[FlowRow]:
        """The rows of all owners."""

    def flow(self, owner: OwnerKey) -> FlowRow:
        """One owner's row."""

    async def adopt(
        self, change: Callable[[Configuration], tuple[Configuration, Mapping[OwnerKey, Totals]]]
    ) -> None:
        """Put in force what ``change`` gives."""


async def import_nps(program: Partner, folder: Path) -> tuple[Sentence, ...]:
    """Take what NPS's conf folder has and the program has not; what was taken and what was left.

    Raises ImportFailed or LedgerError: then nothing was taken.
    """
    offer = await asyncio.to_thread(read_conf, folder)
    taken: list[Taken] = []

    def change(before: Configuration) -> tuple[Configuration, Mapping[OwnerKey, Totals]]:
        taken.append(take(offer, before, new_key))
        return taken[0].configuration, taken[0].opening

    await program.adopt(change)
    return (*taken[0].said, *_failures(program, taken[0].new))


async def export_nps(program: Partner, folder: Path) -> tuple[Sentence, ...]:
    """Write the three files for NPS into ``folder``. Raises NpsError."""
    totals = {row.owner: Totals(row.inlet, row.export) for row in program.flows()}
    given = await asyncio.to_thread(give, program.configuration, totals)
    await asyncio.to_thread(write_conf, folder, given.files)
    return given.said


def _failures(program: Partner, owners: Iterable[OwnerKey]) -> Iterator[Sentence]:
    """Why new tunnels do not listen that should."""
    for row in map(program.flow, owners):
        if row.state is State.FAILED:
            who = named(program.configuration.find(row.owner))
            yield Sentence("Not listening: {who}. {reason}", (("who", who), ("reason", row.reason)))
