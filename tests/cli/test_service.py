"""``npsgui serve`` as a service: what it logs, tells its supervisor, reads again, and how it drains."""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.terminal import PATIENCE, Serve, Terminal, add_tunnel


@pytest.fixture
def offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal on a data folder that no npsgui runs on."""
    return Terminal(tmp_path / "data", capsys)


@contextmanager
def supervising(place: Path) -> Iterator[socket.socket]:
    """What systemd holds: the socket that a service tells its states to."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(place))
        line.settimeout(PATIENCE)
        yield line


def assert_refused(port: int) -> None:
    """Nobody listens on a port, or nobody will before long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with contextlib.suppress(ConnectionResetError):  # it was on its way when the port was closed
                socket.create_connection(("127.0.0.1", port), PATIENCE).close()
        except ConnectionRefusedError:
            return
    raise AssertionError(f"Port {port} still listens")


def choose(folder: Path, text: str) -> None:
    """Write the settings of a data folder."""
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(text)


def test_a_log_that_is_no_terminal_has_an_object_a_line(offline: Terminal) -> None:
    with Serve(offline.folder) as served:
        lines = [json.loads(line) for line in served.ready().end().err.splitlines()]

    assert [line["text"] for line in lines] == [
        "Ready: 0 tunnels, 0 hosts",
        "Told to end: 0 connections are open",
        "Ended",
    ]
    assert {(line["level"], line["logger"]) for line in lines} == {("info", "npsgui.cli.serve")}
    assert all(line["at"].endswith("Z") for line in lines)


def test_the_form_and_the_level_of_the_log_may_be_asked_for(offline: Terminal) -> None:
    with Serve(offline.folder, "--log", "text") as served:
        assert served.ready().end().err.rstrip().endswith("INFO    Ended")
    with Serve(offline.folder, "--log-level", "warning") as served:
        assert served.ready().end().err == ""


def test_no_key_and_no_password_is_ever_logged(offline: Terminal) -> None:
    secrets = ("verify-key-7", "pass-word-7")
    with Serve(offline.folder, "--log-level", "debug", PYTHONASYNCIODEBUG="1") as served:
        served.ready()
        offline.done("add", "client", f"key={secrets[0]}", f"accounts=me:{secrets[1]}")
        offline.done("add", "tunnel", "client=1", "mode=secret", f"password={secrets[1]}", "targets=9")
        offline.refused("set", "client", 1, f"accounts=me:{secrets[1]}", "quota=nonsense")
        offline.done("set", "client", 1, f"key={secrets[0]}8")
        offline.done("remove", "client", 1)
        log = served.end().err

    assert "Ended" in log
    assert not [secret for secret in secrets if secret in log]


def test_a_supervisor_hears_ready_alive_reloading_and_stopping(offline: Terminal, tmp_path: Path) -> None:
    with supervising(tmp_path / "n") as line:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "200000"}
        with Serve(offline.folder, **environment) as served:
            told: set[bytes] = set()
            while told != {b"READY=1", b"WATCHDOG=1"}:
                told.add(line.recv(100))
            served.process.send_signal(signal.SIGHUP)
            while not line.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC="):
                pass
            served.process.send_signal(signal.SIGTERM)
            while line.recv(100) != b"STOPPING=1":
                pass


def test_a_loop_that_hangs_gives_no_sign_of_life(offline: Terminal, tmp_path: Path) -> None:
    with supervising(tmp_path / "n") as line:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "200000"}
        with Serve(offline.folder, **environment) as served:
            served.ready()
            assert line.recv(100) == b"READY=1"
            served.process.send_signal(signal.SIGSTOP)
            while select.select([line], [], [], 1.0)[0]:
                line.recv(100)
            served.process.send_signal(signal.SIGCONT)
            assert line.recv(100) == b"WATCHDOG=1"


def test_settings_are_read_again_on_a_hangup(offline: Terminal) -> None:
    choose(offline.folder, "drain_seconds = 600")
    with socket.create_server(("127.0.0.1", 0)) as target, Serve(offline.folder) as served:
        target.settimeout(PATIENCE)
        served.ready()
        port = add_tunnel(offline, target)
        with socket.create_connection(("127.0.0.1", port), PATIENCE):
            choose(offline.folder, "drain_seconds = 0\nnode = 'other'")
            served.process.send_signal(signal.SIGHUP)
            served.until_logged("changed: drain_seconds, node")
            served.until_logged("node holds from the next start on")
            assert served.end().code == 0


def test_open_connections_may_come_to_their_own_end(offline: Terminal) -> None:
    choose(offline.folder, "drain_seconds = 600")
    with socket.create_server(("127.0.0.1", 0)) as target, Serve(offline.folder) as served:
        target.settimeout(PATIENCE)
        served.ready()
        port = add_tunnel(offline, target)
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as visitor:
            visitor.sendall(b"question")
            carried, _ = target.accept()
            assert carried.recv(8, socket.MSG_WAITALL) == b"question"
            served.process.send_signal(signal.SIGTERM)
            served.until_logged("1 connections are open")
            assert_refused(port)
            carried.sendall(b"a late answer")
            carried.close()
            assert visitor.recv(13, socket.MSG_WAITALL) == b"a late answer"
        assert served.process.wait(PATIENCE) == 0

    assert offline.rows("flows")[0]["export"] == 13


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_waits_for_nobody(offline: Terminal, number: int) -> None:
    choose(offline.folder, "drain_seconds = 600")
    with socket.create_server(("127.0.0.1", 0)) as target, Serve(offline.folder) as served:
        target.settimeout(PATIENCE)
        served.ready()
        port = add_tunnel(offline, target)
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as visitor:
            carried, _ = target.accept()
            visitor.sendall(b"x")
            with carried:
                assert carried.recv(1) == b"x"
                served.process.send_signal(signal.SIGTERM)
                served.until_logged("Told to end")
                assert served.end(number).code == 0

    assert offline.rows("flows")[0]["inlet"] == 1
