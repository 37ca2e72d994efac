"""A real PostgreSQL server for the tests, from Debian's package, in a folder of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
"""Who runs the server when we are root, which PostgreSQL refuses to be."""


class Server:
    """Started by ``server``. Data that a crash of the machine would lose is no concern of a test."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Returns when it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off"
        self._control("start", "-l", str(self._folder / "log"), "-o", options)

    def stop(self) -> None:
        """At once, as in a crash."""
        self._control("stop", "-m", "immediate")

    def initialize(self) -> None:
        """Make the data folder."""
        self._run(
            "initdb", "-D", str(self._folder / "data"), "-U", ACCOUNT, "-A", "trust", "-N", "-E", "UTF8"
        )

    def place(self) -> str:
        """The URL of a new, empty schema: for a ledger as good as a database, and made at once."""
        name = f"ledger{next(self._numbers)}"
        server = f"postgresql://{ACCOUNT}@/postgres?host={quote(str(self._folder), safe='')}"
        with psycopg.connect(server) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{server}&options=-csearch_path%3D{name}"

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Stops the server and removes its folder when it ends, or this process does, however."""
        stop = self._as_account("pg_ctl", "-s", "-D", str(self._folder / "data"), "stop", "-m", "immediate")
        script = f"read end; {shlex.join(stop)}; rm -rf {shlex.quote(str(self._folder))}"
        # a session of its own: what ends us by our group or terminal does not end it
        guard = subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, cwd="/", start_new_session=True)
        try:
            yield
        finally:
            guard.communicate()

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-s", "-w", "-D", str(self._folder / "data"), *words)

    def _run(self, program: str, *words: str) -> None:
        command = self._as_account(program, *words)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)

    def _as_account(self, program: str, *words: str) -> list[str]:
        command = [str(self._programs / program), *words]
        return ["runuser", "-u", ACCOUNT, "--", *command] if os.getuid() == 0 else command


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A server that runs. Raises FileNotFoundError: where PostgreSQL is not installed."""
    versions = sorted(PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not versions:
        raise FileNotFoundError(f"There is no PostgreSQL in {PROGRAMS}; run packaging/system-packages test")
    folder = Path(tempfile.mkdtemp(prefix="npsgui-pg-", dir="/tmp"))
    if os.getuid() == 0:
        account = pwd.getpwnam(ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
    made = Server(versions[-1], folder)
    with made.guarded():
        made.initialize()
        made.start()
        yield made
