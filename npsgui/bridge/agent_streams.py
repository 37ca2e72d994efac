"""What the agent does with a stream that the server opens: reads its Link, dials, joins the two."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from dataclasses import dataclass, field
from typing import Final

from npsgui.bridge.agent_datagrams import UdpEnd, associate, payload_size
from npsgui.bridge.carrying import Carried
from npsgui.bridge.certificate import agent_context
from npsgui.bridge.codecs import Codec, TlsCodec, snappy_codec
from npsgui.bridge.datagrams import DatagramStream
from npsgui.bridge.frames import Run
from npsgui.bridge.layers import Layer
from npsgui.bridge.link_header import DIAL_SECONDS, LinkReader, OurHeader, kind_of
from npsgui.bridge.mux import Channel
from npsgui.bridge.sealed import sealed
from npsgui.bridge.splice import Chunk, splice
from npsgui.bridge.streams import Stream
from npsgui.bridge.trunk import Trunk
from npsgui.model.agents import LinkKind
from npsgui.model.entities import Target
from npsgui.model.errors import ProtocolError
from npsgui.model.flow import Flow
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)

LONGEST_DIAL: Final = 30.0
"""Seconds that a server may let us try."""

_tls = functools.cache(agent_context)


@dataclass(eq=False, slots=True)
class Carriage:
    """One stream that the agent serves."""

    target: str
    peer: str
    flow: Flow
    since: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class Order:
    """What the server has asked for."""

    trunk: Trunk
    header: OurHeader
    size: int
    """Bytes of the Link, which are reported as read when it is carried out."""
    target: Target
    carriage: Carriage


class Streams:
    """All streams of one agent, whatever trunk they came by."""

    def __init__(self, flow: Flow) -> None:
        self.open: dict[Carriage, None] = {}
        self.refused = 0
        """Targets that could not be connected to."""
        self._flow = flow
        self._chunk = Chunk()

    def asked(self, trunk: Trunk, channel: Channel) -> None:
        """The server opens a stream: take it, as npc does, and hear where it is to lead."""
        trunk.accept(channel)
        trunk.carry(Incoming(self, trunk, channel))

    def begin(self, trunk: Trunk, channel: Channel, header: OurHeader, size: int) -> Carried:
        """The Link is read, ``size`` bytes of it; who takes what follows. Raises ProtocolError."""
        kind = kind_of(header)
        target = Target("", 0) if kind is LinkKind.SOCKS_UDP else _target(header.host)
        carriage = Carriage(header.host, header.remote_addr, Flow(parent=self._flow))
        order = Order(trunk, header, size, target, carriage)
        self.open[order.carriage] = None
        plain = not (header.crypt or header.compress)
        if kind is LinkKind.SOCKS_UDP or (kind is LinkKind.UDP and plain):
            return self._begin_datagrams(order, channel, kind)
        stream = Stream(trunk, channel, asyncio.Protocol(), half_close=header.half_close)
        stream.pause_reading()
        spawn(self._dial_udp(order, stream) if kind is LinkKind.UDP else self._dial(order, stream), "dial")
        return stream

    def _begin_datagrams(self, order: Order, channel: Channel, kind: LinkKind) -> Carried:
        """Datagrams as mux messages."""
        order.trunk.mux.consumed(channel, order.size)
        measure = payload_size if kind is LinkKind.SOCKS_UDP else len
        end = UdpEnd(order.carriage.flow, lambda: self._ended(order), measure)
        stream = DatagramStream(order.trunk, channel, end)
        end.connection_made(stream)
        if kind is LinkKind.SOCKS_UDP:
            associate(end)
        else:
            spawn(end.connect(order.target), "dial udp")
        return stream

    async def _dial(self, order: Order, stream: Stream) -> None:
        """Connect to the target; a failure closes the stream, which is all the protocol can say."""
        loop = asyncio.get_running_loop()
        header, target = order.header, order.target
        stream_end, target_end = splice(self._chunk, order.carriage.flow, lambda: self._ended(order))
        try:
            async with asyncio.timeout(_seconds(header)):
                transport, _ = await loop.create_connection(lambda: target_end, target.host, target.port)
        except (OSError, UnicodeError) as error:
            self.refused += 1
            _log.info("target %s: %s", header.host, str(error) or "no answer in time")
            self._ended(order)
            stream.close()
            return
        if stream.is_closing():
            transport.abort()
            return
        # Only now is the Link reported as read: to a server that is npsgui it says that the target is there.
        order.trunk.mux.consumed(stream.channel, order.size)
        order.trunk.flush_soon()
        codec = _codec(header)
        _stand(stream, stream_end if codec is None else Layer(codec, stream_end).underside)
        stream.resume_reading()

    async def _dial_udp(self, order: Order, stream: Stream) -> None:
        """Datagrams in TLS records or snappy chunks."""
        order.trunk.mux.consumed(stream.channel, order.size)
        end = UdpEnd(order.carriage.flow, lambda: self._ended(order))
        codec = _codec(order.header)
        assert codec is not None
        _made, layer = sealed(end, codec)
        _stand(stream, layer.underside)
        stream.resume_reading()
        await end.connect(order.target)

    def _ended(self, order: Order) -> None:
        self.open.pop(order.carriage, None)


class Incoming:
    """Reads the Link at the head of a stream, then hands the stream on."""

    def __init__(self, streams: Streams, trunk: Trunk, channel: Channel) -> None:
        self.channel = channel
        self._streams = streams
        self._trunk = trunk
        self._reader = LinkReader()

    def arrived(self, run: Run) -> None:
        """Part of the Link, and perhaps what follows it."""
        try:
            for index, part in enumerate(run.parts):
                taken = self._reader.take(part)
                if not self._reader.missing:
                    rest = Run(run.ident, list(run.parts[index:]), run.marks[index:], run.ended)
                    rest.parts[0] = part[taken:]
                    if not rest.parts[0]:
                        del rest.parts[0], rest.marks[0]
                    self._hand_on(rest)
                    return
        except ProtocolError as error:
            _log.info("a stream ended: %s", error)
            self._trunk.mux.close(self.channel)
            self._trunk.forget(self)
            self._trunk.flush_soon()

    def _hand_on(self, rest: Run) -> None:
        reader = self._reader
        stream = self._streams.begin(self._trunk, self.channel, reader.header(), reader.size)
        self._trunk.carry(stream)
        if rest.parts or rest.ended:
            stream.arrived(rest)

    def drain(self, most: int) -> bool:
        """Nothing waits here."""
        return False

    def ready(self) -> bool:
        """Nothing waits here."""
        return False

    def ended(self) -> None:
        """The server has thought better of it."""
        self._trunk.mux.close(self.channel)
        self._trunk.forget(self)
        self._trunk.flush_soon()

    def lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._trunk.forget(self)


def _stand(stream: Stream, protocol: asyncio.BaseProtocol) -> None:
    """Put ``protocol`` on a stream that is open."""
    stream.set_protocol(protocol)
    protocol.connection_made(stream)


def _codec(header: OurHeader) -> Codec | None:
    if header.crypt:
        return TlsCodec(_tls(), server=False)
    return snappy_codec() if header.compress else None


def _seconds(header: OurHeader) -> float:
    return min(header.option.timeout, LONGEST_DIAL * 1e9) / 1e9 or DIAL_SECONDS


def _target(text: str) -> Target:
    """``host:port``; a bare port is one of this machine. Raises ProtocolError. Source: common/util.go:252."""
    host, _colon, port = text.rpartition(":")
    known = port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 65536
    if not known or "\0" in host:
        raise ProtocolError(f"the target {text[:100]!r}")
    return Target(host.strip("[]") or "127.0.0.1", int(port))
