"""A codec between a stream of a mux and whoever uses it: a transport on a transport."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, cast

from npsgui.bridge.codecs import GONE, Codec
from npsgui.bridge.delivery import Delivery
from npsgui.bridge.frames import Bytes
from npsgui.model.errors import ProtocolError

_log = logging.getLogger(__name__)


class Layer(asyncio.Transport):
    """What is written is encoded and sent below. ``underside`` is the protocol of the transport below."""

    def __init__(self, codec: Codec, protocol: asyncio.BaseProtocol, *, half_close: bool = True) -> None:
        """``half_close``: whether EOF below ends one direction only; around TLS on TCP it does not."""
        super().__init__()
        self.underside = Underside(self, codec, protocol)
        self._codec = codec
        self._below: asyncio.Transport | None = None
        self._half_close = half_close
        self._closing = False
        self._ending = False
        """EOF is to be sent behind what the codec still holds: TLS before its handshake."""

    @property
    def below(self) -> asyncio.Transport:
        """The stream that carries the encoded bytes."""
        assert self._below is not None, "a layer is used when its stream is there"
        return self._below

    def stand_on(self, below: asyncio.Transport) -> None:
        """Use ``below`` from now on: called by the underside."""
        self._below = below

    def let_go(self) -> None:
        """The transport below is gone: called by the underside."""
        self._codec = GONE

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.below.get_extra_info(name, default)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.underside.delivery.protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.underside.delivery.protocol = protocol

    def is_closing(self) -> bool:
        return self._closing or self.below.is_closing()

    def is_reading(self) -> bool:
        return self.underside.takes()

    def pause_reading(self) -> None:
        self.underside.pause()

    def resume_reading(self) -> None:
        self.underside.resume()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.below.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._codec.waiting + self.below.get_write_buffer_size()

    def write(self, data: Bytes) -> None:
        if data and not self.is_closing():
            self._codec.write(data)
            self.send()
            if self._codec.waiting:
                self.underside.hold_writer()

    def can_write_eof(self) -> bool:
        return self._half_close and self.below.can_write_eof()

    def write_eof(self) -> None:
        if not self.is_closing():
            self._ending = True
            self.send()

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self.underside.delivery.drop()
            self._codec.finish()
            self.send()
            self.below.close()

    def abort(self) -> None:
        self._closing = True
        self.below.abort()

    def send(self) -> None:
        """Send what the codec has ready."""
        data = self._codec.take()
        if data:
            self.below.write(data)
        if self._codec.waiting:
            return
        self.underside.release_writer()
        if self._ending:
            self._ending = False
            # not TLS's close_notify: a Go peer would take it for the end of both directions
            self.below.write_eof()


class Underside(asyncio.Protocol):
    """Decodes what comes from below, and hands it on while the protocol above takes it."""

    def __init__(self, layer: Layer, codec: Codec, protocol: asyncio.BaseProtocol) -> None:
        self.delivery = Delivery(protocol, self.takes)
        self.separate = False
        """Whether each record or chunk is handed on by itself: it is a datagram."""
        self._layer = layer
        self._codec = codec
        self._reading = True
        self._resuming = False
        self._eof_met = False
        self._full = False
        """Whether the stream below takes no more for now."""
        self._holding = False
        """Whether the codec holds what was written."""

    def hold_writer(self) -> None:
        """The codec cannot send yet: the protocol above is to write no more until it can."""
        if not self._holding:
            self._holding = True
            self.delivery.protocol.pause_writing()

    def release_writer(self) -> None:
        """The codec has sent all it had."""
        if self._holding:
            self._holding = False
            if not self._full:
                self.delivery.protocol.resume_writing()

    def pause(self) -> None:
        """The protocol above takes nothing for now."""
        self._reading = False
        self._layer.below.pause_reading()

    def resume(self) -> None:
        """It takes what waits, and then more."""
        self._reading = True
        if not self._resuming:
            self._resuming = True
            # not here and now: the caller may be in the middle of taking bytes
            asyncio.get_running_loop().call_soon(self._go_on)

    def takes(self) -> bool:
        """Whether the protocol above is given what comes."""
        return self._reading and not self._layer.is_closing()

    # What the stream below calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._layer.stand_on(cast("asyncio.Transport", transport))
        self.delivery.protocol.connection_made(self._layer)
        self._layer.send()

    def data_received(self, data: bytes) -> None:
        if self._layer.is_closing():
            return
        try:
            pieces = self._codec.receive(data)
        except ProtocolError as error:
            _log.info("a stream ended: %s", error)
            self._layer.send()
            self._layer.abort()
            return
        self._layer.send()
        if pieces:
            self._give([memoryview(piece) for piece in pieces])
        if self._codec.ended:
            self.eof_received()

    def eof_received(self) -> bool:
        self._eof_met = True
        self._meet_eof()
        return True

    def pause_writing(self) -> None:
        self._full = True
        self.delivery.protocol.pause_writing()

    def resume_writing(self) -> None:
        self._full = False
        if not self._holding:
            self.delivery.protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.delivery.protocol.connection_lost(exc)
        # layer and underside hold each other until garbage is collected; TLS would wait there with 50 KiB
        self._codec = GONE
        self._layer.let_go()

    def _give(self, pieces: Sequence[memoryview]) -> None:
        if not self.separate:
            self.delivery.give(pieces)
            return
        for piece in pieces:
            self.delivery.give((piece,))

    def _go_on(self) -> None:
        self._resuming = False
        if self.takes():
            self.delivery.resume()
        self._meet_eof()
        if self.takes():
            self._layer.below.resume_reading()

    def _meet_eof(self) -> None:
        """Tell the protocol above once, when all that came before was handed on."""
        if self._eof_met and not self.delivery.held and self.takes():
            self._eof_met = False
            protocol = cast("asyncio.Protocol", self.delivery.protocol)
            if not protocol.eof_received():
                self._layer.close()
