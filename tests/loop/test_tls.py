"""TLS, on every loop that npsgui runs on."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest
import trustme

from tests.conftest import Run
from tests.loop.checks import close, echo, port_of

LARGE = bytes(range(256)) * 4_000


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Signs the server's certificate."""
    return trustme.CA()


@pytest.fixture(scope="module")
def server_side(authority: trustme.CA) -> ssl.SSLContext:
    """A server with a certificate for localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def client_side(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_bytes_come_through_tls_unchanged(
    run: Run[Any], server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    async def body() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_side) as server:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port_of(server), ssl=client_side, server_hostname="localhost"
            )
            writer.write(LARGE)
            assert await reader.readexactly(len(LARGE)) == LARGE
            assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
            await close(writer)

    run(body())


def test_a_certificate_that_is_not_trusted_is_refused(run: Run[Any], server_side: ssl.SSLContext) -> None:
    async def body() -> None:
        async with await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_side) as server:
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.open_connection(
                    "127.0.0.1",
                    port_of(server),
                    ssl=ssl.create_default_context(),
                    server_hostname="localhost",
                )

    run(body())


def test_a_plain_connection_is_turned_into_tls(
    run: Run[Any], server_side: ssl.SSLContext, client_side: ssl.SSLContext
) -> None:
    async def body() -> None:
        async def turn(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.readline() == b"STARTTLS\n"
            writer.write(b"go\n")
            await writer.drain()
            await writer.start_tls(server_side)
            await echo(reader, writer)

        async with await asyncio.start_server(turn, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
            writer.write(b"STARTTLS\n")
            assert await reader.readline() == b"go\n"
            await writer.start_tls(client_side, server_hostname="localhost")
            writer.write(LARGE)
            assert await reader.readexactly(len(LARGE)) == LARGE
            await close(writer)

    run(body())
