"""The ``conf`` connection: an agent that brings its own tunnels and hosts, or asks how they are.

What comes from the wire is a wish. The steward decides, and takes from it neither ids nor counters nor
anything of another client. Source: nps-wire.md sections 11 and 12.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeAlias

import msgspec

from npsgui.bridge.crowd import Crowd
from npsgui.bridge.doorway import Caller
from npsgui.bridge.handshake import LENGTH, prefixed
from npsgui.model.errors import ProtocolError
from npsgui.model.peers import address_of

_log = logging.getLogger(__name__)

LONGEST: Final = 64 * 1024

SECONDS: Final = 30.0
"""For one wish after the other; npc sends them all at once."""

MOST_WISHES: Final = 1000
"""In one connection."""

KEY_LENGTH: Final = 16
"""npc reads so many bytes of a fresh key, without a length before them."""

DONE: Final = b"\x01"
REFUSED: Final = b"\x00"

SEPARATOR: Final = b"*#*"

Record: TypeAlias = Mapping[str, Any]
"""A client, tunnel or host as NPS's JSON has it, unchecked."""


class Steward(Protocol):
    """Decides what agents may set up. The app is it."""

    def may_configure(self, client: int) -> bool:
        """Whether agents of this client may bring tunnels and hosts."""

    async def add_client(self, wish: Record) -> tuple[int, str] | None:
        """A new client for an agent with the public key: its id and its key of 16 characters; None: no."""

    async def add_tunnel(self, client: int, wish: Record) -> bool:
        """Have this tunnel, through the client's agent; whether that is done."""

    async def add_host(self, client: int, wish: Record) -> bool:
        """Have this host, through the client's agent; whether that is done."""

    def remarks(self, key_digest: bytes) -> list[str]:
        """What runs for the client whose key has this digest."""


class NoSteward:
    """Nobody may configure anything."""

    def may_configure(self, client: int) -> bool:
        """No."""
        return False

    async def add_client(self, wish: Record) -> tuple[int, str] | None:
        """No."""
        return None

    async def add_tunnel(self, client: int, wish: Record) -> bool:
        """No."""
        return False

    async def add_host(self, client: int, wish: Record) -> bool:
        """No."""
        return False

    def remarks(self, key_digest: bytes) -> list[str]:
        """Nothing."""
        return []


async def configure(caller: Caller, steward: Steward, crowd: Crowd, *, public: bool) -> None:
    """Serve one ``conf`` connection, one of a ``crowd``, until it ends or a wish is refused."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(LONGEST)
    protocol = asyncio.StreamReaderProtocol(reader)
    caller.transport.set_protocol(protocol)
    protocol.connection_made(caller.transport)
    if caller.received:
        reader.feed_data(caller.received)
    writer = asyncio.StreamWriter(caller.transport, protocol, reader, loop)
    wishes = _Wishes(caller, reader, writer, steward, None if public else caller.client)
    crowd.came(wishes)
    try:
        if public or steward.may_configure(caller.client):
            await wishes.hear()
    except (OSError, asyncio.IncompleteReadError, ProtocolError) as error:
        wishes.turn_away(str(error) or "too slow")
    finally:
        crowd.left(wishes)
        writer.close()


class _Wishes:
    """What comes on one connection. ``client`` is None until a public agent has got one."""

    def __init__(
        self,
        caller: Caller,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        steward: Steward,
        client: int | None,
    ) -> None:
        self.network = address_of(caller.address, by_network=True)
        self._caller = caller
        self._reader = reader
        self._writer = writer
        self._steward = steward
        self._client = client

    def turn_away(self, reason: str) -> None:
        """Hear no more; what is being granted is granted."""
        _log.info("%s: configuration ended: %s", self._caller.address, reason)
        self._caller.transport.abort()

    async def hear(self) -> None:
        """Answer word after word; unknown ones are skipped, as NPS does."""
        self._writer.write(DONE if self._client is None else REFUSED)
        for _ in range(MOST_WISHES):
            record: Record | None = None
            async with asyncio.timeout(SECONDS):
                word = await self._reader.read(4)
                if not word:
                    return
                word += await self._reader.readexactly(4 - len(word))
                if word == b"stus":
                    self._tell(await self._reader.readexactly(32))
                elif word in (b"conf", b"task", b"host"):
                    record = await self._record()
            # outside the peer's time: the disk may take as long as it needs
            if record is not None and not await self._grant(word, record):
                self._writer.write(REFUSED)
                return
            async with asyncio.timeout(SECONDS):
                await self._writer.drain()

    async def _grant(self, word: bytes, record: Record) -> bool:
        """Carry out one wish and say so: one byte each, whatever number of ports it has."""
        if word == b"conf":
            return self._client is None and await self._grant_client(record)
        if self._client is None:
            return False
        add = self._steward.add_tunnel if word == b"task" else self._steward.add_host
        if not await add(self._client, record):
            return False
        self._writer.write(DONE)
        return True

    async def _grant_client(self, record: Record) -> bool:
        made = await self._steward.add_client(record)
        if made is None or len(made[1]) != KEY_LENGTH:
            return False
        self._client = made[0]
        self._writer.write(DONE + made[1].encode())
        return True

    def _tell(self, key_digest: bytes) -> None:
        remarks = self._steward.remarks(key_digest)
        self._writer.write(prefixed(b"".join(remark.encode() + SEPARATOR for remark in remarks)))

    async def _record(self) -> Record:
        (length,) = LENGTH.unpack(await self._reader.readexactly(4))
        if not 1 <= length <= LONGEST:
            raise ProtocolError(f"a wish of {length} bytes")
        try:
            record: Record = msgspec.json.decode(await self._reader.readexactly(length), type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ProtocolError(f"a wish that is none: {error}") from error
        return record
