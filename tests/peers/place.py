"""A running npsgui, spoken to through its control socket, and programs of others that use it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from npsgui.app.control import ask
from tests.relay.house import free_port

MIB = int(os.environ.get("PEERS_MIB", "4"))
"""How much the peers carry at a time, MiB. 1024 does it at length."""

CHUNK = os.urandom(1 << 20)


def needs(program: str) -> pytest.MarkDecorator:
    """Leaves a test out where a program is not installed that only ``make bench`` sees to."""
    path = os.environ["PATH"] + ":/usr/sbin"
    return pytest.mark.skipif(shutil.which(program, path=path) is None, reason=f"{program} is not installed")


class Place:
    """One npsgui with one client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def do(self, command: str, **arguments: Any) -> list[dict[str, Any]]:
        """Have a command executed, as the command line does; its rows."""
        answer = await ask(self.folder, command, arguments)  # type: ignore[arg-type]
        assert answer is not None
        assert not answer.failed, answer.said
        return answer.rows or []

    async def add(self, kind: str, **values: object) -> None:
        """Add a client, a tunnel or a host."""
        words = {key: str(value) for key, value in values.items()}
        await self.do("add", kind=kind, values=words if kind == "client" else {"client": "1", **words})

    async def tunnel(self, mode: str, target: int = 0, port: int = 0, **values: object) -> int:
        """Add a tunnel to a port of this machine; its own port, which may be asked for."""
        port = port or free_port()
        await self.add("tunnel", mode=mode, port=port, **({"targets": target} if target else {}), **values)
        return port

    async def shared_ports(self) -> tuple[int, int]:
        """Open the HTTP and HTTPS ports for hosts."""
        http, https = free_port(), free_port()
        await self.do(
            "set", kind="global", id=None, values={"http_port": str(http), "https_port": str(https)}
        )
        return http, https

    async def flow(self, kind: str, number: int = 1) -> tuple[int, int]:
        """Inlet and export of an owner."""
        rows = await self.do("flows")
        [row] = [row for row in rows if (row["kind"], row["id"]) == (kind, number)]
        return row["inlet"], row["export"]

    async def settled(self) -> None:
        """Wait until no connection is open; then the client is the sum of its tunnels and hosts."""
        while await self.do("connections"):  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.01)
        rows = await self.do("flows")
        for count in ("inlet", "export"):
            total = sum(row[count] for row in rows if row["kind"] != "client")
            assert total == sum(row[count] for row in rows if row["kind"] == "client")


async def call(*words: object, said: bytes = b"") -> str:
    """Run a program to its end, which must be a good one; what it printed."""
    text, error, code = await outcome(*words, said=said)
    assert code == 0, (words, text, error)
    return text


async def outcome(*words: object, said: bytes = b"") -> tuple[str, str, int]:
    """Run a program to its end: what it printed, what it complained of, its exit code."""
    process = await asyncio.create_subprocess_exec(
        *map(str, words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate(said)
    return out.decode(errors="replace"), error.decode(errors="replace"), process.returncode or 0


@contextlib.asynccontextmanager
async def server(*words: object, port: int) -> AsyncIterator[None]:
    """A server program, ended afterwards; ``port`` is open when it is entered."""
    process = await asyncio.create_subprocess_exec(
        *map(str, words), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        # not tried by connecting: iperf3 takes whoever comes first for its client, and resets the next one
        while not _listens(process.pid, port):
            assert process.returncode is None, f"{words[0]} has ended"
            await asyncio.sleep(0.02)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _listens(process: int, port: int) -> bool:
    found = psutil.Process(process).net_connections("tcp")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)


def make_file(path: Path) -> str:
    """A file of MIB mebibytes; its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(MIB):
            part = number.to_bytes(4) + CHUNK[4:]
            file.write(part)
            digest.update(part)
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def curl(*words: object, said: bytes = b"") -> tuple[str, int, int]:
    """What curl got, and how many bytes it sent and received, heads and all."""
    form = "\n%{json}"
    text = await call("curl", "-s", "-S", "--fail", "--http1.1", "-w", form, *words, said=said)
    body, _, told = text.rpartition("\n")
    facts: dict[str, Any] = json.loads(told)
    return (
        body,
        facts["size_request"] + facts["size_upload"],
        facts["size_header"] + facts["size_download"],
    )
