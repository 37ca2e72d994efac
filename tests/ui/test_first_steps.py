"""The first page makes a client and a tunnel, and tries it with a real visitor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from npsgui.app.program import Program
from npsgui.ui.first_steps import FirstSteps
from tests.relay.house import echo, free_port, serving

Act = Callable[[Program, FirstSteps], Coroutine[Any, Any, None]]


def begin(qtbot: QtBot, folder: Path, act: Act) -> None:
    async def body() -> None:
        program = await Program.open(folder)
        steps = FirstSteps(program)
        qtbot.addWidget(steps)
        try:
            await act(program, steps)
        finally:
            await program.close()

    asyncio.run(body())


async def press(steps: FirstSteps) -> None:
    """Press the button, and wait until the trial is over."""
    over = asyncio.Event()
    steps.tried.connect(over.set)
    steps.begin.click()
    async with asyncio.timeout(10):
        await over.wait()


def test_it_makes_a_client_with_a_tunnel_and_tries_it(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, steps: FirstSteps) -> None:
        async with serving(echo) as (target,):
            port = free_port()
            steps.fill({"remark": "nas", "port": str(port), "targets": str(target)})
            await press(steps)

            assert steps.said == f"It works: port {port} leads to {target}."
            assert [client.remark for client in program.configuration.clients.values()] == ["nas"]
            with qtbot.waitSignal(steps.finished):
                steps.begin.click()

    begin(qtbot, tmp_path, act)


def test_a_target_that_refuses_is_told_and_can_be_mended(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, steps: FirstSteps) -> None:
        wrong = f"127.0.0.1:{free_port()}"
        steps.fill({"remark": "nas", "port": str(free_port()), "targets": wrong})
        await press(steps)
        assert steps.said == f"Target {wrong} refused the connection."

        async with serving(echo) as (target,):
            steps.fill({"targets": str(target)})
            await press(steps)
            assert steps.said.startswith("It works")
            assert len(program.configuration.tunnels) == 1

    begin(qtbot, tmp_path, act)


def test_a_port_in_use_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, steps: FirstSteps) -> None:
        async with serving(echo) as (taken,):
            steps.fill({"remark": "nas", "port": str(taken.port), "targets": "127.0.0.1:9"})
            await press(steps)
            assert steps.said.startswith(f"Port {taken.port} on 127.0.0.1 is in use")

    begin(qtbot, tmp_path, act)


def test_nothing_is_made_of_what_the_rules_refuse(qtbot: QtBot, tmp_path: Path) -> None:
    async def act(program: Program, steps: FirstSteps) -> None:
        steps.fill({"port": "70000", "targets": "127.0.0.1:80"})
        texts = [label.text() for label in steps.findChildren(QLabel)]

        assert not steps.begin.isEnabled()
        assert "“70000” is no port; write it like 8001 or 8001-8005,9000." in texts

    begin(qtbot, tmp_path, act)
