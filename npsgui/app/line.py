"""A window's connection to the service that runs on its data folder: frames come in, calls go out."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from npsgui import __version__
from npsgui.app import wire
from npsgui.app.commands import Answer
from npsgui.app.control import ASK_SECONDS, ATTACH, LONGEST_LINE, OTHER_VERSION, Request, socket_path
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn

GONE = "The npsgui that runs the tunnels has ended or does not answer."

SILENCE_SECONDS = 10.0
"""A service tells something each second; one that is silent for so long is not waited for any more."""


class Line:
    """Open until it is closed or the service ends; then everyone who waits for a reply gets NpsError."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_frame: Callable[[wire.Frame | wire.Welcome], None],
        on_lost: Callable[[], None],
        silence_seconds: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._silence_seconds = silence_seconds
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self.lost = False
        """Whether it is of no use any more."""
        self._hearing = spawn(self._hear(), "service")

    @classmethod
    async def open(
        cls,
        folder: Path,
        on_frame: Callable[[wire.Frame | wire.Welcome], None],
        on_lost: Callable[[], None],
        silence_seconds: float = SILENCE_SECONDS,
    ) -> Line:
        """Attach to what runs on a data folder. Raises NpsError: nothing does, or it does not answer."""
        async with contextlib.AsyncExitStack() as unless_attached:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    reader, writer = await asyncio.open_unix_connection(
                        os.fspath(socket_path(folder)), limit=LONGEST_LINE
                    )
                    unless_attached.callback(writer.close)
                    writer.write(msgspec.json.encode(Request(ATTACH, {"version": __version__})) + b"\n")
                    answer = msgspec.json.decode(await reader.readline(), type=Answer)
            except (OSError, TimeoutError, ValueError) as error:  # not JSON, or an endless line
                raise NpsError(
                    "The npsgui that uses {folder} does not answer.", folder=str(folder)
                ) from error
            if answer.failed:
                raise NpsError(OTHER_VERSION)
            unless_attached.pop_all()
            return cls(reader, writer, on_frame, on_lost, silence_seconds)

    async def call(self, name: str, arguments: Mapping[str, object]) -> Any:
        """What one of CALLS gives there. Raises the NpsError that it raises, or one when the line is lost."""
        if self.lost:
            raise NpsError(GONE)
        id_ = next(self._ids)
        reply = self._waiting[id_] = asyncio.get_running_loop().create_future()
        given = {word: wire.packed(value) for word, value in arguments.items()}
        self._writer.write(wire.message(wire.Call(id_, name, given)))
        try:
            result = await reply
        finally:
            self._waiting.pop(id_, None)
        return wire.unpacked(result, wire.types_of(wire.CALLS[name])["return"])

    def watch(self, connections: bool) -> None:
        """Say whether connections are wanted."""
        if not self.lost:
            self._writer.write(wire.message(wire.Watch(connections)))

    def close(self) -> None:
        """Hang up; nobody is told."""
        self.lost = True
        self._hearing.cancel()
        self._writer.close()

    async def _hear(self) -> None:
        try:
            while True:
                async with asyncio.timeout(self._silence_seconds):
                    message = await wire.read_message(self._reader)
                said = wire.from_service.decode(message)
                if isinstance(said, wire.Reply | wire.Failure):
                    self._settle(said)
                else:
                    self._on_frame(said)
                # many frames may be here already: the window has its turn between two of them
                await asyncio.sleep(0)
        except (OSError, EOFError, msgspec.MsgspecError):  # and TimeoutError, which is an OSError
            pass
        finally:
            if not self.lost:
                self._lose()

    def _settle(self, said: wire.Reply | wire.Failure) -> None:
        reply = self._waiting.get(said.id)
        if reply is None or reply.done():
            return
        if isinstance(said, wire.Reply):
            reply.set_result(said.result)
        else:
            reply.set_exception(said.error())

    def _lose(self) -> None:
        self.lost = True
        self._writer.close()
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(NpsError(GONE))
        self._on_lost()
