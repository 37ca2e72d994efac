"""The handshake of every bridge connection, both sides of it. Pure: no clock, no socket.

Source: nps-wire.md sections 2 and 3.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from npsgui import __version__
from npsgui.bridge.conversation import Conversation
from npsgui.model.errors import ProtocolError

CORE: Final = "0.26.0"
"""The core version of NPS 0.26.x; the two sides must name the same."""

OURS: Final = "npsgui "
"""What our own version texts begin with: such a peer knows what NPS's does not."""

VERSION: Final = OURS + __version__

SUCCESS: Final = b"sucs"
REFUSED: Final = b"vkey"

LONGEST_CORE: Final = 32
LONGEST_VERSION: Final = 256
"""Bytes. NPS takes 32768; nothing is known of a peer yet that would earn it more memory."""

LENGTH: Final = struct.Struct("<i")
"""What stands before a text, a header or a datagram. Source: nps-wire.md section 0."""


class Errand(enum.Enum):
    """What a connection is for: the work flag."""

    MAIN = b"main"
    CHAN = b"chan"
    FILE = b"file"
    CONF = b"conf"
    REGISTER = b"rgst"
    SECRET = b"sert"
    P2P = b"p2pm"


ARGUMENT: Final = {Errand.REGISTER: 4, Errand.SECRET: 32, Errand.P2P: 32}
"""Bytes that follow the flag: hours, or the MD5 of a password."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """What an agent says of itself before it is known."""

    version: str
    key_digest: bytes


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an agent that is known wants of this connection."""

    errand: Errand
    argument: bytes = b""


def registered_hours(purpose: Purpose) -> int:
    """For how long a visitor registers. Source: nps-wire.md section 12."""
    return int.from_bytes(purpose.argument, "little", signed=True)


class KeyRefused(ProtocolError):
    """The server does not know the key."""


def digest(text: str) -> bytes:
    """The MD5 of a text, in hexadecimal: how keys, passwords and versions travel."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().encode()


def prefixed(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return LENGTH.pack(len(data)) + data


def read_prefixed(limit: int) -> Conversation[bytes]:
    """Bytes with their length before them. Raises ProtocolError: when they are more than ``limit``."""
    (length,) = LENGTH.unpack((yield 4))
    if not 0 <= length <= limit:
        raise ProtocolError(f"a text of {length} bytes")
    return (yield length)


def meet_agent() -> Conversation[Greeting]:
    """The server's side until the key has come. Raises ProtocolError: for another core version."""
    yield 3  # "TST", which NPS does not check
    core = yield from read_prefixed(LONGEST_CORE)
    version = yield from read_prefixed(LONGEST_VERSION)
    if core != CORE.encode():
        raise ProtocolError(f"core version {core!r}")
    yield digest(CORE)
    return Greeting(_printable(version), (yield 32))


def hear_purpose() -> Conversation[Purpose]:
    """The server's side after it has answered the key. Raises ProtocolError: for an unknown flag."""
    flag = yield 4
    try:
        errand = Errand(flag)
    except ValueError:
        raise ProtocolError(f"work flag {flag!r}") from None
    return Purpose(errand, (yield ARGUMENT[errand]) if errand in ARGUMENT else b"")


def greet_server(key: str, purpose: Purpose) -> Conversation[None]:
    """The agent's side. Raises KeyRefused, and ProtocolError: for a server of another core version."""
    yield b"TST" + prefixed(CORE.encode()) + prefixed(VERSION.encode())
    if (yield 32) != digest(CORE):
        raise ProtocolError("it speaks another version of the protocol")
    yield digest(key)
    answer = yield 4
    if answer == REFUSED:
        raise KeyRefused("The server does not know this key.")
    if answer != SUCCESS:
        raise ProtocolError(f"it answered {answer!r}")
    yield purpose.errand.value + purpose.argument


def whose(key_digest: bytes, digests: Iterable[tuple[bytes, int]]) -> int | None:
    """The id of the key with this digest. Looks at every one, whatever it has found: time tells nothing."""
    found: int | None = None
    for known, ident in digests:
        if hmac.compare_digest(known, key_digest) and found is None:
            found = ident
    return found


def _printable(text: bytes) -> str:
    return "".join(char for char in text.decode(errors="replace") if char.isprintable())
