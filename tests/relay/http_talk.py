"""HTTP as the tests speak it: hosts, requests, answers, and a target that tells what it was asked."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from npsgui.model.entities import Everything, Host, OwnerKey, OwnerKind, Target
from tests.relay.house import House, Stream, free_port


async def read_head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that answers each request, sent with a Content-Length, with the head and body it got."""
    while True:
        try:
            head = await read_head(reader)
        except asyncio.IncompleteReadError:
            return
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        body = head + await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


async def answer(stream: Stream) -> tuple[bytes, bytes]:
    """Head and body of an answer with a Content-Length."""
    head = await read_head(stream[0])
    length = next(
        int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return head, await stream[0].readexactly(length)


HOST = OwnerKey(OwnerKind.HOST, 1)


def host(id_: int, name: str, *targets: Target, location: str = "/", **words: Any) -> Host:
    return Host(id=id_, client=1, host=name, location=location, targets=targets, **words)


def open_ports(made: House, *hosts: Host) -> None:
    made.apply(Everything(http_port=free_port(), https_port=free_port()), *hosts)


async def visit(made: House) -> Stream:
    return await asyncio.open_connection("127.0.0.1", made.relay.shared_port("http"), limit=1 << 20)


def get(host: str, path: str = "/", *lines: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *lines, "", ""]).encode()


async def secure(made: House, name: str, context: ssl.SSLContext) -> Stream:
    return await asyncio.open_connection(
        "127.0.0.1", made.relay.shared_port("https"), ssl=context, server_hostname=name, limit=1 << 20
    )


def hello(name: str) -> bytes:
    """A real ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()
