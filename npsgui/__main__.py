"""Starts npsgui. The one place that puts the floors together."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any

from npsgui.app.control import ControlServer, ask
from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.cli.main import main as run_command
from npsgui.model.errors import AlreadyRunning, NpsError


def main() -> int:
    """Run the command that is asked for, or else open the window; the exit code."""
    return run_command(sys.argv[1:], open_window)


def open_window(folder: Path) -> int:
    """The window on a data folder, until it is closed. One that is open already is brought to the front."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        if "QT_QPA_PLATFORM" not in os.environ:
            print("There is no display for the window; “npsgui serve” needs none.", file=sys.stderr)
            return 1
    # Qt is loaded here and nowhere else: a command must not wait for it.
    application = importlib.import_module("npsgui.ui.application")
    loop = importlib.import_module("npsgui.ui.loop")
    app = application.make_application(sys.argv[:1])
    try:
        with asyncio.Runner(loop_factory=lambda: loop.new_event_loop(app)) as runner:
            runner.run(_run(application, app, folder))
    except AlreadyRunning:
        if asyncio.run(ask(folder, "show", {})) is None:
            raise
    return 0


async def _run(application: Any, app: Any, folder: Path) -> None:
    program = await Program.open(folder)
    control = ControlServer(program)
    try:
        await control.start()
    except NpsError:
        await program.close()
        raise
    # What lives from here on lives long: keeping it out of collections spares the loop stalls of 25 ms.
    gc.collect()
    gc.freeze()
    try:
        await application.run_window(app, program, Settings(folder))
    finally:
        await control.close()


if __name__ == "__main__":
    sys.exit(main())
