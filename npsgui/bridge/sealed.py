"""Datagrams in a stream with a codec: one TLS record, or snappy chunk, is one datagram.

Source: nps-wire.md section 10.2. The first record of a Go peer holds 1.2 KB at most: of it, a larger first
datagram comes in two, as it does at NPS.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from npsgui.bridge.codecs import Codec
from npsgui.bridge.datagrams import BACKLOG
from npsgui.bridge.layers import Layer


class SealedDatagrams(asyncio.DatagramTransport, asyncio.Protocol):
    """The transport of ``protocol``, and itself the protocol of a layer."""

    def __init__(self, protocol: asyncio.DatagramProtocol, largest: int) -> None:
        super().__init__()
        self.dropped = 0
        """Datagrams that were not sent: too large for one record, or nobody reads."""
        self._protocol = protocol
        self._largest = largest
        self._layer: asyncio.Transport | None = None

    def get_protocol(self) -> asyncio.DatagramProtocol:
        return self._protocol

    def is_closing(self) -> bool:
        return self._layer is None or self._layer.is_closing()

    def takes(self, size: int) -> bool:
        """Whether a datagram of so many bytes is sent now or later, and not dropped."""
        layer = self._layer
        if layer is None or layer.is_closing():
            return False
        return 0 < size <= self._largest and layer.get_write_buffer_size() + size <= BACKLOG

    def sendto(self, data: bytes | bytearray | memoryview, addr: Any = None) -> None:
        if self._layer is None or not self.takes(len(data)):
            self.dropped += 1
        else:
            self._layer.write(data)

    def close(self) -> None:
        if self._layer is not None:
            self._layer.close()

    def abort(self) -> None:
        if self._layer is not None:
            self._layer.abort()

    # What the layer calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._layer = cast("asyncio.Transport", transport)
        self._protocol.connection_made(self)

    def data_received(self, data: bytes) -> None:
        self._protocol.datagram_received(data, ("", 0))

    def connection_lost(self, exc: Exception | None) -> None:
        self._layer = None
        self._protocol.connection_lost(exc)


def sealed(protocol: asyncio.DatagramProtocol, codec: Codec) -> tuple[SealedDatagrams, Layer]:
    """A transport for ``protocol``, and the layer that it is sent through."""
    made = SealedDatagrams(protocol, codec.largest)
    layer = Layer(codec, made)
    layer.underside.separate = True
    return made, layer
