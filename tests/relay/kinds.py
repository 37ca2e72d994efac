"""Each kind of tunnel, and a host, with an echo behind it: how it is visited, and how it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

import pytest

from npsgui.bridge.handshake import digest
from npsgui.model.entities import Host, Mode, Target, Via
from npsgui.relay.sockets import peer_text
from npsgui.relay.socks5 import Command, format_datagram, parse_datagram
from npsgui.tasks import spawn
from tests.bridge.town import KEY, town
from tests.conftest import LOOPS, NOISE
from tests.relay.house import TUNNEL, House, Stream, free_port, hang_up, house, serving
from tests.relay.udp_peer import Peer, peer

Exchange: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Sends, and gives as much as comes back."""

CLOSED, SILENCE = "closed", "silence"
PASSWORD = "sesame"


class TurnedAway(ConnectionError):
    """The visitor was told why, with this code."""


class Echo:
    """A target that sends back what comes, and knows how much that was."""

    def __init__(self) -> None:
        self.heard = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(self.answer(data))
            await writer.drain()

    def answer(self, data: bytes) -> bytes:
        self.heard += len(data)
        return data


class Way:
    """One kind, open: here that of TCP tunnels."""

    refusal = CLOSED
    """How a visitor learns that a quota is used up."""
    words: ClassVar[dict[str, Any]] = {}
    """What its tunnel has that a TCP tunnel has not."""
    whole = False
    """Whether it carries what is sent whole or not at all."""
    hears = True
    """Whether what its target hears is what is charged."""

    def __init__(self, made: House, target: Echo, stack: contextlib.AsyncExitStack) -> None:
        self.house = made
        self.target = target
        self.came = 0
        """Bytes that came back, charged ones."""
        self.stack = stack
        self._streams: list[Stream] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator[Way]:
        target = Echo()
        async with contextlib.AsyncExitStack() as stack:
            made = await cls.settle(stack, target)
            way = cls(made, target, stack)
            await way.prepare()
            yield way
            await way.leave()

    @classmethod
    async def settle(cls, stack: contextlib.AsyncExitStack, target: Echo) -> House:
        return await stack.enter_async_context(house(target))

    async def prepare(self) -> None:
        """Make tunnel 1 one of this kind."""
        self.address = self.house.configuration.tunnels[1].targets[0]
        self.house.apply(replace(self.house.configuration.tunnels[1], **self.words))

    async def visit(self) -> Exchange:
        """Begin a session. Raises ConnectionError: when it is refused."""
        stream = await self.connect()
        self._streams.append(stream)
        await self.ask(stream)
        return functools.partial(self.exchange, stream)

    async def leave(self) -> None:
        """All visitors go: what was cut need not drain."""
        while self._streams:
            await hang_up(self._streams.pop())

    async def connect(self) -> Stream:
        return await self.house.visit()

    async def ask(self, stream: Stream) -> None:
        """Ask for the target."""

    async def exchange(self, stream: Stream, data: bytes) -> bytes:
        stream[1].write(data)
        return await self.read(stream, len(data))

    async def read(self, stream: Stream, count: int) -> bytes:
        try:
            data = await stream[0].readexactly(count)
        except asyncio.IncompleteReadError as error:
            self.came += len(error.partial)
            raise
        self.came += len(data)
        return data


class Socks5(Way):
    refusal = "2"
    words: ClassVar = {"mode": Mode.SOCKS5, "targets": ()}
    command = Command.CONNECT

    async def ask(self, stream: Stream) -> None:
        await self.request(stream, self.address)

    async def request(self, stream: Stream, target: Target) -> int:
        """The port that the answer names."""
        stream[1].write(b"\5\1\0\5%c\0\1" % self.command + socket.inet_aton(target.host))
        stream[1].write(target.port.to_bytes(2))
        assert await stream[0].readexactly(2) == b"\5\0"
        answer = await stream[0].readexactly(10)
        if answer[1]:
            raise TurnedAway(str(answer[1]))
        return int.from_bytes(answer[8:])


class HttpProxy(Way):
    refusal = "429"
    words: ClassVar = {"mode": Mode.HTTP_PROXY, "targets": ()}

    async def ask(self, stream: Stream) -> None:
        await request(stream, f"CONNECT {self.address} HTTP/1.1", f"Host: {self.address}")


class OverHost(Way):
    """A request that upgrades, so that what is sent comes back; heads are rewritten, and come before."""

    refusal = "429"

    async def prepare(self) -> None:
        targets = await self.stack.enter_async_context(serving(self.upgrade))
        everything = replace(self.house.configuration.everything, http_port=free_port())
        self.house.apply(everything, Host(id=1, client=1, host="a.test", targets=tuple(targets)))

    async def upgrade(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
        await self.target(reader, writer)

    async def connect(self) -> Stream:
        return await asyncio.open_connection("127.0.0.1", self.house.relay.shared_port("http"))

    async def ask(self, stream: Stream) -> None:
        await request(stream, "GET / HTTP/1.1", "Host: a.test", "Upgrade: echo", "Connection: Upgrade")


class File(Way):
    """What is sent is the body of a request, and what comes back a file: the same."""

    refusal = "429"
    hears = False

    async def prepare(self) -> None:
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        tunnel = self.house.configuration.tunnels[1]
        self.house.apply(replace(tunnel, mode=Mode.FILE, targets=(), folder=str(self.folder)))

    async def exchange(self, stream: Stream, data: bytes) -> bytes:
        (self.folder / "file").write_bytes(data)
        head = await request(
            stream, "GET /file HTTP/1.1", "Host: a", f"Content-Length: {len(data)}", body=data
        )
        self.came += len(head)
        return await self.read(stream, len(data))


class Secret(Way):
    """Through a port of the test's own, which takes the place of the bridge."""

    words: ClassVar = {"mode": Mode.SECRET, "password": PASSWORD}

    async def prepare(self) -> None:
        await super().prepare()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Caller(self.house), "127.0.0.1", 0)
        self.stack.callback(server.close)
        self.port = server.sockets[0].getsockname()[1]

    async def connect(self) -> Stream:
        return await asyncio.open_connection("127.0.0.1", self.port)


class Caller(asyncio.Protocol):
    """A visitor of the secret."""

    def __init__(self, made: House) -> None:
        self._relay = made.relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        caller = cast("asyncio.Transport", transport)
        caller.pause_reading()
        peer = peer_text(caller.get_extra_info("peername"))
        spawn(self._relay.visit_secret(digest(PASSWORD), caller, b"", peer), "secret visitor")


class ThroughAgent(Way):
    words: ClassVar = {"via": Via.AGENT}

    @classmethod
    async def settle(cls, stack: contextlib.AsyncExitStack, target: Echo) -> House:
        made = await stack.enter_async_context(town())
        await made.agent(KEY)
        return await stack.enter_async_context(house(target, agents=made.bridge))


class Udp(Way):
    refusal = SILENCE
    whole = True

    async def prepare(self) -> None:
        target = await self.stack.enter_async_context(peer(self.target.answer))
        self.address = Target("127.0.0.1", target.port)
        self.house.apply(replace(self.house.configuration.tunnels[1], mode=Mode.UDP, targets=(self.address,)))

    async def visit(self) -> Exchange:
        visitor = await self.stack.enter_async_context(peer())
        return functools.partial(self.send, visitor, ("127.0.0.1", self.house.relay.port(TUNNEL)))

    async def send(self, visitor: Peer, door: tuple[str, int], data: bytes) -> bytes:
        visitor.send(data, door)
        answer = (await visitor.came.get())[0]
        self.came += len(answer)
        return answer


class Socks5Udp(Udp, Socks5):
    refusal = Socks5.refusal
    command = Command.UDP_ASSOCIATE

    async def prepare(self) -> None:
        await super().prepare()
        self.house.apply(replace(self.house.configuration.tunnels[1], mode=Mode.SOCKS5))

    async def visit(self) -> Exchange:
        stream = await self.connect()
        self._streams.append(stream)
        door = "127.0.0.1", await self.request(stream, Target("0.0.0.0", 0))
        visitor = await self.stack.enter_async_context(peer())
        return functools.partial(self.send, visitor, door)

    async def send(self, visitor: Peer, door: tuple[str, int], data: bytes) -> bytes:
        visitor.send(format_datagram(self.address.host, self.address.port, data), door)
        parsed = parse_datagram((await visitor.came.get())[0])
        assert parsed is not None
        self.came += len(parsed[1])
        return bytes(parsed[1])


async def request(stream: Stream, *lines: str, body: bytes = b"") -> bytes:
    """The head of the answer. Raises TurnedAway: when it does not grant the request."""
    stream[1].write("\r\n".join([*lines, "", ""]).encode() + body)
    head = await stream[0].readuntil(b"\r\n\r\n")
    if head.split()[1] not in (b"200", b"101"):
        raise TurnedAway(head.split()[1].decode())
    return head


KINDS: dict[str, type[Way]] = {
    "tcp": Way,
    "udp": Udp,
    "socks5": Socks5,
    "socks5 udp": Socks5Udp,
    "http proxy": HttpProxy,
    "host": OverHost,
    "file": File,
    "secret": Secret,
    "agent": ThroughAgent,
}

EVERYWHERE = ("tcp", "udp")
"""Those that are tried on each loop: streams and datagrams. The others are made of these."""

EACH_KIND = pytest.mark.parametrize(
    ("kind", "loop_name"),
    [
        pytest.param(kind, loop, id=f"{name}-{loop}", marks=NOISE.get(loop, []))
        for name, kind in KINDS.items()
        for loop in (LOOPS if name in EVERYWHERE else ("npsgui",))
    ],
)
