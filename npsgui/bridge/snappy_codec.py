"""Snappy in a stream. Pure: no clock, no socket.

Source: nps-wire.md section 9.
"""

from __future__ import annotations

from typing import Final

import cramjam
import snappy

from npsgui.bridge.frames import Bytes
from npsgui.model.errors import ProtocolError

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
