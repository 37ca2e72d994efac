"""dig, WebSockets, PySocks, openssl and sftp: what is said comes through, and is counted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import socks
import trustme
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from npsgui.model.entities import PASS_THROUGH
from tests.peers.conftest import Visit
from tests.peers.place import CHUNK, Place, call, digest_of, make_file, needs, outcome, server
from tests.relay.house import free_port
from tests.relay.udp_peer import peer


class Names:
    """Answers every DNS question for an address with 192.0.2.7. Source: RFC 1035 section 4."""

    def __init__(self) -> None:
        self.asked = 0
        """Bytes of all questions."""
        self.told = 0

    def answer(self, question: bytes) -> bytes:
        """The question again, with its answer behind it; what dig adds behind (EDNS) is left out."""
        end = question.index(b"\0", 12) + 5
        record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7"
        said = question[:2] + b"\x85\x80\0\1\0\1\0\0\0\0" + question[12:end] + record
        self.asked += len(question)
        self.told += len(said)
        return said


@needs("dig")
def test_dig(visit: Callable[[Visit], None]) -> None:
    async def body(place: Place) -> None:
        names = Names()
        async with peer(names.answer) as target:
            port = await place.tunnel("udp", target.port, idle=1)
            for name in ("a.test", "b.test"):
                said = await call("dig", "+short", "+tries=1", "@127.0.0.1", "-p", port, name)
                assert said == "192.0.2.7\n"
            assert await place.flow("tunnel") == (names.asked, names.told)
            for connection in await place.do("connections"):
                await place.do("close", ids=[connection["id"]])

    visit(body)


async def repeat(connection: ServerConnection) -> None:
    """A WebSocket server that says everything again."""
    async for message in connection:
        await connection.send(message)


@contextlib.asynccontextmanager
async def repeating() -> AsyncIterator[int]:
    async with serve(repeat, "127.0.0.1", 0, max_size=None) as made:
        yield next(iter(made.sockets)).getsockname()[1]


@pytest.mark.parametrize("through", ["host", "proxy"])
def test_websockets(visit: Callable[[Visit], None], through: str) -> None:
    async def body(place: Place) -> None:
        async with repeating() as target:
            words: dict[str, Any]
            if through == "host":
                http, _ = await place.shared_ports()
                await place.add("host", host="127.0.0.1", targets=f"127.0.0.1:{target}")
                url, words = f"ws://127.0.0.1:{http}/", {"proxy": None}
            else:
                port = await place.tunnel("httpProxy")
                url, words = f"ws://127.0.0.1:{target}/", {"proxy": f"http://127.0.0.1:{port}"}
            async with connect(url, max_size=None, compression=None, **words) as socket:
                for message in (CHUNK, "名", b"", CHUNK[:70_000]):
                    await socket.send(message)
                    assert await socket.recv() == message
            await place.settled()
            kind = "host" if through == "host" else "tunnel"
            inlet, export = await place.flow(kind)
            payload = len(CHUNK) + 70_000 + 3
            # masks of 4 bytes go up only; heads and frames are small
            assert payload < export < payload + 1000
            assert payload < inlet < payload + 1000

    visit(body)


def ask_through(proxy: int, target: int) -> int:
    """Send datagrams through a SOCKS5 proxy, by address and by name, and have them back; bytes each way."""
    sizes = (1, 1400, 65_000)
    with socks.socksocket(socket.AF_INET, socket.SOCK_DGRAM) as visitor:
        visitor.set_proxy(socks.SOCKS5, "127.0.0.1", proxy, username="anna", password="geheim")
        visitor.settimeout(10)
        for host in ("127.0.0.1", "localhost"):
            for size in sizes:
                visitor.sendto(CHUNK[:size], (host, target))
                assert visitor.recvfrom(65_507) == (CHUNK[:size], ("127.0.0.1", target))
    return 2 * sum(sizes)


def test_pysocks_over_udp(visit: Callable[[Visit], None]) -> None:
    async def body(place: Place) -> None:
        async with peer(lambda data: data) as target:
            port = await place.tunnel("socks5", accounts="anna:geheim")
            moved = await asyncio.to_thread(ask_through, port, target.port)
            assert await place.flow("tunnel") == (moved, moved)

    visit(body)


@needs("openssl")
def test_openssl_meets_the_certificate_it_asks_for(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("own.test").configure_cert(context)

    async def body(place: Place) -> None:
        inner = await asyncio.start_server(_greet, "127.0.0.1", 0, ssl=context)
        target = f"127.0.0.1:{inner.sockets[0].getsockname()[1]}"
        _, https = await place.shared_ports()
        await place.add("host", host="own.test", scheme="https", certificate=PASS_THROUGH, targets=target)
        await place.add("host", host="made.test", scheme="https", targets=target)

        async def ask(name: str, *words: object) -> tuple[str, int]:
            said, _, code = await outcome(
                *("openssl", "s_client", "-connect", f"127.0.0.1:{https}", "-servername", name),
                *("-verify_return_error", "-verify_hostname", name, "-CAfile", tmp_path / "ca.pem", *words),
                said=b"x\n",
            )
            return said, code

        said, code = await ask("own.test", "-quiet")
        assert (said, code) == ("hello\n", 0)
        said, code = await ask("made.test")
        assert code != 0
        assert "self-signed certificate" in said
        said, code = await ask("unknown.test")
        assert code != 0
        inner.close()

    visit(body)


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        writer.write(b"hello\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@needs("sshd")
@needs("sftp")
def test_sftp(visit: Callable[[Visit], None], tmp_path: Path) -> None:
    digest = make_file(tmp_path / "file")
    Path("/run/sshd").mkdir(exist_ok=True)
    sshd = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")

    async def body(place: Place) -> None:
        for key in ("host", "user"):
            await call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / key)
        port = free_port()
        (tmp_path / "sshd").write_text(
            f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path}/host\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {tmp_path}/user.pub\nPidFile none\nSubsystem sftp internal-sftp\n"
        )
        async with server(sshd, "-D", "-f", tmp_path / "sshd", port=port):
            tunnel = await place.tunnel("tcp", port)
            words: list[object] = ["-q", "-b", "-", "-P", tunnel, "-i", tmp_path / "user"]
            for option in ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"):
                words += ["-o", option]
            orders = f"put {tmp_path}/file {tmp_path}/put\nget {tmp_path}/put {tmp_path}/got\n"
            await call("sftp", *words, "127.0.0.1", said=orders.encode())
            assert digest_of(tmp_path / "got") == digest
            await place.settled()
            size = (tmp_path / "file").stat().st_size
            assert all(size < count < size * 1.1 for count in await place.flow("tunnel"))

    visit(body)
