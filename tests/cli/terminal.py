"""The command line as its users have it: commands in this process, ``serve`` in a thread or a process."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from npsgui.app.control import ControlServer
from npsgui.app.program import Program
from npsgui.cli.main import main
from tests.relay.house import free_port

PATIENCE = 60.0
"""How long a process may take to say something, s; only a broken one takes as long."""

NOT_OPENED = 99

ENVIRONMENT = {**os.environ, "PYTHONASYNCIODEBUG": ""}
"""For processes whose stderr is read: in debug mode asyncio tells of slow callbacks there."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str


def warnings(log: str) -> list[str]:
    """The texts of a JSON log that are more than information."""
    lines = [json.loads(line) for line in log.splitlines()]
    return [line["text"] for line in lines if line["level"] not in ("debug", "info")]


class Terminal:
    """Runs commands on one data folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def run(self, *words: object) -> Said:
        """Run one command, as from a shell."""
        return self.run_bare("--data", self.folder, *words)

    def run_bare(self, *words: object) -> Said:
        """The same, without the data folder."""
        self._capture.readouterr()
        try:
            code = main(
                [str(word) for word in words],
                lambda _folder, _ledger, _hidden: NOT_OPENED,
                lambda _picture: NOT_OPENED,
            )
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = self._capture.readouterr()
        return Said(code, said.out, said.err)

    def done(self, *words: object) -> str:
        """Run a command that must succeed; what it printed."""
        said = self.run(*words)
        assert (said.code, said.err) == (0, ""), said
        return said.out

    def refused(self, *words: object) -> str:
        """Run a command that must fail with one sentence on stderr; the sentence."""
        said = self.run(*words)
        assert (said.code, said.out) == (1, ""), said
        assert said.err.count("\n") == 1, said
        return said.err.strip()

    def rows(self, *words: object) -> Any:
        """The JSON that a report prints."""
        return json.loads(self.done(*words, "--json"))


class Serve:
    """``npsgui serve`` in a process of its own; when it is left, it is killed if it still runs."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "npsgui", "serve", "--data", str(folder), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**ENVIRONMENT, **environment},
        )

    def __enter__(self) -> Serve:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def ready(self) -> Serve:
        """Wait until it says so."""
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert readable, "serve said nothing"
        assert self.process.stdout.readline() == "ready\n"
        return self

    def until_logged(self, text: str) -> None:
        """Read its log up to a line that has ``text`` in it."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if text in line:
                return
        raise AssertionError(f"serve ended without a word of {text}")

    def kill(self) -> None:
        """End it as a crash of the machine would."""
        self.process.kill()
        assert self.process.wait(PATIENCE) == -signal.SIGKILL

    def end(self, number: int = signal.SIGTERM) -> Said:
        """Ask it to end; what it said after ``ready``."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return Said(self.process.returncode, out, err)


@contextlib.contextmanager
def alive(folder: Path) -> Iterator[None]:
    """A program that answers on its control socket, on a loop in a thread of its own."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def live() -> None:
        ended = asyncio.Event()
        program = await Program.open(folder)
        control = ControlServer(program)
        await control.start()
        started.set_result((asyncio.get_running_loop(), ended))
        await ended.wait()
        await control.close()
        await program.close()

    with ThreadPoolExecutor(1) as thread:
        living = thread.submit(asyncio.run, live())
        either: list[Future[Any]] = [started, living]
        concurrent.futures.wait(either, PATIENCE, concurrent.futures.FIRST_COMPLETED)
        if living.done():
            living.result()
        loop, ended = started.result()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(ended.set)
            living.result(PATIENCE)


def add_tunnel(terminal: Terminal, target: socket.socket) -> int:
    """Client 1 with tunnel 1 to ``target``; the tunnel's port."""
    port = free_port()
    terminal.done("add", "client", "remark=home")
    terminal.done("add", "tunnel", "client=1", f"port={port}", f"targets={target.getsockname()[1]}")
    return port
