"""File tunnels over real sockets: files, ranges, lists, and nothing outside the folder."""

from __future__ import annotations

import asyncio
import email.utils
import os
import random
import re
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from npsgui.model.entities import Account, Limits, Mode, Tunnel, Via
from npsgui.model.events import ListenerChanged
from npsgui.relay.http.folder import MOST_LISTED
from tests.conftest import Run
from tests.relay.house import TUNNEL, House, Stream, echo, free_port, hang_up, house, no_socket_left, read_all
from tests.relay.http_talk import answer, read_head
from tests.waiting import until

BIG = random.Random(3).randbytes(3_000_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files, and a secret beside it."""
    (tmp_path / "secret.txt").write_text("secret")
    made = tmp_path / "shared"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text("0123456789")
    (made / "名 <b>&.txt").write_text("odd")
    (made / "a\\b.txt").write_text("odd")
    (made / "sub" / "led").mkdir()
    (made / "sub" / "led" / "index.html").symlink_to(tmp_path / "secret.txt")
    (made / "loop").symlink_to(made / "loop")
    (made / "nowhere").symlink_to(made / "gone")
    (made / "big.bin").write_bytes(BIG)
    (made / "sub" / "index.html").write_text("<p>index")
    (made / "link").symlink_to(tmp_path / "secret.txt")
    (made / "outside").symlink_to(tmp_path)
    os.mkfifo(made / "pipe")
    return made


@asynccontextmanager
async def sharing(folder: Path, **words: Any) -> AsyncIterator[House]:
    async with house(echo) as made:
        made.apply(Tunnel(id=1, client=1, mode=Mode.FILE, ports=(free_port(),), folder=str(folder), **words))
        yield made


async def fetch(stream: Stream, path: str, *lines: str, method: str = "GET") -> tuple[bytes, bytes]:
    stream[1].write("\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode())
    if method == "HEAD":
        return await read_head(stream[0]), b""
    head = await read_head(stream[0])
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    return head, await stream[0].readexactly(length)


@pytest.mark.parametrize(
    ("path", "lines", "status", "body"),
    [
        ("/a.txt", [], 200, b"0123456789"),
        ("/a.txt?query", [], 200, b"0123456789"),
        ("/%61.txt", [], 200, b"0123456789"),
        ("/sub/", [], 200, b"<p>index"),
        ("/sub", [], 301, b""),
        ("/big.bin", [], 200, BIG),
        ("/a.txt", ["Range: bytes=2-4"], 206, b"234"),
        ("/a.txt", ["Range: bytes=7-"], 206, b"789"),
        ("/a.txt", ["Range: bytes=-3"], 206, b"789"),
        ("/a.txt", ["Range: bytes=-30"], 206, b"0123456789"),
        ("/a.txt", ["Range: bytes=5-100"], 206, b"56789"),
        ("/a.txt", ["Range: bytes=10-"], 416, b""),
        ("/a.txt", ["Range: bytes=4-2"], 416, b""),
        ("/a.txt", ["Range: bytes=0-1,3-4"], 200, b"0123456789"),
        ("/a.txt", [f"Range: bytes={'9' * 5000}-"], 200, b"0123456789"),
        ("/a%5Cb.txt", [], 200, b"odd"),
        ("/a.txt", ["Range: bytes=0-1", "If-Range: " + email.utils.formatdate(1)], 200, b"0123456789"),
        ("/a.txt", ["If-Modified-Since: " + email.utils.formatdate(4e9, usegmt=True)], 304, b""),
        ("/a.txt", ["If-Modified-Since: nonsense"], 200, b"0123456789"),
    ],
)
def test_files_and_ranges_of_them_are_served(
    run: Run[Any], folder: Path, path: str, lines: list[str], status: int, body: bytes
) -> None:
    async def go() -> None:
        async with sharing(folder) as made:
            stream = await made.visit()
            head, got = await fetch(stream, path, *lines)

            assert head.startswith(b"HTTP/1.1 %d " % status)
            assert got == body
            assert made.flow().export == len(head) + len(got)
            await hang_up(stream)

    run(go())


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/sub/../../secret.txt",
        "//etc/passwd",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "/link",
        "/outside/secret.txt",
        "/a.txt%00",
        "/nothing",
        "/pipe",
        "/loop",
        "/nowhere",
        "/sub/led/",
        "/sub/led/index.html",
        "/" + "x" * 5000,
        "/a.txt/",
    ],
)
def test_nothing_outside_the_folder_is_served(run: Run[Any], folder: Path, path: str) -> None:
    async def go() -> None:
        async with sharing(folder) as made:
            stream = await made.visit()
            head, page = await fetch(stream, path)

            assert head.startswith(b"HTTP/1.1 404 ")
            assert b"secret" not in page
            await hang_up(stream)

    run(go())


def test_a_folder_is_listed_with_names_that_cannot_harm(run: Run[Any], folder: Path) -> None:
    async def go() -> None:
        async with sharing(folder) as made:
            stream = await made.visit()
            _, page = await fetch(stream, "/")
            text = page.decode()

            assert text.index("sub/") < text.index("a.txt")
            assert "名 &lt;b&gt;&amp;.txt" in text
            _, odd = await fetch(stream, "/%E5%90%8D%20%3Cb%3E%26.txt")
            assert odd == b"odd"
            await hang_up(stream)

    run(go())


def test_every_name_that_is_listed_can_be_asked_for(run: Run[Any], folder: Path) -> None:
    odd = folder / "odd"
    odd.mkdir()
    for name in (b"\xff\xfe", b"a\nb", b'"', b"'", b"%41", b"a:b", b"?", b"#", b" ", b"..a", b"\xe2\x80\xae"):
        (odd / os.fsdecode(name)).write_bytes(name)

    async def go() -> None:
        async with sharing(folder) as made:
            stream = await made.visit()
            _, page = await fetch(stream, "/odd/")
            links = [link.decode() for link in re.findall(rb'href="\./([^"]*)"', page)]

            assert len(links) == 11
            for link in links:
                _, got = await fetch(stream, f"/odd/{link}")
                assert got == urllib.parse.unquote_to_bytes(link)
            await hang_up(stream)

    run(go())


def test_of_a_huge_folder_only_so_much_is_listed(run: Run[Any], folder: Path) -> None:
    for number in range(MOST_LISTED + 1):
        (folder / "sub" / "led" / f"{number:05}").touch()
    (folder / "sub" / "led" / "index.html").unlink()

    async def go() -> None:
        async with sharing(folder) as made:
            stream = await made.visit()
            _, page = await fetch(stream, "/sub/led/")

            assert page.count(b"<tr>") == MOST_LISTED + 1
            assert b">09999<" in page
            await hang_up(stream)

    run(go())


def test_nothing_is_there_but_below_the_prefix(run: Run[Any], folder: Path) -> None:
    async def go() -> None:
        async with sharing(folder, strip="/files") as made:
            for path, status in (("/files/a.txt", 200), ("/files/", 200), ("/a.txt", 404), ("/", 404)):
                stream = await made.visit()
                head, _ = await fetch(stream, path)
                assert int(head.split()[1]) == status
                await hang_up(stream)

    run(go())


def test_heads_have_no_body_and_nothing_is_written(run: Run[Any], folder: Path) -> None:
    async def go() -> None:
        async with sharing(folder, strip="/files") as made:
            stream = await made.visit()
            head, _ = await fetch(stream, "/files/a.txt", method="HEAD")
            assert b"Content-Length: 10\r\n" in head
            head, _ = await fetch(stream, "/a.txt", method="DELETE")

            assert head.startswith(b"HTTP/1.1 405 ")
            assert (folder / "a.txt").exists()
            await hang_up(stream)

    run(go())


def test_a_quota_cuts_a_download_to_the_byte(run: Run[Any], folder: Path) -> None:
    async def go() -> None:
        async with sharing(folder, limits=Limits(quota=1_000_000)) as made:
            stream = await made.visit()
            request = b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"
            stream[1].write(request)

            assert len(await read_all(stream)) == 1_000_000 - len(request)
            assert made.flow().used == 1_000_000
            await hang_up(stream)

    run(go())


def test_a_folder_may_ask_for_a_password(run: Run[Any], folder: Path) -> None:
    async def go() -> None:
        async with sharing(folder, accounts=(Account("anna", "x"),)) as made:
            stream = await made.visit()
            stream[1].write(b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n")
            head, _ = await answer(stream)

            assert head.startswith(b"HTTP/1.1 401 ")
            await hang_up(stream)

    run(go())


def test_curl_resumes_a_download(run: Run[Any], folder: Path, tmp_path: Path) -> None:
    async def go() -> None:
        (tmp_path / "got").write_bytes(BIG[:1_000_000])
        async with sharing(folder) as made:
            curl = await asyncio.create_subprocess_exec(
                *("curl", "-sS", "--max-time", "10", "-C", "-", "-o", str(tmp_path / "got")),
                f"http://127.0.0.1:{made.relay.port(TUNNEL)}/big.bin",
            )
            await curl.wait()

            assert (tmp_path / "got").read_bytes() == BIG

    run(go())


def test_a_visitor_for_whom_no_socket_is_left_is_told_so(run: Run[Any], folder: Path) -> None:
    async def body() -> None:
        async with sharing(folder) as made:
            reader, writer = await made.visit()
            await until(lambda: any(task.get_name().startswith("talk HTTP") for task in asyncio.all_tasks()))
            with no_socket_left():
                writer.write(b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n")
                said = await answer((reader, writer))

            assert said[0].startswith(b"HTTP/1.1 502 ")
            assert made.relay.connections() == []
            writer.close()

    run(body())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [("gone", "No such file or directory"), ("a.txt", "Not a directory"), ("\0", "embedded null")],
)
def test_a_tunnel_says_that_its_folder_is_none_until_it_is_one(
    run: Run[Any], folder: Path, wrong: str, why: str
) -> None:
    async def body() -> None:
        async with sharing(folder) as made:
            tunnel = made.configuration.tunnels[1]
            made.apply(replace(tunnel, folder=str(folder / wrong)))
            said = str(made.relay.listener(TUNNEL))
            assert said.startswith(f"The folder {folder / wrong} cannot be served: ")
            assert why in said
            made.apply(replace(tunnel, folder=str(folder / wrong), via=Via.AGENT))
            assert made.relay.listener(TUNNEL) is True
            made.apply(tunnel)
            assert made.relay.listener(TUNNEL) is True

    run(body())


def test_a_folder_that_goes_while_it_is_served_is_told_and_served_when_it_is_back(
    run: Run[Any], folder: Path
) -> None:
    async def body() -> None:
        elsewhere = folder.with_name("elsewhere")
        async with sharing(folder) as made:
            made.relay.sweep()
            folder.rename(elsewhere)  # noqa: ASYNC240
            made.relay.sweep()
            await until(lambda: made.relay.listener(TUNNEL) is not True)
            assert "No such file or directory" in str(made.relay.listener(TUNNEL))
            made.relay.sweep()
            assert made.relay.listener(TUNNEL) is not True

            elsewhere.rename(folder)
            made.relay.sweep()
            assert made.relay.listener(TUNNEL) is True
            told = [event for event in made.of(ListenerChanged) if isinstance(event, ListenerChanged)]
            assert [(event.listening, event.error is None) for event in told[-3:]] == [
                (False, True), (False, False), (True, True),
            ]  # fmt: skip

    run(body())


def test_a_folder_that_is_made_later_is_served_then(run: Run[Any], tmp_path: Path) -> None:
    async def body() -> None:
        async with sharing(tmp_path / "later") as made:
            made.relay.sweep()
            assert made.relay.listener(TUNNEL) is not True
            (tmp_path / "later").mkdir()
            made.relay.sweep()
            assert made.relay.listener(TUNNEL) is True

    run(body())
