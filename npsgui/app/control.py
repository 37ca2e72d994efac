"""The control socket: a running npsgui answers commands there, one JSON line each. For its owner only."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

from npsgui import __version__
from npsgui.app.attachment import Attachment
from npsgui.app.commands import Answer, Arguments, execute
from npsgui.app.program import Program
from npsgui.model.errors import LedgerError, NpsError

LONGEST_PATH = 100
"""Bytes that the address of a Unix socket may have; the system's own limit is 107."""

LONGEST_LINE = 1 << 20
ASK_SECONDS = 10.0
"""How long either side waits for the other."""
LONG, LONG_SECONDS = frozenset({"backup", "verify"}), 3600.0
"""What goes through the whole ledger, and how long it may take."""

ATTACH = "attach"
"""The command of a window that stays: after the answer follows what ``wire.py`` says."""

OTHER_VERSION = "The npsgui service that runs is of another version: start it anew."


class Request(msgspec.Struct):
    """One line of the socket."""

    command: str
    arguments: Arguments


def socket_path(folder: Path) -> Path:
    """Where the socket of a data folder is: in it, or in a private place when the path is too long."""
    inside = folder.resolve() / "control.sock"
    if len(os.fsencode(inside)) <= LONGEST_PATH:
        return inside
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:24]
    return Path(os.environ.get("XDG_RUNTIME_DIR") or _private_folder()) / f"npsgui-{name}.sock"


def _private_folder() -> Path:
    """A temporary folder for this user only. Raises LedgerError: when it is another's."""
    private = Path(tempfile.gettempdir()) / f"npsgui-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    status = private.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise LedgerError("The folder {folder} is not this user's alone.", folder=str(private))
    return private


class ControlServer:
    """Answers on the control socket of a Program's folder."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._path = socket_path(program.folder)
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen. A socket that is there already is a dead one's: the folder is locked by us."""
        before = os.umask(0o177)
        try:
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(
                self._serve, os.fspath(self._path), limit=LONGEST_LINE
            )
        except OSError as error:
            raise LedgerError(
                "The control socket {path} cannot be opened: {reason}.",
                path=str(self._path),
                reason=error.strerror or str(error),
            ) from error
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Answer no more; windows that are attached learn of it."""
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            await self._converse(reader, writer)
        finally:
            self._clients.discard(writer)
            writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                line = await self._line(reader)
            request = _request(line)
            if line:
                answer = await self._answer(request)
                async with asyncio.timeout(ASK_SECONDS):
                    writer.write(msgspec.json.encode(answer) + b"\n")
                    await writer.drain()
            if isinstance(request, Request) and _attaches(request):
                await Attachment(self._program, reader, writer).run()

    async def _line(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readline()
        except ValueError:
            return b"[too long]"

    async def _answer(self, request: Request | Answer) -> Answer:
        if isinstance(request, Answer):
            return request
        if request.command == ATTACH:
            return Answer() if _attaches(request) else Answer(said=(OTHER_VERSION,), failed=True)
        try:
            return await execute(self._program, request.command, request.arguments)
        except (msgspec.MsgspecError, KeyError, ValueError) as error:
            return _no_command(error)


def _attaches(request: Request) -> bool:
    return request.command == ATTACH and request.arguments.get("version") == __version__


def _request(line: bytes) -> Request | Answer:
    """What is asked for, or what is to be said of it when that is nothing."""
    try:
        return msgspec.json.decode(line, type=Request)
    except (msgspec.MsgspecError, ValueError) as error:
        return _no_command(error)


def _no_command(error: Exception) -> Answer:
    return Answer(said=(f"This is not a command: {error}.",), failed=True)


async def ask(folder: Path, command: str, arguments: Arguments) -> Answer | None:
    """Have the npsgui that runs on ``folder`` execute a command; None when none runs there.

    Raises NpsError: when one is there and does not answer.
    """
    path = socket_path(folder)
    try:
        reader, writer = await asyncio.open_unix_connection(os.fspath(path))
    except OSError:
        return None
    try:
        async with asyncio.timeout(LONG_SECONDS if command in LONG else ASK_SECONDS):
            writer.write(msgspec.json.encode(Request(command, arguments)) + b"\n")
            await writer.drain()
            said = await reader.read()
        return msgspec.json.decode(said, type=Answer)
    except (OSError, TimeoutError, msgspec.MsgspecError) as error:
        raise NpsError("The npsgui that uses {folder} does not answer.", folder=str(folder)) from error
    finally:
        writer.close()
