"""The update check: only where the user says, never more than a look, silent but for a newer one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from npsgui.app.settings import DEFAULTS
from npsgui.app.update import look_for_update
from npsgui.model.events import Event, Events, NewVersion

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def place(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers with this; its URL, and what it was asked."""
    asked: list[bytes] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        with contextlib.suppress(OSError):
            writer.write(answer)
            if answer:
                writer.write_eof()
            await reader.read()
            writer.close()
            await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/version.txt?a=b", asked
        await ended.wait()


def page(text: str, status: int = 200) -> bytes:
    """An answer."""
    return f"HTTP/1.1 {status} OK\r\nServer: 9.9\r\n\r\n{text}".encode()


async def heard(url: str, patience: float = 10.0) -> list[Event]:
    """The events of a look."""
    events, found = Events(), list[Event]()
    events.subscribe(found.append)
    await look_for_update(url, events, patience)
    return found


async def test_it_is_off_by_default() -> None:
    assert DEFAULTS["update_url"] == ""
    assert await heard("") == []


async def test_a_newer_version_is_told_and_nothing_is_said_of_us() -> None:
    async with place(page("v99.1.2\nwhat is new\n")) as (url, asked):
        assert await heard(url) == [NewVersion("99.1.2")]
        [request] = asked

    assert request.startswith(b"GET /version.txt?a=b HTTP/1.0\r\nHost: 127.0.0.1:")
    assert request.count(b"\r\n") == 4


@pytest.mark.parametrize(
    "answer",
    [
        page("0.0.1"),
        page("<html>99</html>"),
        page("99.0beta"),
        page("99.0", 404),
        b"99.0",
        page(""),
        b"\xff" * 70_000,
    ],
)
async def test_all_else_is_silent(answer: bytes) -> None:
    async with place(answer) as (url, _):
        assert await heard(url) == []


async def test_a_server_that_says_nothing_is_waited_for_so_long() -> None:
    async with place(b"") as (url, _):
        assert await heard(url, patience=0.05) == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "127.0.0.1", "http://", "http://127.0.0.1:1/", "http://[x"]
)
async def test_an_address_that_leads_nowhere_is_silent(url: str) -> None:
    assert await heard(url) == []
