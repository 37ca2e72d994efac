"""Starts npsgui. The one place that puts the floors together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from npsgui.app.autostart import Autostart
from npsgui.app.control import ControlServer, ask
from npsgui.app.dbus import ADDRESS, session_bus
from npsgui.app.demo.demo import NOTE, Demo, throw_away_folder
from npsgui.app.front import Front
from npsgui.app.metrics_port import MetricsPort
from npsgui.app.program import Program
from npsgui.app.remote import RemoteProgram
from npsgui.app.settings import Settings
from npsgui.app.update import look_for_update
from npsgui.cli.demo import show_unseen
from npsgui.cli.main import BETWEEN, STARTING_SECONDS
from npsgui.cli.main import main as run_command
from npsgui.model.errors import AlreadyRunning, NpsError
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

UNSEEN = "offscreen"
"""The platform of Qt that paints and shows nobody."""


def main() -> int:
    """Run the command that is asked for, or else open the window; the exit code."""
    return run_command(sys.argv[1:], open_window, open_demo)


def open_window(folder: Path, ledger: str = "", hidden: bool = False) -> int:
    """The window on a data folder, until it is closed. One that is open already is brought to the front.

    Where a service runs on the folder, the window is attached to it. ``hidden``: it is in the tray at first.
    """
    named = _platforms()
    if named == [UNSEEN]:
        return _tell_there_is_no_display()
    if len(named) == 1:
        # of two Qt knows which is better
        os.environ["QT_QPA_PLATFORM"] = f"{named[0]};{UNSEEN}"

    async def body(application: Any, app: Any) -> int:
        if named and app.platformName() == UNSEEN:
            return _tell_there_is_no_display()
        try:
            return await run(application, app, folder, ledger, hidden)
        except NpsError as error:
            if app.platformName() != UNSEEN:
                await importlib.import_module("npsgui.ui.start_failure").tell_failure(app, error)
            raise

    return in_qt(body)


def _tell_there_is_no_display() -> int:
    print("There is no display for the window; “npsgui serve” needs none.", file=sys.stderr)
    return 1


def open_demo(picture: Path) -> int:
    """The demo in a window, until it is closed; where there is no display unseen, which leaves a picture."""
    if _platforms():
        # the first that can be opened; the others are for a display that is named and not there
        os.environ["QT_QPA_PLATFORM"] = ";".join(dict.fromkeys([*_platforms(), UNSEEN]))
    with throw_away_folder() as folder:
        return in_qt(lambda application, app: _run_demo(application, app, folder, picture))


def _platforms() -> list[str]:
    """Qt's names of the displays that this machine says it has; none where Qt knows better."""
    if sys.platform != "linux" or "QT_QPA_PLATFORM" in os.environ:
        return []
    named = (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY"))
    return [platform for platform, variable in named if os.environ.get(variable)] or [UNSEEN]


def in_qt(body: Callable[[Any, Any], Coroutine[Any, Any, int]]) -> int:
    """Run what gets the ui's ``application`` module and the QApplication, in Qt's loop."""
    # What is loaded and opened on the way to the window stays: collections would look through it in vain.
    gc.disable()
    # No matrix is multiplied here, and the threads that numpy would start for that spin for 50 ms.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.platform == "linux":
        os.environ[ADDRESS] = session_bus(os.environ)
    # Qt is loaded here and nowhere else: a command must not wait for it.
    application = importlib.import_module("npsgui.ui.application")
    loop = importlib.import_module("npsgui.ui.loop")
    app = application.make_application(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: loop.new_event_loop(app)) as runner:
        return runner.run(body(application, app))


async def run(application: Any, app: Any, folder: Path, ledger: str = "", hidden: bool = False) -> int:
    """The window of this process's program; of one that runs already and shows none; or that one's raised.

    One that is ``hidden`` raises none. Of an npsgui that is just starting the answer is awaited.
    """
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        try:
            async with _answering(folder, ledger) as program:
                program.windows += 1
                await _show(application, app, program, hidden)
                return 0
        except AlreadyRunning:
            answer = await ask(folder, "show", {"hidden": hidden})
            if answer is None:
                if time.monotonic() >= deadline:
                    raise
                await asyncio.sleep(BETWEEN)
                continue
            if not answer.failed:
                return 0
        remote = await RemoteProgram.open(folder)
        _collect_from_now_on()
        if not await _show(application, app, remote, hidden):
            return 0


async def _show(application: Any, app: Any, program: Front, hidden: bool) -> bool:
    """Until the window is closed; whether the tunnels of a service that has ended are to run here."""
    settings = program.settings if isinstance(program, Program) else settings_of_service(program.folder)
    looking: set[asyncio.Task[None]] = set()

    async def look(name: str) -> None:
        if name == "update_url":
            task = spawn(look_for_update(settings[name], program.events), "update check")
            looking.add(task)
            task.add_done_callback(looking.discard)

    settings.follow(look)
    autostart = Autostart(settings)
    autostart.look()
    settings.follow(autostart.follow)
    await look("update_url")
    try:
        run_here: bool = await application.run_window(
            app, program, settings, application.open_demo, hidden=hidden
        )
        return run_here
    finally:
        for task in looking:
            task.cancel()


def settings_of_service(folder: Path) -> Settings:
    """The settings that a service in another process has, too: it is told of what is chosen."""
    settings = Settings(folder)

    async def tell(name: str) -> None:
        answer = await ask(folder, "settings", {})
        if answer is not None and answer.failed:
            raise NpsError(" ".join(answer.said))

    settings.follow(tell)
    return settings


async def _run_demo(application: Any, app: Any, folder: Path, picture: Path) -> int:
    async with _answering(folder) as program:
        program.notes += (NOTE,)
        try:
            demo = await Demo.open(program)
        except NpsError:
            await program.close()
            raise
        try:
            if app.platformName() == UNSEEN:
                return await _run_unseen(application, app, program, picture)
            await application.run_window(app, program, program.settings)
        finally:
            await demo.close()
    return 0


async def _run_unseen(application: Any, app: Any, program: Program, picture: Path) -> int:
    telling = spawn(show_unseen(program, lambda: application.picture(app), picture), "demo without a display")
    telling.add_done_callback(lambda _: app.closeAllWindows())
    try:
        await application.run_window(app, program, program.settings)
    finally:
        telling.cancel()
        await asyncio.wait([telling])
    return 0 if telling.cancelled() else telling.result()


def _collect_from_now_on() -> None:
    """What is there by now is kept out of collections: that spares the loop stalls of 25 ms."""
    gc.freeze()
    gc.enable()


@contextlib.asynccontextmanager
async def _answering(folder: Path, ledger: str = "") -> AsyncIterator[Program]:
    """A Program that answers on its control socket; run_window closes it."""
    program = await Program.open(folder, ledger=ledger)
    control, metrics = ControlServer(program), MetricsPort(program)
    try:
        await control.start()
    except NpsError:
        await program.close()
        raise
    try:
        await metrics.apply()
    except NpsError as error:
        program.notes += (Sentence.of(error),)
    _collect_from_now_on()
    try:
        yield program
    finally:
        metrics.close()
        await control.close()


if __name__ == "__main__":
    sys.exit(main())
