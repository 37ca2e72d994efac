"""Starts and ends the processes of the bench, and reads what they cost. Ends no others."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""How long a process may take to say something that is waited for, s."""

PLAIN = ("PYTHONASYNCIODEBUG", "PYTHONDONTWRITEBYTECODE")
"""What the children are not to inherit: an installed program is compiled, and not debugged."""

MIB = 2**20
KIB = 2**10


class Child:
    """A process that was started here and ends with the bench. It speaks in JSON lines, if at all."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=os.environ | dict.fromkeys(PLAIN, "") | {"QT_QPA_PLATFORM": "offscreen"},
        )
        self._facts = Path(f"/proc/{self._process.pid}")
        self.started = time.time()

    def hear(self, seconds: float = PATIENCE) -> Any:
        """Its next line. Raises TimeoutError, and EOFError when it has ended."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise TimeoutError(f"{self._process.args!r} says nothing")
        line = self._process.stdout.readline()
        if not line:
            raise EOFError(f"{self._process.args!r} has ended")
        return json.loads(line)

    def ask(self, question: object, seconds: float = PATIENCE) -> Any:
        """Its answer to a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        return self.hear(seconds)

    def cpu(self) -> float:
        """What it has used so far, CPU seconds of all its threads."""
        after_name = (self._facts / "stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Its resident set, bytes."""
        return int((self._facts / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """End it, and wait until it has ended."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@contextlib.contextmanager
def running(*command: str) -> Iterator[Child]:
    """A process for as long as the block runs."""
    child = Child(*command)
    try:
        yield child
    finally:
        child.end()


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module with this Python."""
    return (sys.executable, "-m", module, *arguments)


def output(*command: str, seconds: float) -> str:
    """What a command prints. Raises CalledProcessError, and TimeoutExpired after ``seconds``."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds).stdout


def until_open(port: int) -> None:
    """Wait until something listens on a port of this machine. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")
