"""Commands that edit, each with an npsgui running on the folder and without: they say and do the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from npsgui.ledger.opening import FILE
from tests.cli.terminal import NOT_OPENED, Terminal, alive
from tests.relay.house import free_port

FLOW_KEYS = ["kind", "id", "client", "remark", "inlet", "export", "quota", "rate", "connections", "state"]


def add_both(terminal: Terminal) -> int:
    """Client 1 and its tunnel 1; the tunnel's port."""
    port = free_port()
    terminal.done("add", "client", "remark=家 nas", "quota=10GiB")
    terminal.done("add", "tunnel", "client=1", f"port={port}", "targets=127.0.0.1:9", "remark=web")
    return port


def states(terminal: Terminal) -> dict[str, str]:
    return {f"{row['kind']} {row['id']}": row["state"] for row in terminal.rows("flows")}


def test_what_is_added_is_in_the_flows_with_the_keys_of_the_contract(terminal: Terminal) -> None:
    assert terminal.rows("flows") == []
    assert terminal.done("add", "client", "remark=家", "quota=10GiB", "rate=1MiB/s") == "Added client 1.\n"
    said = terminal.done("add", "host", "client=1", "host=a.example", "targets=80,[::1]:81")
    assert said == "Added host 1.\n"

    client, host = terminal.rows("flows")
    assert list(client) == list(host) == FLOW_KEYS
    assert client == {
        "kind": "client",
        "id": 1,
        "client": 1,
        "remark": "家",
        "inlet": 0,
        "export": 0,
        "quota": 10 * 2**30,
        "rate": 2**20,
        "connections": 0,
        "state": "running",
    }
    assert (host["kind"], host["id"], host["client"]) == ("host", 1, 1)


def test_a_new_tunnel_listens_at_once_where_npsgui_runs(
    terminal: Terminal, request: pytest.FixtureRequest
) -> None:
    add_both(terminal)

    assert states(terminal)["tunnel 1"] == ("running" if "live" in request.node.name else "stopped")


def test_set_changes_only_what_it_names(terminal: Terminal) -> None:
    add_both(terminal)
    assert terminal.done("set", "client", 1, "rate=512KiB/s", "connections=50") == "Set client 1.\n"
    assert terminal.done("set", "tunnel", 1, "remark=a=b", "quota=unlimited") == "Set tunnel 1.\n"

    client, tunnel = terminal.rows("flows")
    assert (client["quota"], client["rate"], client["remark"]) == (10 * 2**30, 512 * 1024, "家 nas")
    assert (tunnel["quota"], tunnel["remark"]) == (0, "a=b")


def test_the_global_limits_have_no_id(terminal: Terminal) -> None:
    assert terminal.done("set", "global", "rate=1GiB/s", "sessions=5") == "Set global.\n"
    assert terminal.run("set", "global", 1, "rate=1GiB/s").code == 2
    assert "needs a limit" in terminal.refused("set", "global", "sessions=0")


def test_removing_a_client_takes_its_tunnels_with_it(terminal: Terminal) -> None:
    add_both(terminal)

    assert terminal.done("remove", "client", 1) == "Removed client 1; its bytes stay in the ledger.\n"
    assert terminal.rows("flows") == []
    assert terminal.refused("remove", "tunnel", 1) == "There is no tunnel 1."


def test_stop_and_start_change_the_state(terminal: Terminal) -> None:
    add_both(terminal)
    before = states(terminal)

    assert terminal.done("stop", "client", 1) == "Stopped client 1.\n"
    assert set(states(terminal).values()) == {"stopped"}
    assert terminal.done("start", "client", 1) == "Started client 1.\n"
    assert states(terminal) == before
    terminal.done("stop", "tunnel", 1)
    assert states(terminal) == before | {"tunnel 1": "stopped"}


@pytest.mark.parametrize("verb", ["start", "stop", "remove"])
def test_there_must_be_what_a_command_names(terminal: Terminal, verb: str) -> None:
    assert terminal.refused(verb, "tunnel", 7) == "There is no tunnel 7."


def test_words_that_are_no_text_are_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = Terminal(tmp_path, capsys).run("add", "client", "remark=\udcff\udcfe")

    assert said.code == 2
    assert "is not text" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("client", "colour=red"), ["“colour”", "remark, key, enabled, quota"]),
        (("client", "quota=ten"), ["“ten”", "10GiB"]),
        (("client", "quota=-1"), ["“-1”", "10GiB"]),
        (("client", "quota=99999999PiB"), ["99999999PiB", "too large"]),
        (("client", "rate=fast"), ["“fast”", "512KiB/s"]),
        (("client", "quota_counts=all"), ["“all”", "both, inlet, export"]),
        (("client", "enabled=perhaps"), ["“perhaps”", "yes nor no"]),
        (("client", "connections=1.5"), ["“1.5”", "whole number"]),
        (("client", "expires=soon"), ["“soon”", "2026-11-23T14:00:00Z"]),
        (("client", "key="), ["key"]),
        (("tunnel", "client=9", "port=8000", "targets=80"), ["client 9"]),
        (("tunnel", "client=1", "port=0", "targets=80"), ["port", "1 to 65535"]),
        (("tunnel", "client=1", "port=70000", "targets=80"), ["“70000”", "port", "8001"]),
        (("tunnel", "client=1", "port=8000"), ["target", "127.0.0.1:8080"]),
        (("tunnel", "client=1", "port=8000", "targets=a b"), ["“a b”", "127.0.0.1:8080"]),
        (("tunnel", "client=1", "port=8000", "targets=80", "bind=here"), ["“here”"]),
        (("tunnel", "client=1", "port=8000", "targets=80", "mode=icmp"), ["“icmp”", "tcp, udp"]),
        (("tunnel", "client=1", "http_port=80"), ["“http_port”", "mode, bind, port"]),
    ],
)
def test_a_bad_word_or_value_names_itself_and_what_would_do(
    terminal: Terminal, words: tuple[str, ...], told: list[str]
) -> None:
    terminal.done("add", "client")
    said = terminal.refused("add", *words)

    assert [part for part in told if part not in said] == []
    assert len(terminal.rows("flows")) == 1


def test_the_same_port_twice_is_refused_and_names_who_has_it(terminal: Terminal) -> None:
    port = add_both(terminal)

    said = terminal.refused("add", "tunnel", "client=1", f"port={port}", "targets=80")
    assert said == f"Port {port} is taken by tunnel 1 “web”."
    assert terminal.refused("add", "tunnel", "client=1", f"port={port}", "targets=80", "bind=") == said
    terminal.done("add", "tunnel", "client=1", f"port={port}", "targets=80", "bind=127.0.0.2")
    terminal.done("add", "tunnel", "client=1", f"port={port}", "targets=80", "mode=udp")


@pytest.mark.parametrize(
    "words",
    [
        ("frobnicate",),
        ("add",),
        ("add", "planet"),
        ("add", "global", "rate=1"),
        ("add", "client", "remark"),
        ("set", "client", "quota=1"),
        ("set", "client", "1"),
        ("set", "client", "1", "quota"),
        ("remove", "client"),
        ("remove", "client", "one"),
        ("start", "global", "1"),
        ("close",),
        ("close", "all"),
        ("history", "client"),
        ("history", "global", "1"),
        ("history", "client", "1", "--step", "week"),
        ("history", "client", "1", "--json", "--csv"),
        ("flows", "--xml"),
    ],
)
def test_bad_usage_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    said = Terminal(tmp_path, capsys).run(*words)

    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("usage: npsgui")


def test_the_data_folder_stands_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path, capsys)

    assert terminal.run_bare("add", "client", "--data", tmp_path).code == 0
    assert terminal.run_bare("--data", tmp_path, "add", "client").code == 0
    assert (
        terminal.run_bare("--data", tmp_path / "other", "flows", "--data", tmp_path).out.count("client") == 3
    )
    assert not (tmp_path / "other").exists()


def test_without_a_command_the_window_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Terminal(tmp_path, capsys).run().code == NOT_OPENED


def test_help_and_version_end_with_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(tmp_path, capsys)

    assert terminal.run("--version").out.startswith("npsgui ")
    assert "serve" in terminal.run("--help").out


def test_verify_names_the_rows_that_differ(terminal: Terminal) -> None:
    add_both(terminal)
    assert terminal.done("verify") == "The ledger adds up.\n"
    other = sqlite3.connect(terminal.folder / FILE)
    other.execute("UPDATE owners SET inlet = 5 WHERE kind = 'tunnel'")
    other.commit()
    other.close()

    said = terminal.refused("verify")
    assert said.startswith("Tunnel 1 (row 3): its total says 5 bytes in and 0 out")


def test_a_backup_is_made_at_any_time_and_restored_where_no_npsgui_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal, copy = Terminal(tmp_path / "data", capsys), tmp_path / "copy.db"
    with alive(tmp_path / "data"):
        add_both(terminal)
        assert terminal.done("backup", copy) == f"The ledger was copied to {copy}.\n"
        assert terminal.refused("backup", copy) == f"{copy} is there already; name a new file."
        terminal.done("remove", "client", 1)
        assert "end it" in terminal.refused("restore", copy)

    said = terminal.done("restore", copy)
    assert said.startswith(f"The ledger of {copy} is in place; it adds up.\nThe one before was set aside as")
    assert states(terminal).keys() == {"client 1", "tunnel 1"}
    assert terminal.done("verify") == "The ledger adds up.\n"
    assert "pg_restore" in terminal.refused("--ledger", "postgresql://host/database", "restore", copy)
