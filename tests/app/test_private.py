"""What lies in the data folder is its owner's alone, whatever the umask lets pass."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from npsgui.app.control import ControlServer
from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.ledger.dialect import copy_to, open_engine
from npsgui.ledger.opening import FILE
from npsgui.model.entities import Client, Everything, Host, Target
from tests.relay.house import free_port

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """A shell in which everyone may read what is made."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """What anybody but its owner may do something with, in a folder and below; with the folder itself."""
    modes = {path: path.lstat().st_mode for path in [folder, *folder.rglob("*")]}
    return {
        str(path.relative_to(folder)): stat.filemode(mode) for path, mode in modes.items() if mode & 0o077
    }


async def test_a_running_program_leaves_nothing_open_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "by us"
    program = await Program.open(folder)
    control = ControlServer(program)
    await control.start()
    everything = Everything(https_port=free_port(), bridge_port=free_port())
    await program.put(everything)
    await program.put(Client(id=1, key="k"))
    await program.put(Host(id=1, client=1, host="a.example", targets=(Target("127.0.0.1", 9),)))
    settings = Settings(folder)
    settings["metrics_token"] = "secret"
    settings.keep_layout({"window": 1})

    names = {path.name for path in folder.rglob("*")}
    assert {FILE, f"{FILE}-wal", f"{FILE}-shm", "control.sock", "settings.toml", "window.json"} <= names
    assert open_to_others(folder) == {}
    await control.close()
    await program.close()
    assert open_to_others(folder) == {}


async def test_a_copy_of_the_ledger_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    program = await Program.open(folder, relay=False)
    await program.close()
    engine = open_engine(folder / FILE)
    copy_to(engine, folder / "ledger-before-9999.db")
    engine.dispose()

    assert (folder / "ledger-before-9999.db").exists()
    assert open_to_others(folder) == {}
