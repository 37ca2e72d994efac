"""curl through every kind that speaks for it: bodies are whole, flows are what curl says it sent and got."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.conftest import Visit
from tests.peers.place import Place, curl, digest_of, make_file
from tests.peers.store import store
from tests.relay.house import serving

FRAMINGS = {
    "length": ["-H", "Expect:"],
    "expect": ["-H", "Expect: 100-continue"],
    "chunked": ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"],
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_hosts(visit: Callable[[Visit], None], tmp_path: Path, framing: str) -> None:
    digest = make_file(tmp_path / "file")

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target]:
            http, https = await place.shared_ports()
            await place.add("host", host="a.test", targets=target)
            sent, got, up = 0, 0, ["-T", tmp_path / "file", *FRAMINGS[framing]]
            for words in (
                [f"http://127.0.0.1:{http}/", "-H", "Host: a.test", *up],
                ["--resolve", f"a.test:{http}:127.0.0.1", f"http://a.test:{http}/", *up],
                ["-k", "--resolve", f"a.test:{https}:127.0.0.1", f"https://a.test:{https}/", *up],
            ):
                said, *moved = await curl(*words)
                sent, got = sent + moved[0], got + moved[1]
                assert said == digest
            _, *moved = await curl(
                f"http://127.0.0.1:{http}/file", "-H", "Host: a.test", "-o", tmp_path / "got"
            )
            assert digest_of(tmp_path / "got") == digest
            await place.settled()
            assert await place.flow("host") == (sent + moved[0], got + moved[1])

    visit(body)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_http_proxy(visit: Callable[[Visit], None], tmp_path: Path, framing: str) -> None:
    digest = make_file(tmp_path / "file")

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target]:
            port = await place.tunnel("httpProxy", accounts="anna:geheim")
            proxy = ["-x", f"http://anna:geheim@127.0.0.1:{port}"]
            said, sent, got = await curl(
                *proxy, f"http://{target}/", "-T", tmp_path / "file", *FRAMINGS[framing]
            )
            assert said == digest
            await place.settled()
            assert await place.flow("tunnel") == (sent, got)

            said, *_ = await curl(
                *proxy, "-p", f"http://{target}/", "-T", tmp_path / "file", *FRAMINGS[framing]
            )
            await curl(*proxy, f"http://{target}/file", "-o", tmp_path / "got")
            assert (said, digest_of(tmp_path / "got")) == (digest, digest)

    visit(body)


@pytest.mark.parametrize("mode", ["tcp", "socks5"])
def test_tunnels(visit: Callable[[Visit], None], tmp_path: Path, mode: str) -> None:
    digest = make_file(tmp_path / "file")

    async def body(place: Place) -> None:
        async with serving(store(tmp_path)) as [target]:
            if mode == "tcp":
                port = await place.tunnel("tcp", target.port)
                words: list[object] = [f"http://127.0.0.1:{port}"]
            else:
                port = await place.tunnel("socks5", accounts="anna:geheim")
                words = [
                    "--socks5-hostname",
                    f"anna:geheim@127.0.0.1:{port}",
                    f"http://localhost:{target.port}",
                ]
            said, sent, got = await curl("-T", tmp_path / "file", *words[:-1], f"{words[-1]}/")
            _, *moved = await curl("-o", tmp_path / "got", *words[:-1], f"{words[-1]}/file")
            assert (said, digest_of(tmp_path / "got")) == (digest, digest)
            await place.settled()
            assert await place.flow("tunnel") == (sent + moved[0], got + moved[1])

    visit(body)


def test_files(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    digest = make_file(tmp_path / "file")

    async def body(place: Place) -> None:
        port = await place.tunnel("file", folder=tmp_path)
        _, sent, got = await curl(f"http://127.0.0.1:{port}/file", "-o", tmp_path / "got")
        assert digest_of(tmp_path / "got") == digest
        await place.settled()
        assert await place.flow("tunnel") == (sent, got)

    visit(body)
