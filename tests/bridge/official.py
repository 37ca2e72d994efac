"""The official programs as they were captured: npc against our bridge, nps against our agent.

Every write of theirs is a send and a read of its own, in the order and with the delays of nps-wire.md.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

from npsgui.bridge import frames
from npsgui.model.entities import Target
from tests.bridge.captured import NPC_SAYS, NPS_ANSWERS, PLAINKEY

READ_APART = 0.005
"""Seconds after which what was sent has been read, by itself."""

RECONNECT = 5.0
"""npc's delay before it connects again. Source: client.go:64."""

STAMP = b"2026-11-24T07:00:00.123456789Z"


class Frame(NamedTuple):
    flag: int
    ident: int
    body: bytes


class Wire:
    """One connection of an official program."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.heard: list[Frame] = []
        """Every frame that came."""

    async def say(self, *writes: bytes) -> None:
        """Send each write by itself."""
        for data in writes:
            self.writer.write(data)
            await asyncio.sleep(READ_APART)

    async def say_frame(self, flag: int, ident: int, body: bytes) -> None:
        """The header and the payload are two writes. Source: nps-wire.md section 6."""
        head = bytes((flag,)) + ident.to_bytes(4, "little", signed=True) + len(body).to_bytes(2, "little")
        await self.say(head, body)

    async def hear(self, expected: bytes) -> None:
        """The next bytes are these."""
        assert await self.reader.readexactly(len(expected)) == expected

    async def frame(self) -> Frame:
        """The next frame, whatever it is."""
        head = await self.reader.readexactly(5)
        flag, ident = head[0], int.from_bytes(head[1:], "little", signed=True)
        size = {frames.ACK: 8}.get(flag, 0)
        if flag in (frames.PING, frames.PONG, frames.MSG, frames.PART):
            size = int.from_bytes(await self.reader.readexactly(2), "little")
        made = Frame(flag, ident, await self.reader.readexactly(size))
        self.heard.append(made)
        return made

    async def next(self) -> Frame:
        """The next frame but pings, which are answered as Go answers them."""
        while True:
            made = await self.frame()
            if made.flag == frames.PING:
                await self.say_frame(frames.PONG, -1, made.body)
            elif made.flag != frames.PONG:
                return made

    async def rest(self) -> bytes:
        """All that still comes, until the connection is closed."""
        with contextlib.suppress(ConnectionError):
            return await self.reader.read()
        return b""

    def close(self) -> None:
        self.writer.transport.abort()


class Npc:
    """npc 0.26.10 with the key ``plainkey``, or another one of which the digest is given."""

    def __init__(self, server: Target, digest: bytes = PLAINKEY) -> None:
        self._server = server
        self._digest = digest

    async def connect(self, flag: bytes, *more: bytes) -> Wire:
        """One connection: ``TST`` and two versions are three writes; ``more`` follows the flag."""
        made = Wire(*await asyncio.open_connection(self._server.host, self._server.port))
        await made.say(NPC_SAYS[:3], NPC_SAYS[3:13], NPC_SAYS[13:])
        await made.hear(NPS_ANSWERS)
        await made.say(self._digest)
        await made.hear(b"sucs")
        await made.say(flag, *more)
        return made

    async def log_in(self) -> tuple[Wire, Wire]:
        """``main``, then ``chan``, whose first ping is in the segment of its flag."""
        main = await self.connect(b"main")
        chan = await self.connect(b"chan" + bytes.fromhex("00ffffffff1e00") + STAMP)
        return main, chan


class Nps:
    """nps 0.26.10: takes an agent's connections and keeps them by their flag."""

    def __init__(self) -> None:
        self.wires: dict[bytes, Wire] = {}
        self.versions: list[bytes] = []

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One handshake, to the letter."""
        wire = Wire(reader, writer)
        await wire.hear(NPC_SAYS[:13])
        self.versions.append(await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little")))
        await wire.say(NPS_ANSWERS)
        await wire.hear(PLAINKEY)
        await wire.say(b"sucs")
        self.wires[await reader.readexactly(4)] = wire

    def close(self) -> None:
        for wire in self.wires.values():
            wire.close()


@contextlib.asynccontextmanager
async def official_server() -> AsyncIterator[tuple[Nps, Target]]:
    """An nps that listens."""
    made = Nps()
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    try:
        yield made, Target("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        made.close()


def told(heard: list[Frame], ident: int) -> bytes:
    """The bytes of one stream."""
    return b"".join(frame.body for frame in heard if frame.ident == ident and frame.flag in (3, 4))


def breaches(heard: list[Frame]) -> list[str]:
    """What of all that was heard a Go peer would not survive. Source: nps-wire.md section 6, “must not”."""
    found, answered, parts = [], set(), set()
    for flag, ident, body in heard:
        if flag == frames.OPEN_FAIL:
            found.append("NEW_CONN_FAIL")
        elif flag == frames.OPEN_OK:
            found += ["a second NEW_CONN_OK"] if ident in answered else []
            answered.add(ident)
        elif flag in (frames.PING, frames.PONG, frames.MSG, frames.PART) and not 0 < len(body) <= 4085:
            found.append(f"{len(body)} bytes in a frame")
        if flag == frames.PART:
            parts.add(ident)
        elif flag == frames.MSG:
            parts.discard(ident)
    return found + [f"a message of {ident} that only has parts" for ident in parts]
