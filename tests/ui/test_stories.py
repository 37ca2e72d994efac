"""What people do with npsgui, from the first key to the last byte: real data folders, sockets and windows."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QLineEdit

from npsgui.app.control import ask
from npsgui.app.program import Program
from npsgui.model.audit import Happening
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.units import Units
from npsgui.model.views import State
from npsgui.tasks import spawn
from npsgui.ui import amounts
from npsgui.ui.application import run_window
from npsgui.ui.import_dialog import ImportReport
from npsgui.ui.settings_dialog import SettingsDialog
from npsgui.ui.theme import DARK
from tests.app.nps_house import client, conf, flow, task, text
from tests.cli.terminal import ENVIRONMENT, PATIENCE
from tests.conftest import Run
from tests.relay.house import echo, free_port
from tests.ui.user import CTRL, Key, User
from tests.waiting import until

pytestmark = pytest.mark.parametrize("loop_name", ["npsgui"])
KIB = 1024
NAS = OwnerKey(OwnerKind.CLIENT, 1)


@asynccontextmanager
async def opened(app: QApplication, folder: Path) -> AsyncIterator[tuple[Program, User]]:
    """The program on a folder in its window, with somebody before it."""
    program = await Program.open(folder)
    showing = spawn(run_window(app, program, program.settings), "window")
    user = User(app)
    await user.sees_the_window()
    try:
        yield program, user
    finally:
        user.window.quit_asked.emit()
        await showing


def state_shown(user: User) -> str:
    """The word in the state column of the first client."""
    table = user.window.pages.clients.table
    column = next(one for one in table.columns if one.name == "state")
    return column.text(table.rows[0])


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A target that sends back what comes."""
    try:
        await echo(reader, writer)
    finally:
        writer.transport.abort()


async def visit(port: int, sent: int) -> int:
    """Send so many bytes to an echo and read what comes back before the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(bytes(sent))
    got = 0
    try:
        while got < sent and (data := await reader.read(1 << 16)):
            got += len(data)
    except ConnectionError:
        pass
    writer.transport.abort()
    return got


def test_a_client_hits_its_quota_to_the_byte_and_is_topped_up_and_that_is_undone(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    port = free_port()

    async def body() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        target = server.sockets[0].getsockname()[1]
        async with server, opened(app, tmp_path) as (program, user):
            user.press(Key.Key_N, CTRL)
            await user.sees_a_dialog()
            user.type("nas")
            user.fill("quota", "200 KiB")
            user.press(Key.Key_Return)
            await user.is_back_at_the_window()
            assert program.configuration.clients[1].limits.quota == 200 * KIB

            user.press(Key.Key_3, CTRL)
            user.press(Key.Key_N, CTRL)
            await user.sees_a_dialog()
            user.fill("port", str(port))
            user.fill("targets", f"127.0.0.1:{target}")
            user.click("Apply", user.dialog)
            await user.is_back_at_the_window()

            assert await visit(port, 60 * KIB) == 60 * KIB
            await visit(port, 100 * KIB)
            used = program.flow(NAS)
            assert used.inlet + used.export == 200 * KIB
            user.press(Key.Key_2, CTRL)
            assert state_shown(user) == "over quota"
            assert await visit(port, KIB) == 0

            user.click("Period")
            user.click("Top up…")
            await user.sees_a_dialog()
            await until(lambda: user.is_at("Top-up"))
            user.type("100 KiB")
            user.press(Key.Key_Return)
            await user.is_back_at_the_window()
            assert program.flow(NAS).state is not State.OVER_QUOTA
            assert await visit(port, 10 * KIB) == 10 * KIB

            user.press(Key.Key_Z, CTRL)
            await user.is_back_at_the_window()
            assert program.flow(NAS).state is State.OVER_QUOTA

    run(body())


def test_a_visitor_is_thrown_out_and_blocked_and_let_in_again(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    port = free_port()

    async def body() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        target = server.sockets[0].getsockname()[1]
        async with server, opened(app, tmp_path) as (program, user):
            await program.add(OwnerKind.CLIENT, {"remark": "nas"})
            words = {"client": "1", "port": str(port), "targets": f"127.0.0.1:{target}"}
            await program.add(OwnerKind.TUNNEL, words)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"here")
            assert await reader.read(4) == b"here"

            user.press(Key.Key_5, CTRL)
            assert len(user.window.pages.connections.table.rows) == 1
            user.press(Key.Key_Space)
            user.click_tool("Block peer")
            assert await reader.read() == b""
            writer.transport.abort()
            await user.is_back_at_the_window()
            assert user.window.notices.text.startswith("Blocked everywhere: 127.0.0.1.")
            assert await visit(port, 4) == 0

            user.press(Key.Key_Z, CTRL)
            await user.is_back_at_the_window()
            assert await visit(port, 4) == 4

    run(body())


def test_what_nps_counted_is_shown_after_the_import(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    folder = conf(
        tmp_path / "conf",
        text(client(Id=4, Remark="办公室", Flow=flow(3 * KIB, 5 * KIB, 1))),
        text(task(Id=7, Port=free_port(), Status=False, Flow=flow(3 * KIB, 5 * KIB))),
        "",
    )

    async def body() -> None:
        async with opened(app, tmp_path / "data") as (_, user):
            user.click("Import from NPS…")
            chooser = await user.sees_a_dialog()
            name = chooser.findChild(QLineEdit)
            assert isinstance(name, QLineEdit)
            name.setFocus()
            name.selectAll()
            user.type(str(folder))
            user.press(Key.Key_Return)
            await until(lambda: isinstance(app.activeModalWidget(), ImportReport))
            await user.sees_a_dialog()
            user.press(Key.Key_Escape)
            await user.is_back_at_the_window()

            (line,) = user.window.pages.clients.table.rows
            columns = {column.name: column.text(line) for column in user.window.pages.clients.table.columns}
            assert (columns["name"], columns["inlet"], columns["export"]) == ("办公室", "3.0 KiB", "5.0 KiB")

    run(body())


def test_language_theme_and_units_change_while_the_settings_are_open(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    async def body() -> None:
        async with opened(app, tmp_path) as (program, user):
            await program.add(OwnerKind.CLIENT, {"remark": "nas", "quota": "1GiB"})
            user.press(Key.Key_Comma, CTRL)
            await user.sees_a_dialog()
            settings(user).rows["theme"].setFocus()
            user.press(Key.Key_End)
            await until(lambda: user.window.palette().window().color().name() == DARK.window.lower())
            settings(user).rows["units"].setFocus()
            user.press(Key.Key_End)
            await until(lambda: amounts.units_shown() is Units.BITS)
            assert quota_shown(user).endswith("/ 1.1 GB")

            settings(user).rows["language"].setFocus()
            user.press(Key.Key_End)
            await until(lambda: "设置" in titles(app))
            await user.sees_a_dialog()
            assert user.window.pages.clients.table.columns[0].title == "名称"

            user.press(Key.Key_Escape)
            await user.is_back_at_the_window()

    before = QLocale()
    try:
        run(body())
    finally:
        QLocale.setDefault(before)
        amounts.show_in(Units.IEC)


def titles(app: QApplication) -> list[str]:
    """Of the windows in sight."""
    return [one.windowTitle() for one in app.topLevelWidgets() if one.isVisible()]


def settings(user: User) -> SettingsDialog:
    assert isinstance(user.dialog, SettingsDialog)
    return user.dialog


def quota_shown(user: User) -> str:
    """What stands in the quota column of the first client."""
    table = user.window.pages.clients.table
    return next(one for one in table.columns if one.name == "quota").text(table.rows[0])


async def add_a_client(folder: Path) -> None:
    """As soon as a program answers on the folder."""
    async with asyncio.timeout(PATIENCE):
        values = {"remark": "nas"}
        while await ask(folder, "add", {"kind": "client", "values": values}) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_a_program_that_was_killed_starts_again_with_all_it_had(
    app: QApplication, run: Run[None], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "npsgui", "--data", str(tmp_path)]
    with subprocess.Popen(command, env={**ENVIRONMENT, "QT_QPA_PLATFORM": "offscreen"}) as killed:
        asyncio.run(add_a_client(tmp_path))
        killed.send_signal(signal.SIGKILL)

    async def body() -> None:
        async with opened(app, tmp_path) as (_, user):
            assert [line.flow.remark for line in user.window.pages.clients.table.rows] == ["nas"]
            user.press(Key.Key_6, CTRL)
            events = user.window.pages.events.events.view.table
            await until(lambda: events.rows)
            assert [one for one in events.rows if one.event.what is Happening.RECOVERED]

    run(body())
