"""``npsgui serve`` as a process: ready, live commands, a clean end; and what keeps it from starting."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from psutil import Process

from npsgui.app.control import socket_path
from npsgui.app.instance import InstanceLock
from npsgui.ledger.opening import FILE
from tests.cli.terminal import ENVIRONMENT, PATIENCE, Serve, Terminal, add_tunnel, alive, warnings
from tests.disk import fill, make_read_only


@pytest.fixture
def offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal on a data folder that no npsgui runs on."""
    return Terminal(tmp_path, capsys)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains_writes_the_last_counts_and_ends_with_zero(offline: Terminal, number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as target, Serve(offline.folder) as served:
        served.ready()
        port = add_tunnel(offline, target)
        silent = socket.create_connection(("127.0.0.1", port), PATIENCE)
        visitor = socket.create_connection(("127.0.0.1", port), PATIENCE)
        with silent, visitor:
            target.accept()[0].close()
            carried, _ = target.accept()
            with carried:
                visitor.sendall(b"question")
                assert carried.recv(8, socket.MSG_WAITALL) == b"question"
                carried.sendall(b"answer")

                ended = served.end(number)
                assert (ended.code, ended.out, warnings(ended.err)) == (0, "", [])
                assert carried.recv(1) == b""
                assert visitor.recv(9, socket.MSG_WAITALL) == b"answer"

    client, _ = offline.rows("flows")
    assert (client["inlet"], client["export"]) == (8, 6)
    assert not socket_path(offline.folder).exists()


def test_every_command_acts_on_a_process_that_serves(offline: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as target, Serve(offline.folder) as served:
        served.ready()
        port = add_tunnel(offline, target)
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as visitor:
            carried, _ = target.accept()
            visitor.sendall(b"x")
            assert carried.recv(1) == b"x"
            [connection] = offline.rows("connections")
            assert (connection["inlet"], connection["client"]) == (1, 1)
            assert [row["inlet"] for row in offline.rows("flows")] == [1, 1]
            assert offline.done("close", connection["id"]) == "Closed: 1.\n"
            assert visitor.recv(1) == b""
            carried.close()
        offline.done("set", "client", 1, "quota=1")
        assert offline.rows("flows")[0]["state"] == "over quota"
        offline.done("stop", "tunnel", 1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE)
        offline.done("start", "tunnel", 1)
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
        assert isinstance(offline.rows("history", "client", 1), list)
        assert offline.done("verify") == "The ledger adds up.\n"
        offline.done("remove", "client", 1)
        assert offline.rows("flows") == []
        assert served.end().code == 0


def test_one_folder_has_one_npsgui(offline: Terminal) -> None:
    with alive(offline.folder):
        assert offline.refused("serve") == f"Another npsgui uses the folder {offline.folder}."


def test_an_npsgui_that_does_not_answer_is_told(offline: Terminal) -> None:
    lock = InstanceLock.acquire(offline.folder)

    assert offline.refused("flows") == f"The npsgui that uses {offline.folder} does not answer."
    lock.release()


def test_a_port_in_use_is_told_and_the_rest_is_served(offline: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = add_tunnel(offline, taken)
        port = taken.getsockname()[1]
        offline.done("add", "tunnel", "client=1", f"port={port}", "targets=9")
        reason = f"Port {port} on 127.0.0.1 is in use."
        with Serve(offline.folder) as served:
            served.ready()
            socket.create_connection(("127.0.0.1", free), PATIENCE).close()
            named = f"{reason[:-1]} by {Process().name()}."  # who has it is found a moment later
            assert offline.rows("flows")[2]["state"].removeprefix("failed: ") in (reason, named)
            assert offline.refused("start", "tunnel", 2) in (reason, named)
            assert warnings(served.end().err) == [f"tunnel 2: {reason}"]


def test_a_damaged_ledger_is_told_and_a_new_one_begun(offline: Terminal) -> None:
    (offline.folder / FILE).write_bytes(b"rubbish" * 999)
    with Serve(offline.folder) as served:
        served.ready()
        assert offline.rows("flows") == []
        told = warnings(served.end().err)

    [aside] = offline.folder.glob("ledger-damaged-*.db")
    assert told == [
        f"The ledger was damaged. It was set aside as {aside}, and a new one was begun."
        " If there is a backup of it, end npsgui and put it back with “npsgui restore FILE”."
    ]


def test_a_command_that_finds_a_damaged_ledger_says_so_and_fails(offline: Terminal) -> None:
    (offline.folder / FILE).write_bytes(b"rubbish" * 999)
    said = offline.run("verify")

    [aside] = offline.folder.glob("ledger-damaged-*.db")
    assert said.code == 1
    assert said.err.startswith(f"The ledger was damaged. It was set aside as {aside}")
    assert "adds up" in offline.done("verify")


@pytest.mark.parametrize("command", ["serve", "flows", "verify"])
def test_a_ledger_locked_by_another_program_is_told(offline: Terminal, command: str) -> None:
    offline.done("add", "client")
    other = sqlite3.connect(offline.folder / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    assert "is locked by another program" in offline.refused(command)
    other.close()
    assert len(offline.rows("flows")) == 1


@pytest.mark.parametrize("command", ["serve", "flows", "verify"])
def test_a_read_only_folder_is_told(disk: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    make_read_only(disk)

    said = Terminal(disk, capsys).refused(command)
    assert said == f"The data folder {disk} cannot be written: Read-only file system."


def test_a_full_disk_is_told(disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(disk, capsys)
    terminal.done("add", "client")
    filler = fill(disk)
    assert "is full; make room on it" in terminal.refused("serve")

    filler.unlink()
    assert len(terminal.rows("flows")) == 1


def test_a_reader_that_has_enough_is_no_failure(offline: Terminal) -> None:
    offline.done("add", "client")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "npsgui", "--data", str(offline.folder), "flows"]
    ended = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=PATIENCE, env=ENVIRONMENT
    )
    os.close(writing)

    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_name_is_shown_in_an_encoding_that_lacks_its_letters(offline: Terminal) -> None:
    offline.done("add", "client", "remark=家里 ⛵")
    command = [sys.executable, "-m", "npsgui", "--data", str(offline.folder), "flows"]
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "gbk"}

    def told(*words: str) -> str:
        return subprocess.run(
            [*command, *words],
            capture_output=True,
            check=True,
            timeout=PATIENCE,
            env=environment,
            encoding="gbk",
        ).stdout

    assert "家里 \\u26f5" in told()
    assert [row["remark"] for row in json.loads(told("--json"))] == ["家里 ⛵"]
