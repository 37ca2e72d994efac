"""What lies between a stream's bytes and the mux: TLS, or snappy. Pure: no clock, no socket.

Source: nps-wire.md section 9.
"""

from __future__ import annotations

import ssl
from typing import Final, Protocol

import cramjam
import snappy

from npsgui.bridge.frames import Bytes
from npsgui.model.errors import ProtocolError


class Codec(Protocol):
    """Turns what is written into what is sent, and what was received into what is read."""

    ended: bool
    """Whether the peer has said that it sends no more."""
    largest: int
    """Bytes of one record or chunk."""

    def receive(self, data: Bytes) -> list[bytes]:
        """What ``data`` brings to be read, a piece for each record or chunk. Raises ProtocolError."""

    def write(self, data: Bytes) -> None:
        """Send ``data``, when that is possible."""

    def finish(self) -> None:
        """Nothing more will be written."""

    def take(self) -> bytes:
        """What is to be sent now."""

    waiting: int
    """Bytes written that cannot be sent yet."""


class TlsCodec:
    """TLS in a stream. NPS's server is TLS's server; its certificate proves nothing and is not checked.

    What is written is one record, up to ``largest``.
    """

    largest = 16 * 1024
    """Source: RFC 8446 section 5.1."""

    def __init__(self, context: ssl.SSLContext, *, server: bool) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=server)
        self._shaken = False
        self._backlog: list[bytes] = []
        self.waiting = 0
        self.ended = False
        if not server:
            self._shake()

    def receive(self, data: Bytes) -> list[bytes]:
        self._incoming.write(data)
        try:
            if not self._shaken and not self._shake():
                return []
            return self._read()
        except ssl.SSLError as error:
            raise ProtocolError(f"TLS: {error}") from error

    def write(self, data: Bytes) -> None:
        if self._shaken:
            self._tls.write(data)
        else:
            self._backlog.append(bytes(data))
            self.waiting += len(data)

    def finish(self) -> None:
        if not self._shaken:
            return
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            # it waits for the peer's answer, which nobody needs
            return

    def take(self) -> bytes:
        return self._outgoing.read()

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self._shaken = True
        for data in self._backlog:
            self._tls.write(data)
        self._backlog, self.waiting = [], 0
        return True

    def _read(self) -> list[bytes]:
        parts: list[bytes] = []
        while not self.ended:
            try:
                part = self._tls.read(256 * 1024)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                part = b""
            if part:
                parts.append(part)
            else:
                self.ended = True
        return parts


class GoneCodec:
    """Stands where a codec was once its connection is gone: nothing comes, nothing goes."""

    ended = True
    waiting = 0
    largest = 0

    def receive(self, data: Bytes) -> list[bytes]:
        return []

    def write(self, data: Bytes) -> None:
        return

    def finish(self) -> None:
        return

    def take(self) -> bytes:
        return b""


GONE: Final = GoneCodec()

IDENTIFIER: Final = b"\xff\x06\x00\x00sNaPpY"
LONGEST_PLAIN: Final = 64 * 1024
LONGEST_CHUNK: Final = 4 + 32 + LONGEST_PLAIN + LONGEST_PLAIN // 6
"""A checksum and the most that 64 KiB can grow to. Source: snappy's MaxCompressedLength."""


class SnappyCodec:
    """Snappy's framing format in each direction; every write is flushed."""

    waiting = 0
    largest = LONGEST_PLAIN

    def __init__(self) -> None:
        self._compressor = snappy.StreamCompressor()
        self._decompressor = snappy.StreamDecompressor()
        self._carry = b""
        self._sent = bytearray()
        self.ended = False

    def receive(self, data: Bytes) -> list[bytes]:
        data = self._carry + data
        pieces = []
        position = 0
        while len(data) - position >= 4:
            size = int.from_bytes(data[position + 1 : position + 4], "little")
            if size > LONGEST_CHUNK:
                raise ProtocolError(f"a snappy chunk of {size} bytes")
            after = position + 4 + size
            if after > len(data):
                break
            pieces.append(self._plain(data[position:after]))
            position = after
        self._carry = data[position:]
        return [piece for piece in pieces if piece]

    def write(self, data: Bytes) -> None:
        self._sent += self._compressor.add_chunk(bytes(data))

    def finish(self) -> None:
        return

    def take(self) -> bytes:
        sent, self._sent = bytes(self._sent), bytearray()
        return sent

    def _plain(self, chunk: bytes) -> bytes:
        if not chunk[0]:
            _check_plain_size(chunk[8:13])
        try:
            return bytes(self._decompressor.decompress(chunk))
        except (OSError, cramjam.DecompressionError) as error:
            raise ProtocolError(f"snappy: {error}") from error


def _check_plain_size(head: bytes) -> None:
    """Raises ProtocolError: when a compressed chunk says that it holds more than a chunk may."""
    size = 0
    for shift, byte in enumerate(head):
        size |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            break
    if size > LONGEST_PLAIN:
        raise ProtocolError(f"a snappy chunk of {size} plain bytes")
