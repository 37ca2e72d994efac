"""The end of ``npsgui serve`` in the middle of everything, and visitors that are slow on purpose."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from npsgui.model.entities import PASS_THROUGH
from tests.cli.terminal import Serve
from tests.conftest import Run
from tests.peers.place import Place, call
from tests.peers.store import store
from tests.relay.house import Stream, echo, serving
from tests.relay.http_talk import hello

EACH = 20
"""Connections for each opening."""

SESSIONS = 7 * EACH
"""Those that stay open: both TCP, two SOCKS5, a CONNECT, a file, and TLS that is passed on."""

DEBUG = {"PYTHONASYNCIODEBUG": "1", "PYTHONDEVMODE": "1"}

BOUND = 15.0
"""Seconds within which it must end, on a busy machine; sessions are granted 4 of them."""

OPENINGS = {
    "tcp": [b"", b"x"],
    "socks5": [b"", b"\5\1", b"\5\1\0", b"\5\1\0\5\1\0\1\x7f\0\0\1@@", b"\5\1\0\5\3\0\1\0\0\0\0\0\0"],
    "httpProxy": [b"", b"GET ", b"CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: x\r\n\r\nx"],
    "file": [b"GET / HT", b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"],
    "http": [
        b"POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\nx",
        b"GET / HTTP/1.1\r\nHost: b\r\n\r\n",
    ],
    "https": [b"", b"\x16\3\1", hello("a.test"), hello("b.test")],
}
"""What visitors have said when it ends; PORT and @@ are the target's port."""


@pytest.fixture
def loop_name() -> str:
    """The test's own loop; npsgui is a process."""
    return "asyncio"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a file that no socket buffer holds."""
    folder = tmp_path / "files"
    folder.mkdir()
    with (folder / "big").open("wb") as big:
        big.truncate(64 << 20)
    (folder / "page").write_bytes(b"page")
    return folder


async def furnish(place: Place, port: int, files: Path) -> dict[str, int]:
    """A tunnel of each kind and two hosts; their ports."""
    await place.add("client", remark="home")
    doors = {
        mode: await place.tunnel(mode, port if mode == "tcp" else 0)
        for mode in ("tcp", "socks5", "httpProxy")
    }
    doors["udp"] = await place.tunnel("udp", port)
    doors["file"] = await place.tunnel("file", folder=files)
    doors["http"], doors["https"] = await place.shared_ports()
    for name, certificate in (("a.test", ""), ("b.test", PASS_THROUGH)):
        await place.add("host", host=name, targets=f"127.0.0.1:{port}", certificate=certificate)
    return doors


@pytest.mark.parametrize(
    "debug", [{}, {"PYTHONASYNCIODEBUG": "1", "PYTHONDEVMODE": "1"}], ids=["usual", "debug"]
)
def test_hundreds_of_sessions_of_every_kind_do_not_hold_up_the_end(
    run: Run[None], tmp_path: Path, files: Path, debug: dict[str, str]
) -> None:
    async def body(served: Serve) -> None:
        async with serving(echo) as [target]:
            doors = await furnish(Place(tmp_path), target.port, files)
            visitors: list[Stream] = []
            for kind, openings in OPENINGS.items():
                for opening in openings * EACH:
                    visitors.append(await asyncio.open_connection("127.0.0.1", doors[kind]))
                    named = opening.replace(b"PORT", b"%d" % target.port)
                    visitors[-1][1].write(named.replace(b"@@", target.port.to_bytes(2)))
            while len(await Place(tmp_path).do("connections")) < SESSIONS:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            began = time.monotonic()
            said = await asyncio.to_thread(served.end)
            took = time.monotonic() - began
            for visitor in visitors:
                visitor[1].transport.abort()
            assert said.code == 0
            assert took < BOUND
            # asyncio tells of slow callbacks in debug mode, and of nothing else
            told = [
                line for line in said.err.splitlines() if '"level":"info"' not in line and "took" not in line
            ]
            assert told == []

    with Serve(tmp_path, **debug) as served:
        served.ready()
        run(body(served))
    run(_verified(tmp_path))


async def _verified(folder: Path) -> None:
    said = await call(sys.executable, "-m", "npsgui", "verify", "--data", folder)
    assert said == "The ledger adds up.\n"


def test_two_thousand_slow_visitors_do_not_hold_up_another(
    run: Run[None], tmp_path: Path, files: Path
) -> None:
    async def body() -> None:
        async with serving(store(files)) as [target]:
            doors = await furnish(Place(tmp_path), target.port, files)
            slow = []
            for _ in range(2000):
                reader, writer = await asyncio.open_connection("127.0.0.1", doors["http"])
                writer.write(b"GET /page HTTP/1.1\r\nHost: a.")
                slow.append((reader, writer))
            began = time.monotonic()
            url = f"http://127.0.0.1:{doors['http']}/page"
            assert await call("curl", "-s", "-H", "Host: a.test", url) == "page"
            assert time.monotonic() - began < 5
            # each is told that it took too long, 15 s after it came
            for reader, writer in slow:
                assert (await reader.read(64)).startswith(b"HTTP/1.1 408 ")
                writer.transport.abort()
            assert await Place(tmp_path).do("connections") == []

    with Serve(tmp_path) as served:
        served.ready()
        run(body())
        assert served.end().code == 0
