"""The metrics of a process that serves, scraped as Prometheus does, and held against what ``flows`` says."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.terminal import PATIENCE, Serve, Terminal, add_tunnel, warnings
from tests.relay.house import free_port

DASHBOARD = Path(__file__).parents[2] / "packaging" / "grafana-dashboard.json"


@pytest.fixture
def offline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal on a data folder that no npsgui runs on."""
    return Terminal(tmp_path, capsys)


def choose(folder: Path, **settings: object) -> int:
    """Have metrics on a free port; the port."""
    port = free_port()
    chosen = {"metrics_port": port, **settings}
    (folder / "settings.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in chosen.items()))
    return port


def scrape(port: int, token: str = "") -> dict[tuple[str, ...], float]:
    """The samples by name, kind, id and cause."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    found = {}
    for sample in (sample for family in families for sample in family.samples):
        labels = [sample.labels.get(name, "") for name in ("kind", "id", "cause")]
        found[(sample.name, *filter(None, labels))] = sample.value
    return found


def status(port: int, path: str = "/metrics", method: str = "GET") -> int:
    """What a request is answered with."""
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_scrape_says_what_flows_says_while_connections_are_open(offline: Terminal) -> None:
    metrics = choose(offline.folder)
    with socket.create_server(("127.0.0.1", 0)) as target, Serve(offline.folder) as served:
        served.ready()
        port = add_tunnel(offline, target)
        offline.done("set", "client", 1, "quota=1000", "connections=1")
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as visitor:
            carried, _ = target.accept()
            visitor.sendall(b"question")
            assert carried.recv(8, socket.MSG_WAITALL) == b"question"
            carried.sendall(b"answer")
            assert visitor.recv(6, socket.MSG_WAITALL) == b"answer"
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as refused:
                assert refused.recv(1) == b""
            found, rows = scrape(metrics), offline.rows("flows")
            carried.close()
        served.end()

    for row in rows:
        owner = (row["kind"], str(row["id"]))
        assert found["npsgui_inlet_bytes_total", *owner] == row["inlet"] == 8
        assert found["npsgui_export_bytes_total", *owner] == row["export"] == 6
        assert found["npsgui_sessions", *owner] == row["connections"] == 1
    assert found["npsgui_inlet_bytes_total", "global", "0"] == 8
    assert found["npsgui_quota_bytes", "client", "1"] == 1000
    assert found["npsgui_quota_used_bytes", "client", "1"] == 14
    assert found["npsgui_quota_left_bytes", "client", "1"] == 986
    assert ("npsgui_quota_bytes", "tunnel", "1") not in found
    assert found["npsgui_refusals_total", "tunnel", "1", "connections"] == 1
    assert found["npsgui_dropped_datagrams_total", "tunnel", "1"] == 0
    assert found["npsgui_agents_online", "client", "1"] == 0
    assert (found["npsgui_ledger_ok",], found["npsgui_ledger_lag_seconds",]) == (1, 0)
    assert ("npsgui_loop_lag_seconds_count",) in found
    assert ("npsgui_version",) in found


def test_the_dashboard_asks_for_what_there_is(offline: Terminal) -> None:
    metrics = choose(offline.folder)
    with Serve(offline.folder) as served:
        served.ready()
        offline.done("add", "client", "quota=100")
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=PATIENCE) as answer:
            known = set(re.findall(r"^# TYPE (npsgui_\w+)", answer.read().decode(), re.MULTILINE))
        served.end()

    asked = set(re.findall(r"npsgui_\w+", DASHBOARD.read_text("utf-8")))
    assert {name.removesuffix("_bucket") for name in asked} <= known


def test_owners_beyond_the_first_ones_are_summed(offline: Terminal) -> None:
    metrics = choose(offline.folder, metrics_owners=2)
    with Serve(offline.folder) as served:
        served.ready()
        for quota in (100, 200, 300, 0, 500):
            offline.done("add", "client", f"quota={quota}")
        found = scrape(metrics)
        served.end()

    left = {key[2]: value for key, value in found.items() if key[0] == "npsgui_quota_left_bytes"}
    assert left == {"1": 100, "2": 200, "others": 800}


def test_only_one_path_is_served(offline: Terminal) -> None:
    metrics = choose(offline.folder)
    with Serve(offline.folder) as served:
        served.ready()
        assert [status(metrics), status(metrics, "/"), status(metrics, "/metrics?x=1")] == [200, 404, 200]
        assert status(metrics, method="POST") == 405
        with socket.create_connection(("127.0.0.1", metrics), PATIENCE) as talker:
            talker.sendall(b"x" * 9000)
            assert talker.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 431"
        served.end()


def test_a_token_is_asked_for_where_there_is_one(offline: Terminal) -> None:
    metrics = choose(offline.folder, metrics_token="öpen-7")
    with Serve(offline.folder) as served:
        served.ready()
        assert status(metrics) == 401
        with pytest.raises(urllib.error.HTTPError) as refused:
            scrape(metrics, "open-8")
        refused.value.close()
        assert ("npsgui_ledger_ok",) in scrape(metrics, "öpen-7".encode().decode("latin-1"))
        assert "pen-7" not in served.end().err


def test_every_interface_is_not_served_without_a_token(offline: Terminal) -> None:
    metrics = choose(offline.folder, metrics_address="0.0.0.0")
    with Serve(offline.folder) as served:
        served.ready()
        with pytest.raises(urllib.error.URLError):
            status(metrics)
        assert warnings(served.end().err) == ["Metrics on 0.0.0.0 need a token: set metrics_token."]


def test_a_port_in_use_costs_the_metrics_and_nothing_else(offline: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        choose(offline.folder, metrics_port=taken.getsockname()[1])
        with Serve(offline.folder) as served:
            [said] = warnings(served.ready().end().err)

    assert "are not served" in said


def test_without_the_setting_nobody_is_served(offline: Terminal) -> None:
    with Serve(offline.folder) as served:
        served.ready()
        port = choose(offline.folder)
        with pytest.raises(urllib.error.URLError):
            status(port)
        served.end()


def test_a_port_that_is_none_costs_the_metrics_and_not_the_start(offline: Terminal) -> None:
    (offline.folder / "settings.toml").write_text("metrics_port = 99999")
    with Serve(offline.folder) as served:
        served.ready()
        told = warnings(served.end().err)

    assert told == ["Metrics on 127.0.0.1 port 99999 are not served: bind(): port must be 0-65535."]
