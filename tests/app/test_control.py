"""The control socket: for its owner only, and unmoved by whatever is said to it."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from npsgui.app.commands import Answer
from npsgui.app.control import LONGEST_LINE, LONGEST_PATH, ControlServer, ask, socket_path
from npsgui.app.program import Program
from npsgui.model.errors import NpsError

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def answering(folder: Path) -> AsyncIterator[Program]:
    """A program on ``folder`` that answers on its control socket."""
    program = await Program.open(folder)
    control = ControlServer(program)
    try:
        await control.start()
        yield program
    finally:
        await control.close()
        await program.close()


async def said(folder: Path, line: bytes) -> bytes:
    """What the socket answers to a line, until it hangs up."""
    reader, writer = await asyncio.open_unix_connection(socket_path(folder))
    try:
        writer.write(line)
        async with asyncio.timeout(30):
            return await reader.read()
    finally:
        writer.close()


async def test_the_socket_is_for_its_owner_only_and_goes_with_the_program(tmp_path: Path) -> None:
    async with answering(tmp_path):
        status = socket_path(tmp_path).stat()
        assert stat.S_ISSOCK(status.st_mode)
        assert stat.S_IMODE(status.st_mode) == 0o600

    assert not socket_path(tmp_path).exists()


async def test_without_an_npsgui_nobody_is_asked(tmp_path: Path) -> None:
    assert await ask(tmp_path, "flows", {}) is None


async def test_a_command_is_executed_live(tmp_path: Path) -> None:
    async with answering(tmp_path) as program:
        answer = await ask(tmp_path, "add", {"kind": "client", "values": {"remark": "家"}})

        assert answer == Answer(said=("Added client 1.",))
        assert program.configuration.clients[1].remark == "家"


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\n",
        b"\xff\xfe\n",
        b"\n",
        b"[]\n",
        b"{}\n",
        b'{"command": "flows"}\n',
        b'{"command": 7, "arguments": {}}\n',
        b'{"command": "flows", "arguments": 7}\n',
        b'{"command": "sing", "arguments": {}}\n',
        b'{"command": "history", "arguments": {}}\n',
        b'{"command": "stop", "arguments": {"kind": "planet", "id": 1}}\n',
        b'{"command": "stop", "arguments": {"kind": "client", "id": "one"}}\n',
        b'{"command": "stop", "arguments": {"kind": "global", "id": null}}\n',
        b'{"command": "close", "arguments": {"ids": [[]]}}\n',
        b'{"command": "close", "arguments": {"ids": 1}}\n',
        b'{"command": "add", "arguments": {"kind": "client", "values": ["remark=a"]}}\n',
        b'{"command": "add", "arguments": {"kind": "client", "values": {"quota": 7}}}\n',
        b'{"command": "add", "arguments": {"kind": "global", "values": {}}}\n',
        b'{"command": "history", "arguments": {"kind": "client", "id": 1, "since": 7}}\n',
        b"x" * (LONGEST_LINE + 2) + b"\n",
    ],
)
async def test_garbage_is_answered_with_a_sentence(tmp_path: Path, line: bytes) -> None:
    async with answering(tmp_path):
        answer = msgspec.json.decode(await said(tmp_path, line), type=Answer)
        assert answer.failed
        assert len(answer.said) == 1

        assert await ask(tmp_path, "flows", {}) == Answer([])


async def test_a_client_that_hangs_up_or_says_nothing_keeps_no_one_waiting(tmp_path: Path) -> None:
    async with answering(tmp_path):
        _, silent = await asyncio.open_unix_connection(socket_path(tmp_path))
        _, half = await asyncio.open_unix_connection(socket_path(tmp_path))
        half.write(b'{"command": "fl')
        gone = socket.socket(socket.AF_UNIX)
        gone.connect(os.fspath(socket_path(tmp_path)))
        gone.sendall(b'{"command": "flows", "arguments": {}}\n')
        gone.close()

        assert await ask(tmp_path, "flows", {}) == Answer([])
        silent.close()
        half.close()


async def test_two_ask_at_once_and_edits_follow_one_another(tmp_path: Path) -> None:
    async with answering(tmp_path) as program:
        answers = await asyncio.gather(
            *(ask(tmp_path, "add", {"kind": "client", "values": {}}) for _ in range(20))
        )

        assert {answer.said for answer in answers if answer is not None} == {
            (f"Added client {id_}.",) for id_ in range(1, 21)
        }
        assert len(program.configuration.clients) == 20
        assert await program.verify() == []


async def test_a_path_too_long_for_a_socket_has_it_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    async with answering(folder):
        assert len(os.fsencode(socket_path(folder))) <= LONGEST_PATH
        assert stat.S_IMODE(socket_path(folder).stat().st_mode) == 0o600
        assert await ask(folder, "flows", {}) == Answer([])
    assert not socket_path(folder).exists()


async def test_a_dead_socket_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(socket_path(tmp_path)))

    assert await ask(tmp_path, "flows", {}) is None
    async with answering(tmp_path):
        assert await ask(tmp_path, "flows", {}) == Answer([])


async def test_an_npsgui_that_hangs_up_is_told_of(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_unix_server(hang_up, socket_path(tmp_path))
    with pytest.raises(NpsError, match="does not answer"):
        await ask(tmp_path, "flows", {})
    server.close()


async def test_a_socket_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    program = await Program.open(tmp_path)
    socket_path(tmp_path).mkdir()
    with pytest.raises(NpsError, match="control socket"):
        await ControlServer(program).start()
    await program.close()
