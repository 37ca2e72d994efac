"""One npsgui for each data folder."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from npsgui.app.instance import NAME, InstanceLock
from npsgui.model.errors import AlreadyRunning, LedgerError

HOLDER = """
import sys
from pathlib import Path
from npsgui.app.instance import InstanceLock
lock = InstanceLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_folder_is_made_for_its_owner_and_held_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    lock = InstanceLock.acquire(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    with pytest.raises(AlreadyRunning, match=str(folder)):
        InstanceLock.acquire(folder)
    lock.release()
    InstanceLock.acquire(folder).release()


def test_a_process_that_is_killed_gives_its_folder_back(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning):
            InstanceLock.acquire(tmp_path)
        holder.kill()

    InstanceLock.acquire(tmp_path).release()


def test_a_folder_that_cannot_be_made_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LedgerError, match=f"{tmp_path / 'file' / 'folder'} cannot be written"):
        InstanceLock.acquire(tmp_path / "file" / "folder")
