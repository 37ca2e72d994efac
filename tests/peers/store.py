"""A small HTTP server: takes what is PUT and says its SHA-256, gives what is in its folder."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from tests.relay.house import Serve


def store(folder: Path) -> Serve:
    """A handler of connections; requests end at Content-Length or their last chunk."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            except asyncio.IncompleteReadError:
                return
            method, path, _ = head.split(" ", 2)
            fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            if "expect" in fields:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            said = (await _digest(reader, fields)).encode()
            if method == "GET":
                said = await asyncio.to_thread((folder / path[1:]).read_bytes)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
            await writer.drain()

    return serve


async def _digest(reader: asyncio.StreamReader, fields: dict[str, str]) -> str:
    """The SHA-256 of a request's body."""
    digest = hashlib.sha256()
    if fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            digest.update(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
    left = int(fields.get("content-length", 0))
    while left:
        part = await reader.read(min(left, 1 << 20))
        if not part:
            raise ConnectionResetError
        digest.update(part)
        left -= len(part)
    return digest.hexdigest()
