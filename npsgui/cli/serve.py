"""``npsgui serve``: the tunnels without a window."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from pathlib import Path

from npsgui.app.control import ControlServer
from npsgui.app.program import Program
from npsgui.model.views import State


async def serve(folder: Path, ledger: str) -> int:
    """Run until SIGINT or SIGTERM; then drain, write the last counts and return 0. Raises NpsError."""
    program = await Program.open(folder, ledger=ledger)
    control = ControlServer(program)
    try:
        await control.start()
        _tell(program)
        # What lives from here on lives long: keeping it out of collections spares the loop stalls of 25 ms.
        gc.collect()
        gc.freeze()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        print("ready", flush=True)
        await ended.wait()
    finally:
        await control.close()
        await program.close()
    return 0


def _tell(program: Program) -> None:
    """Say on stderr what the user should know: a ledger set aside, a port that is taken."""
    for note in program.notes:
        print(note, file=sys.stderr)
    for row in program.flows():
        if row.state is State.FAILED:
            print(f"{row.owner}: {row.reason}", file=sys.stderr)
