"""ab, wrk, h2load and iperf3: nothing fails, and flows are what they say they moved."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.conftest import Visit
from tests.peers.place import MIB, Place, call, needs, server
from tests.peers.store import store
from tests.relay.house import free_port, serving

REQUESTS = 250 * MIB


def number(pattern: str, text: str) -> int:
    """The number that a report gives."""
    found = re.search(pattern + r"\D*(\d+)", text)
    assert found is not None, text
    return int(found[1])


@pytest.mark.parametrize("kept", [["-k"], []], ids=["kept", "closed"])
def test_ab(visit: Callable[[Visit], None], tmp_path: Path, kept: list[str]) -> None:
    (tmp_path / "page").write_bytes(b"page" * 256)

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target]:
            http, _ = await place.shared_ports()
            await place.add("host", host="127.0.0.1", targets=target)
            said = await call("ab", *kept, "-n", REQUESTS, "-c", 8, f"http://127.0.0.1:{http}/page")
            assert number("Complete requests", said) == REQUESTS
            assert number("Failed requests", said) == 0
            await place.settled()
            assert (await place.flow("host"))[1] == number("Total transferred", said)

    visit(body)


@needs("wrk")
def test_wrk(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"page" * 256)

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target]:
            http, _ = await place.shared_ports()
            await place.add("host", host="127.0.0.1", targets=target)
            said = await call("wrk", "-t", 1, "-c", 32, "-d", "1s", f"http://127.0.0.1:{http}/page")
            assert "Socket errors" not in said
            assert "Non-2xx" not in said
            await place.settled()
            assert (await place.flow("host"))[1] > 1024 * number("", said.partition("requests in")[0][-8:])

    visit(body)


@needs("h2load")
def test_h2load(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(b"page" * 256)

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target]:
            http, _ = await place.shared_ports()
            await place.add("host", host="127.0.0.1", targets=target)
            url = f"http://127.0.0.1:{http}/page"
            said = await call("h2load", "--h1", "-n", REQUESTS, "-c", 8, url)
            assert f"{REQUESTS} succeeded, 0 failed, 0 errored" in said
            await place.settled()
            assert (await place.flow("host"))[1] == number(r"traffic: \S+ \(", said)

    visit(body)


@needs("iperf3")
@pytest.mark.parametrize("way", [[], ["-R"]], ids=["up", "down"])
def test_iperf3(visit: Callable[[Visit], None], way: list[str]) -> None:
    async def body(place: Place) -> None:
        port = free_port()
        async with server("iperf3", "-s", "-p", port, port=port):
            tunnel = await place.tunnel("tcp", port)
            words = ("-c", "127.0.0.1", "-p", tunnel, "-n", f"{MIB}M", *way)
            end = json.loads(await call("iperf3", "-J", *words))["end"]
            await place.settled()
            # the receiver stops at the end of the sender, and tells some KiB about it
            carried = max(await place.flow("tunnel"))
            assert end["sum_received"]["bytes"] <= carried <= end["sum_sent"]["bytes"] + (64 << 10)

    visit(body)


@needs("iperf3")
def test_iperf3_udp(visit: Callable[[Visit], None]) -> None:
    async def body(place: Place) -> None:
        port = free_port()
        async with server("iperf3", "-s", "-p", port, port=port):
            tunnel = await place.tunnel("tcp", port)
            await place.tunnel("udp", port, tunnel)
            words = ("-u", "-b", "40M", "-l", 1400, "-n", f"{MIB}M")
            said = json.loads(await call("iperf3", "-J", "-c", "127.0.0.1", "-p", tunnel, *words))
            sent, lost = said["end"]["sum"]["bytes"], said["end"]["sum"]["lost_packets"]
            # four bytes each way begin it; what the system drops on a busy machine was not carried
            while (await place.flow("tunnel", 2))[0] < sent + 4 - lost * 1400:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            [connection] = await place.do("connections")
            await place.do("close", ids=[connection["id"]])
            inlet, export = await place.flow("tunnel", 2)
            assert export == 4
            assert sent + 4 - lost * 1400 <= inlet <= sent + 4

    visit(body)
