"""What a service tells a window: all at first, in parts, and then only what changed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from npsgui import __version__
from npsgui.app import wire
from npsgui.app.attachment import Attachment
from npsgui.app.commands import Answer
from npsgui.app.control import ControlServer, ask, socket_path
from npsgui.app.line import Line
from npsgui.app.program import Program
from npsgui.app.remote import RemoteProgram
from npsgui.app.rows_in_parts import PART
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, OwnerKey, OwnerKind, Target, Tunnel
from npsgui.model.errors import NpsError
from tests.waiting import until

pytestmark = pytest.mark.asyncio

CLIENTS = 40
TUNNELS = 2000
TARGETS = (Target("127.0.0.1", 9),)


def many(_before: Configuration) -> tuple[Configuration, dict[OwnerKey, Totals]]:
    """A configuration that takes several parts."""
    clients = {id_: Client(id=id_, key=f"k{id_}") for id_ in range(1, CLIENTS + 1)}
    tunnels = {
        id_: Tunnel(id=id_, client=id_ % CLIENTS + 1, ports=(10_000 + id_,), targets=TARGETS, enabled=False)
        for id_ in range(1, TUNNELS + 1)
    }
    return Configuration(clients=clients, tunnels=tunnels), {}


class Window:
    """Keeps the frames that come in, by second."""

    def __init__(self) -> None:
        self.frames: list[wire.Frame] = []
        self.lost = asyncio.Event()
        self._second = asyncio.Event()

    def hear(self, frame: wire.Frame | wire.Welcome) -> None:
        """A frame came."""
        if isinstance(frame, wire.Frame):
            self.frames.append(frame)
            if frame.second is not None:
                self._second.set()

    async def second(self) -> list[wire.Frame]:
        """The frames up to the end of the next second."""
        self.frames.clear()
        self._second.clear()
        await self._second.wait()
        return [*self.frames]


@asynccontextmanager
async def attached(folder: Path) -> AsyncIterator[tuple[Program, Window, Line]]:
    """A program with many owners, and a window attached to it."""
    program = await Program.open(folder)
    await program.adopt(many)
    control = ControlServer(program)
    await control.start()
    window = Window()
    line = await Line.open(folder, window.hear, window.lost.set)
    try:
        async with asyncio.timeout(30):
            yield program, window, line
    finally:
        line.close()
        await control.close()
        await program.close()


def owners_in(frames: list[wire.Frame]) -> list[OwnerKey]:
    """Whose rows are in frames."""
    return [row.owner for frame in frames for row in frame.rows]


async def test_all_is_told_at_first_in_parts_and_then_only_what_changed(tmp_path: Path) -> None:
    async with attached(tmp_path) as (program, window, _line):
        first = await window.second()
        told = owners_in(first)
        assert len(told) == len(set(told)) == 1 + CLIENTS + TUNNELS
        assert max(len(frame.rows) for frame in first) <= 2 * PART
        assert max(len(frame.owners) for frame in first) <= PART

        assert owners_in(await window.second()) == []
        await program.set(OwnerKey(OwnerKind.TUNNEL, 7), {"remark": "seven"})
        edited = await window.second()
        assert owners_in(edited) == [OwnerKey(OwnerKind.TUNNEL, 7)]
        assert [boxed.owner.owner.id for frame in edited for boxed in frame.owners] == [7]


async def test_a_call_that_meets_a_bug_is_answered(tmp_path: Path) -> None:
    async with attached(tmp_path) as (program, _window, line):
        bugs: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: bugs.append(context["exception"]))
        ledger = program._ledger
        del program._ledger
        with pytest.raises(NpsError, match="a fault of npsgui"):
            await line.call("coverage", {"since": 0, "until": 1})
        program._ledger = ledger
        assert [type(bug) for bug in bugs] == [AttributeError]


async def test_a_window_that_does_not_read_is_cut_off_and_holds_up_nobody(tmp_path: Path) -> None:
    async with attached(tmp_path) as (program, window, _line):
        ended = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await Attachment(program, reader, writer, most_unread=1 << 14).run()
            ended.set()

        server = await asyncio.start_unix_server(serve, tmp_path / "deaf.sock")
        async with server:
            with socket.socket(socket.AF_UNIX) as deaf:
                deaf.connect(str(tmp_path / "deaf.sock"))
                await window.second()
                await ended.wait()
        assert program.windows == 1


async def test_a_window_of_another_version_is_told_so(tmp_path: Path) -> None:
    async with attached(tmp_path):
        answer = await ask(tmp_path, "attach", {"version": "0.0.0"})

    assert answer is not None
    assert answer.failed
    assert "another version" in answer.said[0]


async def test_nonsense_ends_the_connection_and_nothing_else(tmp_path: Path) -> None:
    async with attached(tmp_path) as (program, window, _line):
        reader, writer = await asyncio.open_unix_connection(socket_path(tmp_path), limit=1 << 26)
        writer.write(f'{{"command": "attach", "arguments": {{"version": "{__version__}"}}}}\n'.encode())
        await until(lambda: program.windows == 2)
        writer.write(wire.LENGTH.pack(5) + b"\xc1\xc1\xc1\xc1\xc1")
        await reader.read()
        writer.close()
        await until(lambda: program.windows == 1)
        await window.second()


async def test_what_cannot_be_asked_for_is_answered_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with attached(tmp_path) as (_program, window, _line):
        reader, writer = await asyncio.open_unix_connection(socket_path(tmp_path), limit=1 << 26)
        writer.write(f'{{"command": "attach", "arguments": {{"version": "{__version__}"}}}}\n'.encode())
        await reader.readline()
        calls = [("format_disk", {}), ("remove", {}), ("remove", {"owner": 7}), ("remove", {"client": 1})]
        for id_, (name, given) in enumerate(calls, 1):
            arguments = {word: wire.packed(value) for word, value in given.items()}
            writer.write(wire.message(wire.Call(id_, name, arguments)))
        refused: dict[int, str] = {}
        while len(refused) < len(calls):
            said = wire.from_service.decode(await wire.read_message(reader))
            if isinstance(said, wire.Failure):
                refused[said.id] = str(said.error())
        assert all(reason.startswith("This is not a command: ") for reason in refused.values())
        writer.close()
        await window.second()


async def test_a_service_that_is_silent_is_not_waited_for(tmp_path: Path) -> None:
    hung_up = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(msgspec.json.encode(Answer()) + b"\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    async with await asyncio.start_unix_server(serve, socket_path(tmp_path)):
        with pytest.raises(NpsError, match="does not answer"):
            await RemoteProgram.open(tmp_path, silence_seconds=0.1)
        await hung_up.wait()
