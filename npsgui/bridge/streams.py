"""A stream of a mux as an ``asyncio.Transport``: what the relay and the agent talk through.

Never waits and never blocks another stream: what the peer does not take stays here, and the writer is
told to pause; what the protocol does not take stays here, and the peer is not told that it was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from npsgui.bridge.carrying import Carrier
from npsgui.bridge.delivery import Delivery
from npsgui.bridge.frames import Run
from npsgui.bridge.mux import Channel, State
from npsgui.bridge.writing import WriteSide

NO_EXTRA: Mapping[str, Any] = MappingProxyType({})


class Stream(WriteSide, asyncio.Transport):
    """One stream. ``opening`` goes out before anything that is written, by itself: the Link header."""

    _start_tls_compatible = True

    def __init__(
        self,
        carrier: Carrier,
        channel: Channel,
        protocol: asyncio.BaseProtocol,
        *,
        opening: bytes = b"",
        half_close: bool = False,
        extra: Mapping[str, Any] = NO_EXTRA,
    ) -> None:
        super().__init__(carrier, channel, opening, half_close, extra)
        self._delivery = Delivery(protocol, self._takes)
        self._opening = len(opening)
        self._reading = True
        self._resuming = False
        self._heard = False
        self._eof_met = False
        self._lost = False
        self._connected: asyncio.Future[Exception | None] | None = None

    # What asyncio's protocols call, beside the writing side

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._delivery.protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._delivery.protocol = protocol

    def is_closing(self) -> bool:
        return self._closing

    def is_reading(self) -> bool:
        return self._takes()

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True
        if not self._resuming and (self._delivery.held or self._eof_met):
            # not here and now: the caller may be in the middle of taking bytes
            self._resuming = True
            self._carrier.loop.call_soon(self._resume)

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._delivery.drop()
            if not self._backlog or self.channel.state in (State.ENDED, State.CLOSED):
                self._finish(None)

    def abort(self) -> None:
        self._finish(None)

    # What the trunk calls, beside ``drain``

    def arrived(self, run: Run) -> None:
        if self._closing:
            return
        if run.parts:
            if not self._heard:
                self._heard = True
                self.ready()
            self._consumed(self._delivery.give(run.parts))
        if run.ended and self.half_close:
            self._eof_met = True
            self._meet_eof()
        if self._linger is not None:
            self._await_answer()

    def ended(self) -> None:
        if self._closing:
            self._finish(None)
            return
        if self.refused:
            self._finish(ConnectionRefusedError("the agent closed the stream at once"))
            return
        self._backlog.clear()
        self._eof_met = True
        self._meet_eof()

    def lost(self, error: Exception | None) -> None:
        self.channel.state = State.CLOSED
        self._finish(error)

    def ready(self) -> bool:
        """The peer has taken the stream, or has read some: whether anything waits to be sent."""
        waiting = self._connected
        if waiting is not None and not waiting.done():
            reported = self.channel.acked >= self._opening if self.half_close else self.channel.room > 0
            if reported or self._heard:
                waiting.set_result(None)
        return bool(self._backlog)

    def connected(self) -> asyncio.Future[Exception | None]:
        """Done when the agent has its target; with the error when it has not.

        npc says nothing of its target: of it one only learns that it has taken the stream.
        """
        if self._connected is None:
            self._connected = self._carrier.loop.create_future()
            self.ready()
        return self._connected

    @property
    def refused(self) -> bool:
        """Whether the peer closed the stream without a target, as far as one can know: nothing was read."""
        if self._heard or not self._opening:
            return False
        # an npsgui agent reports the opening as read when it has its target, npc before it dials
        connected = self._opening if self.half_close else self._opening + 1
        return self.channel.acked < connected

    def _takes(self) -> bool:
        return self._reading and not self._closing

    def _resume(self) -> None:
        self._resuming = False
        if self._takes():
            self._consumed(self._delivery.resume())
            self._meet_eof()

    def _consumed(self, count: int) -> None:
        if count:
            self._carrier.mux.consumed(self.channel, count)
            self._carrier.flush_soon()

    def _meet_eof(self) -> None:
        """Tell the protocol, if all that came before was handed on."""
        if not self._eof_met or self._delivery.held or not self._takes():
            return
        self._eof_met = False
        ended = self.channel.state is State.ENDED
        stays_open = cast("asyncio.Protocol", self._delivery.protocol).eof_received()
        if ended or not stays_open:
            self.close()

    def _finish(self, error: Exception | None) -> None:
        """Close for good, once; the protocol hears of it in the loop's next turn."""
        self._closing = True
        if self._lost:
            return
        self._lost = True
        if self._linger is not None:
            self._linger.cancel()
        self._backlog = bytearray()
        self._delivery.drop()
        if self._connected is not None and not self._connected.done():
            self._connected.set_result(error or ConnectionAbortedError("the stream was closed"))
        if self.channel.state is not State.CLOSED:
            self._carrier.mux.close(self.channel)
            self._carrier.flush_soon()
        self._carrier.forget(self)
        self._carrier.loop.call_soon(self._delivery.protocol.connection_lost, error)
