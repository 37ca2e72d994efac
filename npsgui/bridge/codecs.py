"""What lies between a stream's bytes and the mux: TLS, or snappy. Pure: no clock, no socket.

Source: nps-wire.md section 9.
"""

from __future__ import annotations

import importlib
import ssl
from typing import Final, Protocol

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


def snappy_codec() -> Codec:
    """Snappy's framing format. Its library, 2 MB, is loaded for the first stream that is compressed."""
    codec: Codec = importlib.import_module("npsgui.bridge.snappy_codec").SnappyCodec()
    return codec
