"""The window on a service that runs elsewhere: the same pages, the same commands, and told when it ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from npsgui.__main__ import run as run_program
from npsgui.__main__ import settings_of_service
from npsgui.app.control import ControlServer, ask
from npsgui.app.program import Program
from npsgui.app.remote import RemoteProgram
from npsgui.app.settings import Settings
from npsgui.model.entities import Client, OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.events import Event, ShowWindow
from npsgui.tasks import spawn
from npsgui.ui import application
from npsgui.ui.application import run_window
from npsgui.ui.sidebar import Page
from npsgui.ui.window import Window
from tests.cli.terminal import ENVIRONMENT, PATIENCE, Serve
from tests.conftest import Run
from tests.relay.house import free_port
from tests.waiting import until

pytestmark = pytest.mark.parametrize("loop_name", ["npsgui"])
UNSEEN = {**ENVIRONMENT, "QT_QPA_PLATFORM": "offscreen"}
CLIENT = OwnerKey(OwnerKind.CLIENT, 1)


def window_of(app: QApplication) -> Window | None:
    """The window that is open."""
    found = (one for one in app.topLevelWidgets() if isinstance(one, Window) and one.isVisible())
    return next(found, None)


def test_a_window_shows_and_edits_what_a_service_runs(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    async def body() -> None:
        with Serve(tmp_path).ready() as served:
            remote = await RemoteProgram.open(tmp_path)
            await remote.put(Client(id=1, key="k", remark="家"))
            showing = spawn(run_window(app, remote, Settings(tmp_path)), "window")
            await until(lambda: window_of(app) is not None)
            window = window_of(app)
            assert window is not None
            for page in Page:
                window.show_page(page)
            window.show_owner(CLIENT)
            assert [row.remark for row in remote.flows()] == ["家"]

            window.commands.enable((CLIENT,), False)
            await until(lambda: remote.flow(CLIENT).state == "stopped")
            served.kill()
            await until(lambda: bool(window.notices.text))
            with Serve(tmp_path).ready():
                await until(lambda: not window.notices.text)
            await until(lambda: bool(window.notices.text))
            [offer] = [one for one in window.notices.findChildren(QPushButton) if one.isVisible()]
            offer.click()
            assert await asyncio.wait_for(showing, 10)

    run(body())


def test_the_tunnels_of_a_service_that_has_ended_run_here_if_asked(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    async def body() -> None:
        with Serve(tmp_path).ready() as served:
            showing = spawn(run_program(application, app, tmp_path), "npsgui")
            await until(lambda: window_of(app) is not None)
            attached = window_of(app)
            assert attached is not None
            served.kill()
            await until(lambda: bool(attached.notices.text))
            attached.notices.accepted.emit()
            await until(lambda: window_of(app) not in (None, attached))

            answer = await ask(tmp_path, "add", {"kind": "client", "values": {}})
            assert answer is not None
            assert answer.said == ("Added client 1.",)
            window = window_of(app)
            assert window is not None
            window.close()
            assert await asyncio.wait_for(showing, 10) == 0

    run(body())


def test_a_second_start_waits_for_the_first_that_is_just_starting(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    async def body() -> None:
        first = await Program.open(tmp_path)
        control = ControlServer(first)
        raised: list[Event] = []
        first.events.subscribe(lambda event: raised.append(event) if isinstance(event, ShowWindow) else None)
        second = spawn(run_program(application, app, tmp_path), "second")
        await asyncio.wait([second], timeout=0.2)
        assert not second.done()
        first.windows += 1
        await control.start()
        assert await second == 0
        assert await run_program(application, app, tmp_path, hidden=True) == 0
        assert len(raised) == 1
        await control.close()
        await first.close()

    run(body())


@pytest.mark.usefixtures("loop_name")
def test_npsgui_attaches_to_a_service_and_is_raised_when_started_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "npsgui", "--data", str(tmp_path)]

    def is_shown() -> bool:
        answer = asyncio.run(ask(tmp_path, "show", {}))
        return answer is not None and not answer.failed

    with Serve(tmp_path).ready() as served:
        assert not is_shown()
        with subprocess.Popen(command, env=UNSEEN) as window:
            deadline = time.monotonic() + PATIENCE
            while not is_shown():
                assert time.monotonic() < deadline
            assert subprocess.run(command, env=UNSEEN, timeout=PATIENCE, check=False).returncode == 0
            assert window.poll() is None
            window.terminate()
            assert window.wait(PATIENCE) == 0
        assert not is_shown()
        assert served.end().code == 0


@pytest.mark.usefixtures("loop_name")
def test_a_service_takes_what_is_chosen_in_a_window_or_says_why_not(tmp_path: Path) -> None:
    async def body() -> None:
        settings = settings_of_service(tmp_path)
        await settings.choose("metrics_address", "0.0.0.0")
        with pytest.raises(NpsError, match="need a token"):
            await settings.choose("metrics_port", str(port := free_port()))
        assert settings["metrics_port"] == "0"
        await settings.choose("metrics_address", "127.0.0.1")
        await settings.choose("metrics_port", str(port))
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.transport.abort()

    with Serve(tmp_path).ready():
        asyncio.run(body())
