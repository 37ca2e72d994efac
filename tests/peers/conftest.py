"""What the peers' tests share: npsgui in the window's loop, and as ``npsgui serve``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from npsgui.app.control import ControlServer
from npsgui.app.program import Program
from tests.cli.terminal import Serve
from tests.peers.place import MIB, Place

Visit = Callable[[Place], Coroutine[Any, Any, None]]
SECONDS = 60 + MIB
"""How long one test may take; only a broken one takes as long."""


@contextlib.asynccontextmanager
async def in_this_loop(folder: Path) -> AsyncIterator[None]:
    """npsgui as its window has it, but for the window."""
    program = await Program.open(folder)
    control = ControlServer(program)
    await control.start()
    yield
    await control.close()
    assert await program.verify() == []
    await program.close()


@contextlib.asynccontextmanager
async def as_a_process(folder: Path) -> AsyncIterator[None]:
    """``npsgui serve``, which must have nothing to complain of and end well."""
    with Serve(folder) as served:
        await asyncio.to_thread(served.ready)
        yield
        said = await asyncio.to_thread(served.end)
        assert said.code == 0
        assert [line for line in said.err.splitlines() if '"level":"info"' not in line] == []


@pytest.fixture
def loop_name() -> str:
    """The window's loop."""
    return "npsgui"


@pytest.fixture(params=[in_this_loop, as_a_process], ids=["loop", "serve"])
def visit(request: pytest.FixtureRequest, tmp_path: Path, runner: asyncio.Runner) -> Callable[[Visit], None]:
    """Runs a test's body with a place that has one client and nothing else."""
    folder = tmp_path / "data"
    folder.mkdir()

    async def whole(body: Visit) -> None:
        async with asyncio.timeout(SECONDS), request.param(folder):
            place = Place(folder)
            await place.add("client", remark="home")
            await body(place)
            await place.settled()

    return lambda body: runner.run(whole(body))
