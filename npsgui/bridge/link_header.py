"""The Link header: what the server writes first on every stream. Pure: no clock, no socket.

Source: nps-wire.md section 8.
"""

from __future__ import annotations

from typing import Final

import msgspec

from npsgui.bridge.handshake import LENGTH, prefixed
from npsgui.model.agents import Link, LinkKind
from npsgui.model.errors import ProtocolError

LONGEST: Final = 64 * 1024

DIAL_SECONDS: Final = 5.0

_ESCAPES: Final = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"))
"""What Go's encoder does to these."""


class Option(msgspec.Struct, rename="pascal"):
    """How to dial."""

    timeout: int = 0
    """Nanoseconds; 0 is none."""


class Header(msgspec.Struct, rename="pascal"):
    """The JSON that NPS writes, field by field in its order."""

    conn_type: str = ""
    host: str = ""
    crypt: bool = False
    compress: bool = False
    local_proxy: bool = False
    remote_addr: str = ""
    option: Option = msgspec.field(default_factory=Option)


class OurHeader(Header, rename="pascal"):
    """The same between two npsgui."""

    half_close: bool = False
    """Whether an empty data frame ends one direction."""


def write_link(link: Link, *, half_close: bool = False) -> bytes:
    """The header as bytes. ``half_close`` only to an agent that knows it: another gets NPS's seven fields."""
    made = OurHeader(half_close=True) if half_close else Header()
    made.conn_type = link.kind.value
    made.host = link.target
    made.crypt, made.compress = link.crypt, link.compress
    made.remote_addr = link.peer
    made.option = Option(int(DIAL_SECONDS * 1e9))
    data = msgspec.json.encode(made)
    for plain, escaped in _ESCAPES:
        data = data.replace(plain, escaped)
    return prefixed(data)


class LinkReader:
    """Reads one header from the head of a stream."""

    def __init__(self) -> None:
        self._data = bytearray()

    @property
    def missing(self) -> int:
        """Bytes that are missing: of the length, then of the header. Raises ProtocolError: too long."""
        if len(self._data) < LENGTH.size:
            return LENGTH.size - len(self._data)
        (length,) = LENGTH.unpack_from(self._data)
        if not 1 <= length <= LONGEST:
            raise ProtocolError(f"a link of {length} bytes")
        return int(LENGTH.size + length - len(self._data))

    def take(self, part: memoryview) -> int:
        """Take from ``part`` what is missing; how many bytes that was."""
        taken = 0
        while taken < len(part) and (missing := self.missing):
            piece = part[taken : taken + missing]
            self._data += piece
            taken += len(piece)
        return taken

    @property
    def size(self) -> int:
        """Bytes of the header and its length."""
        return len(self._data)

    def header(self) -> OurHeader:
        """What it says. Raises ProtocolError: when it is no such JSON."""
        try:
            return msgspec.json.decode(bytes(self._data[LENGTH.size :]), type=OurHeader)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ProtocolError(f"a link that is none: {error}") from error


def kind_of(header: Header) -> LinkKind:
    """What the header asks for. Raises ProtocolError: for a kind that nobody knows."""
    if header.conn_type == "http":
        # npc parses these; the bytes may as well pass as they are
        return LinkKind.TCP
    try:
        return LinkKind(header.conn_type)
    except ValueError:
        raise ProtocolError(f"a link of the kind {header.conn_type!r}") from None
