"""The name that a TLS client asks for, and how it is refused. Sans-IO.

Source: RFC 8446 sections 4.1.2 and 6, RFC 6066 section 3.
"""

from __future__ import annotations

import enum

from npsgui.model.errors import ProtocolError

HANDSHAKE, CLIENT_HELLO, SERVER_NAME, HOST_NAME = 22, 1, 0, 0
LARGEST_HELLO = 16 * 1024
"""Bytes of a ClientHello; it may lie in several records."""
MOST_RECORDS = 64


class Alert(enum.IntEnum):
    """Why nothing comes of a handshake, RFC 8446 section 6.2."""

    ACCESS_DENIED = 49
    INTERNAL_ERROR = 80
    UNRECOGNIZED_NAME = 112


def alert(why: Alert) -> bytes:
    """The record that ends a handshake, in plain text."""
    return b"\x15\x03\x03\x00\x02\x02%c" % why


def server_name(data: bytes) -> str | None:
    """The server name in the ClientHello that ``data`` begins with, empty when it has none.

    None while it is incomplete. Raises ProtocolError: when it is no ClientHello.
    """
    hello = _handshake(data)
    if hello is None or len(hello) < 4:
        return None
    length = int.from_bytes(hello[1:4])
    if hello[0] != CLIENT_HELLO or length > LARGEST_HELLO:
        raise ProtocolError("is no TLS ClientHello")
    if len(hello) < 4 + length:
        return None
    try:
        return _name(_Reader(hello[4 : 4 + length]))
    except IndexError:
        raise ProtocolError("is a broken TLS ClientHello") from None


class _Reader:
    """Takes vectors whose length stands before them. Raises IndexError: when there is less."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __bool__(self) -> bool:
        return bool(self._data)

    def take(self, count: int) -> bytes:
        if len(self._data) < count:
            raise IndexError
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def vector(self, width: int) -> bytes:
        return self.take(int.from_bytes(self.take(width)))


def _handshake(data: bytes) -> bytes | None:
    """The payload of the handshake records at the beginning of ``data``, as far as they are there."""
    payload, start = b"", 0
    for _ in range(MOST_RECORDS):
        header = data[start : start + 5]
        if (header and header[0] != HANDSHAKE) or header[1:2] not in (b"", b"\3"):
            raise ProtocolError("does not speak TLS") if not payload else ProtocolError("mixes its records")
        if len(header) < 5:
            return payload or None
        length = int.from_bytes(header[3:])
        if length > LARGEST_HELLO or not length:
            raise ProtocolError("sends a TLS record that is too large")
        payload += data[start + 5 : start + 5 + length]
        if len(payload) > 4 and len(payload) >= 4 + int.from_bytes(payload[1:4]):
            return payload
        start += 5 + length
    raise ProtocolError("sends its ClientHello in too many records")


def _name(hello: _Reader) -> str:
    hello.take(2 + 32)  # version, random
    for width in (1, 2, 1):  # session id, cipher suites, compression methods
        hello.vector(width)
    extensions = _Reader(hello.vector(2) if hello else b"")
    while extensions:
        kind, body = int.from_bytes(extensions.take(2)), _Reader(extensions.vector(2))
        if kind == SERVER_NAME:
            names = _Reader(body.vector(2))
            while names:
                name_kind, name = names.take(1)[0], names.vector(2)
                if name_kind == HOST_NAME:
                    return name.decode("ascii", "replace")
    return ""
