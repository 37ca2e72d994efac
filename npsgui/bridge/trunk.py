"""The one TCP connection that carries all streams of an agent: a mux on an asyncio transport."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from npsgui.bridge.carrying import Carried
from npsgui.bridge.mux import (
    MISSED_PINGS,
    Arrived,
    Asked,
    Channel,
    Ended,
    Event,
    Mux,
    Ponged,
    State,
)
from npsgui.bridge.outlet import HIGH, OF_AGENT, Endings, Outlet
from npsgui.bridge.window import OURS
from npsgui.model.errors import AgentLost, ProtocolError

_log = logging.getLogger(__name__)

READ: Final = 256 * 1024

PING_SECONDS: Final = 5.0

OPEN_SECONDS: Final = 120.0
"""A stream whose opening is not answered for this long has failed. Source: mux/mux.go:98."""

FAREWELL_SECONDS: Final = 5.0
"""For a peer to read what was written before the end: one that never does must not keep its socket."""

_buffer = memoryview(bytearray(READ))
"""Shared by all trunks of a process: what is not handed on within a callback is copied."""


class Trunk(Outlet, asyncio.BufferedProtocol):
    """A mux session.

    ``on_asked`` takes the streams that the peer opens, with ``accept`` or ``refuse``; ``on_lost`` is called
    once, with the reason, when all is over.
    """

    def __init__(
        self,
        on_asked: Callable[[Trunk, Channel], None],
        on_lost: Callable[[Trunk, Exception], None],
        *,
        window: int = OURS,
        missed_pings: int = MISSED_PINGS,
        endings: Endings = OF_AGENT,
    ) -> None:
        super().__init__(Mux(window, missed_pings), endings)
        self.latency: float | None = None
        """Seconds that the peer took to answer the last ping."""
        self._on_asked = on_asked
        self._on_lost = on_lost
        self._ping_sent = (b"", 0.0)
        self._ping_timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def closed(self) -> bool:
        """Whether it is over, or has not begun."""
        return self._transport is None

    def start(self, transport: asyncio.Transport, received: bytes = b"") -> None:
        """Run on a connection that is there; ``received`` came after the handshake already."""
        self._transport = transport
        transport.set_write_buffer_limits(high=HIGH, low=HIGH // 4)
        transport.set_protocol(self)
        self._tick()
        if received:
            self._receive(received)

    def open(self) -> Channel:
        """Open a stream; ``carry`` must follow at once. Nothing goes out on it before the peer's answer."""
        channel = self.mux.open()
        self.flush_soon()
        return channel

    def accept(self, channel: Channel) -> None:
        """Take a stream that the peer opened; ``carry`` must follow at once."""
        self.mux.accept(channel)
        self.flush_soon()

    def carry(self, stream: Carried) -> None:
        """Hand all that happens on its channel to ``stream``, in the place of the one that had it."""
        self._streams[stream.channel] = stream
        if stream.channel.state is State.OPENING:
            self._opening[stream] = self.loop.time() + OPEN_SECONDS

    def refuse(self, channel: Channel) -> None:
        """Refuse a stream in the one way that does not hurt a Go peer."""
        self.mux.accept(channel)
        self.mux.close(channel)
        self.flush_soon()

    def close(self, error: Exception) -> None:
        """End the session: what was written is sent, then every stream is lost with ``error``."""
        self._flush()
        transport, self._transport = self._transport, None
        if transport is None:
            return
        if self._ping_timer is not None:
            self._ping_timer.cancel()
        transport.close()
        self.loop.call_later(FAREWELL_SECONDS, transport.abort)
        for stream in list(self._streams.values()):
            stream.lost(error)
        self._on_lost(self, error)

    # What asyncio calls

    def get_buffer(self, sizehint: int) -> memoryview:
        return _buffer

    def buffer_updated(self, count: int) -> None:
        self._receive(_buffer[:count])

    def eof_received(self) -> None:
        self.close(AgentLost(self._endings.closed.template))

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            _log.info("mux session lost: %s", exc)
        self.close(AgentLost(self._endings.lost.template))

    def _receive(self, data: bytes | memoryview) -> None:
        self._receiving = True
        try:
            for event in self.mux.receive(data):
                self._meet(event)
        except ProtocolError as error:
            self._break(error)
            return
        finally:
            self._receiving = False
        self._serve()

    def _meet(self, event: Event) -> None:
        if isinstance(event, Ponged):
            if event.payload == self._ping_sent[0]:
                self.latency = self.loop.time() - self._ping_sent[1]
            return
        if isinstance(event, Asked):
            self._on_asked(self, event.channel)
            return
        stream = self._streams.get(event.channel)
        if stream is None:
            return
        if isinstance(event, Arrived):
            stream.arrived(event.run)
        elif isinstance(event, Ended):
            stream.ended()
        elif stream.ready():
            self._waiting[stream] = None

    def _tick(self) -> None:
        """Every five seconds: ping, and give up what was not answered."""
        now = self.loop.time()
        stamp = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z").encode()
        try:
            self.mux.tick(stamp)
        except ProtocolError as error:
            self._break(error)
            return
        self._ping_sent = (stamp, now)
        self._ping_timer = self.loop.call_later(PING_SECONDS, self._tick)
        for stream, deadline in list(self._opening.items()):
            if stream.channel.state is not State.OPENING:
                del self._opening[stream]
            elif now >= deadline:
                self.mux.close(stream.channel)
                stream.lost(TimeoutError("the agent did not take the stream"))
        self._flush()
