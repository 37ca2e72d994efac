"""``npsgui --demo`` where there is no display: tells on a terminal what a window would show."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from npsgui.app.program import Program
from npsgui.cli.table import table
from npsgui.model.entities import OwnerKind
from npsgui.model.events import Event, QuotaReached, SessionClosed, VisitorRefused
from npsgui.model.gate import Cause
from npsgui.model.units import format_bytes, format_rate
from npsgui.model.views import FlowRow

SECONDS = 30
EVERY = 5
"""Seconds between two tables."""

HEADER = ("owner", "name", "inlet/s", "export/s", "inlet", "export", "quota", "connections", "state")
RIGHT = frozenset(range(2, 8))


class Teller:
    """Says when a quota is reached, and counts what that does to visitors."""

    def __init__(self, program: Program) -> None:
        self.closed = 0
        self.refused = 0
        self._program = program
        program.events.subscribe(self._on_event)

    def flows(self) -> str:
        """The flows of all clients and tunnels as a table."""
        return table(HEADER, [_cells(row) for row in self._program.flows()], RIGHT)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, QuotaReached):
            row = self._program.flow(event.owner)
            print(f"{row.remark} has used up its quota: {event.used:,} of {row.quota:,} bytes.\n", flush=True)
        elif isinstance(event, SessionClosed) and event.cause is Cause.QUOTA:
            self.closed += 1
        elif isinstance(event, VisitorRefused) and event.cause is Cause.QUOTA:
            self.refused += 1


async def show_unseen(
    program: Program,
    take_picture: Callable[[], bytes],
    picture: Path,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Print the flows every few seconds, then write a picture of the window; the exit code.

    ``take_picture`` gives it as PNG. ``pause`` lets seconds pass.
    """
    print(f"There is no display: the demo runs unseen for {SECONDS} seconds.\n", flush=True)
    teller = Teller(program)
    for seconds in range(EVERY, SECONDS + 1, EVERY):
        await pause(EVERY)
        print(f"After {seconds} s. Over quota: {teller.closed} closed, {teller.refused} refused.")
        print(teller.flows(), end="\n\n", flush=True)
    return _keep(picture, take_picture())


def _keep(picture: Path, image: bytes) -> int:
    try:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(image)
    except OSError as error:
        print(f"The picture {picture} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"The window looks like this: {picture.resolve()}")
    return 0


def _cells(row: FlowRow) -> tuple[str, ...]:
    return (
        str(row.owner),
        row.remark if row.kind is OwnerKind.CLIENT else f"  {row.remark}",
        format_rate(row.inlet_now) if row.inlet_now else "-",
        format_rate(row.export_now) if row.export_now else "-",
        format_bytes(row.inlet),
        format_bytes(row.export),
        f"{row.share:.2%} of {format_bytes(row.quota)}" if row.quota else "unlimited",
        str(row.connections),
        str(row.state),
    )
