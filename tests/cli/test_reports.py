"""Commands that report: their JSON, CSV and tables, with an npsgui running on the folder and without."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from npsgui.ledger.ledger import Changes
from tests.cli.terminal import PATIENCE, Terminal, alive
from tests.ledger.household import CLIENT, MINUTE, Household, furnished, tunnel_key
from tests.relay.house import free_port

CONNECTION_KEYS = ["id", "kind", "owner", "client", "peer", "target", "seconds", "inlet", "export"]
START = "2023-11-14T22:14:00Z"
"""The minute of the household's bytes."""

ALL_OF_IT = ("--since", "2023-11-01", "--until", "2023-12-01")


async def seed(folder: Path) -> None:
    """Two minutes of one tunnel, an hour apart, and one of a tunnel that is no more."""
    house = Household()
    ledger = await furnished(folder, 1, 2)
    ledger.flush(house.batch(1, 3, 4))
    ledger.flush(house.batch(2, 100, 0))
    ledger.flush(house.batch(1, 5, 6, MINUTE + 3600))
    await ledger.save(Changes(removed=(tunnel_key(2),)))
    await ledger.close()
    # an npsgui that runs for some seconds would sum these minutes of long ago up to hours
    (folder / "settings.toml").write_text('keep_minutes_days = "36500"')


@pytest.fixture(params=["live", "offline"])
def seeded(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal on a data folder with a past."""
    asyncio.run(seed(tmp_path))
    if request.param == "live":
        request.getfixturevalue("running")
    return Terminal(tmp_path, capsys)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[None]:
    """An npsgui that runs on the folder."""
    with alive(tmp_path):
        yield


def test_history_is_json_in_utc(seeded: Terminal) -> None:
    assert seeded.rows("history", "tunnel", 1, *ALL_OF_IT) == [
        {"start": START, "inlet": 3, "export": 4},
        {"start": "2023-11-14T23:14:00Z", "inlet": 5, "export": 6},
    ]


def test_a_clients_history_holds_what_its_removed_tunnels_carried(seeded: Terminal) -> None:
    for owner in (("client", CLIENT.id), ("global",)):
        first, second = seeded.rows("history", *owner, *ALL_OF_IT)
        assert first == {"start": START, "inlet": 103, "export": 4}
        assert second["inlet"] == 5


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        ("minute", [START, "2023-11-14T23:14:00Z"]),
        ("hour", ["2023-11-14T22:00:00Z", "2023-11-14T23:00:00Z"]),
        ("day", ["2023-11-14T00:00:00Z"]),
    ],
)
def test_history_has_three_steps(seeded: Terminal, step: str, starts: list[str]) -> None:
    rows = seeded.rows("history", "tunnel", 1, *ALL_OF_IT, "--step", step)

    assert [row["start"] for row in rows] == starts
    assert (sum(row["inlet"] for row in rows), sum(row["export"] for row in rows)) == (8, 10)


def test_history_is_cut_at_since_and_until_whatever_their_offset(seeded: Terminal) -> None:
    late = seeded.rows(
        "history", "tunnel", 1, "--since", "2023-11-15T00:00:00+01:00", "--until", "2023-11-16"
    )
    early = seeded.rows("history", "tunnel", 1, "--since", "2023-11-14", "--until", "2023-11-14T23:14")

    assert ([row["inlet"] for row in late], [row["inlet"] for row in early]) == ([5], [3])
    assert seeded.rows("history", "tunnel", 1, "--until", "2023-11-14T23:14:00Z") == early
    assert seeded.rows("history", "tunnel", 1) == []


def test_history_is_csv_with_a_header(seeded: Terminal) -> None:
    assert seeded.done("history", "tunnel", 1, *ALL_OF_IT, "--csv") == (
        f"start,inlet,export\n{START},3,4\n2023-11-14T23:14:00Z,5,6\n"
    )


def test_history_is_a_table_for_people(seeded: Terminal) -> None:
    assert seeded.done("history", "tunnel", 1, *ALL_OF_IT).splitlines() == [
        "start                 inlet  export",
        f"{START}    3 B     4 B",
        "2023-11-14T23:14:00Z    5 B     6 B",
    ]


def test_the_history_of_a_removed_owner_is_still_told(seeded: Terminal) -> None:
    removed = [{"start": START, "inlet": 100, "export": 0}]
    assert seeded.rows("history", "tunnel", 2, *ALL_OF_IT) == removed

    seeded.done("remove", "client", CLIENT.id)
    assert len(seeded.rows("history", "client", CLIENT.id, *ALL_OF_IT)) == 2
    assert seeded.done("verify") == "The ledger adds up.\n"


def test_an_id_is_not_given_again_so_that_a_history_has_one_owner(seeded: Terminal) -> None:
    said = seeded.done("add", "tunnel", f"client={CLIENT.id}", f"port={free_port()}", "targets=80")

    assert said == "Added tunnel 3.\n"
    assert seeded.rows("history", "tunnel", 3, *ALL_OF_IT) == []


def test_an_owner_that_never_was_has_no_history(seeded: Terminal) -> None:
    assert seeded.refused("history", "client", 99) == "There is no client 99."
    assert seeded.refused("history", "host", 10**18) == f"There is no host {10**18}."


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("moment", ["yesterday", "2023-13-01", "12"])
def test_a_time_that_is_none_is_refused(seeded: Terminal, option: str, moment: str) -> None:
    said = seeded.refused("history", "tunnel", 1, option, moment)

    assert said == f"“{moment}” is not a time; write it like 2026-11-23T14:00:00Z."


def test_flows_are_a_table_whose_columns_line_up(seeded: Terminal) -> None:
    header, client, tunnel = seeded.done("flows").splitlines()

    assert header.split() == [
        *("kind", "id", "client", "remark", "inlet", "export", "quota", "rate", "connections", "state")
    ]
    assert client.split()[:6] == ["client", "1", "1", "home-nas", "108", "B"]
    assert header.index("state") == client.index("running") == len(tunnel) - len(tunnel.split()[-1])


def test_without_a_running_npsgui_there_are_no_connections(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path, capsys)

    assert terminal.rows("connections") == []
    assert terminal.done("connections").split() == CONNECTION_KEYS
    assert terminal.refused("close", 1, 7) == "There is no connection 1, 7."


def test_connections_are_listed_and_closed_live(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal, port = Terminal(tmp_path, capsys), free_port()
    with alive(tmp_path), socket.create_server(("127.0.0.1", 0)) as target:
        terminal.done("add", "client")
        terminal.done("add", "tunnel", "client=1", f"port={port}", f"targets={target.getsockname()[1]}")
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE) as visitor,
            socket.create_connection(("127.0.0.1", port), PATIENCE) as other,
        ):
            visitor.sendall(b"hello")
            carried, _ = target.accept()
            target.accept()[0].close()
            assert other.recv(1) == b""
            with carried:
                assert carried.recv(5, socket.MSG_WAITALL) == b"hello"
                carried.sendall(b"hi")
                assert visitor.recv(2, socket.MSG_WAITALL) == b"hi"

                first, *_ = rows = terminal.rows("connections")
                assert list(first) == CONNECTION_KEYS
                assert first["seconds"] >= 0
                assert first | {"seconds": 0} == {
                    "id": 1,
                    "kind": "tunnel",
                    "owner": 1,
                    "client": 1,
                    "peer": f"127.0.0.1:{visitor.getsockname()[1]}",
                    "target": f"127.0.0.1:{target.getsockname()[1]}",
                    "seconds": 0,
                    "inlet": 5,
                    "export": 2,
                }
                assert terminal.rows("flows")[0]["connections"] == len(rows)
                assert "There is no connection 9." in terminal.refused("close", 9, 1)
                assert visitor.recv(1) == b""
        assert json.loads(terminal.done("connections", "--json")) == []
