"""Connections to the bridge before it is known whose they are: few bytes, little time, bounded numbers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from npsgui.bridge.conversation import Dialogue
from npsgui.bridge.crowd import Crowd
from npsgui.bridge.handshake import (
    REFUSED,
    SUCCESS,
    Greeting,
    Purpose,
    hear_purpose,
    meet_agent,
    whose,
)
from npsgui.bridge.penalties import Penalties
from npsgui.model.errors import ProtocolError
from npsgui.model.peers import address_of

_log = logging.getLogger(__name__)

SECONDS: Final = 10.0
"""For the whole handshake, as npc allows itself."""

MOST: Final = 2048
MOST_PER_ADDRESS: Final = 256
"""Handshakes under way: an agent needs milliseconds."""

_buffer = memoryview(bytearray(4096))
"""Nobody is read faster than this before it is known whose connection it is."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A connection whose key is known and that has said what it wants."""

    client: int
    version: str
    address: str
    """``host:port``"""
    purpose: Purpose
    transport: asyncio.Transport
    received: bytes
    """What came after the handshake already."""


class Porter:
    """Lets callers in who show a key. ``keys`` are the digests of the keys that open, and whose they are."""

    def __init__(self, let_in: Callable[[Caller], None]) -> None:
        self.keys: Sequence[tuple[bytes, int]] = ()
        self.penalties = Penalties()
        self._let_in = let_in
        self.waiting = Crowd(MOST, MOST_PER_ADDRESS)
        """Whose handshakes are under way."""

    def doorway(self) -> Doorway:
        """The protocol of a new connection."""
        return Doorway(self)

    def let_in(self, caller: Caller) -> None:
        """It has shown a key."""
        self._let_in(caller)


class Doorway(asyncio.BufferedProtocol):
    """One handshake."""

    def __init__(self, porter: Porter) -> None:
        self.network = ""
        self._porter = porter
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._address = ""
        self._timer: asyncio.TimerHandle | None = None
        self._greeting = Dialogue(meet_agent())
        self._purpose: Dialogue[Purpose] | None = None
        self._client: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._address = _address(transport.get_extra_info("peername"))
        self.network = address_of(self._address, by_network=True)
        self._timer = self._loop.call_later(SECONDS, self.turn_away, "too slow")
        self._greeting.feed()
        self._porter.waiting.came(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _buffer

    def buffer_updated(self, count: int) -> None:
        data = bytes(_buffer[:count])
        if self._purpose is None:
            self._greet(data)
        else:
            self._hear(self._purpose, data)

    def eof_received(self) -> None:
        self.turn_away("gone")

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()

    def turn_away(self, reason: str) -> None:
        """Close without a word."""
        transport = self._leave()
        if transport is not None:
            _log.info("%s: no handshake: %s", self._address, reason)
            transport.abort()

    def _greet(self, data: bytes) -> None:
        try:
            answer = self._greeting.feed(data)
        except ProtocolError as error:
            self.turn_away(str(error))
            return
        transport = self._transport
        if transport is None:
            return
        if answer:
            transport.write(answer)
        if self._greeting.done:
            transport.pause_reading()
            self._judge(cast("Greeting", self._greeting.learned))

    def _judge(self, greeting: Greeting) -> None:
        """Look the key up; the answer may have to wait, whatever it is."""
        porter, now = self._porter, self._loop.time()
        self._client = whose(greeting.key_digest, porter.keys)
        wait = porter.penalties.wait(self.network, now)
        if self._client is None:
            porter.penalties.failed(self.network, greeting.key_digest, now)
        if wait:
            self._loop.call_later(wait, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        transport = self._transport
        if transport is None:
            return
        if self._client is None:
            _log.info("%s: wrong key", self._address)
            transport.write(REFUSED)
            self._leave()
            transport.close()
            return
        transport.write(SUCCESS)
        self._purpose = Dialogue(hear_purpose())
        transport.resume_reading()
        self._hear(self._purpose, self._greeting.rest)

    def _hear(self, dialogue: Dialogue[Purpose], data: bytes) -> None:
        try:
            dialogue.feed(data)
        except ProtocolError as error:
            self.turn_away(str(error))
            return
        if not dialogue.done:
            return
        transport = self._leave()
        if transport is not None and self._client is not None:
            self._porter.let_in(
                Caller(
                    self._client,
                    cast("Greeting", self._greeting.learned).version,
                    self._address,
                    cast("Purpose", dialogue.learned),
                    transport,
                    dialogue.rest,
                )
            )

    def _leave(self) -> asyncio.Transport | None:
        """The handshake is over, either way."""
        transport, self._transport = self._transport, None
        if self._timer is not None:
            self._timer.cancel()
        if transport is not None:
            self._porter.waiting.left(self)
        return transport


def _address(name: Any) -> str:
    """``host:port`` of a peer; an IPv4 peer on a dual-stack socket looks like one."""
    if not isinstance(name, tuple):
        return ""
    host, port = str(name[0]).removeprefix("::ffff:"), name[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
