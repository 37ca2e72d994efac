"""One visitor's connection and the connection to its target: two halves that hold each other.

A half reads its socket, charges, and writes to the other half in the same callback. Nothing can come
between, so counting and quotas are exact without a lock. No task, no stream reader, no queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping
from typing import cast

from npsgui.model.entities import Target
from npsgui.model.errors import AgentLost
from npsgui.model.flow import Direction
from npsgui.model.gate import Cause, Lane, Lease
from npsgui.relay.buffers import LARGEST, LEAST
from npsgui.relay.pacer import Turns
from npsgui.relay.prelude import Prelude
from npsgui.relay.sessions import Session
from npsgui.relay.shared import Shared
from npsgui.transports import LEAST_UNSENT, hold, outlives_eof

FLUSH_SECONDS = 30.0
"""How long a cut session may take to send what was charged."""

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes close() send RST."""

_CAUSES: Mapping[type[Exception], Cause] = {AgentLost: Cause.AGENT, ConnectionRefusedError: Cause.TARGET}
"""What ended a connection through an agent."""

FIRST_CHUNK = 32 * 1024

OPENING = 1
STALLED = 2
RATE = 4
"""Reasons to hold a half's reading, as bits: not both sides connected; the other side's reader does not keep
up; a bucket is dry."""


class Half(asyncio.BufferedProtocol):
    """One side of a Session. ``lane`` is the direction that its bytes go in: what is read here."""

    __slots__ = (
        "_chunk",
        "_holds",
        "_size",
        "eof",
        "lane",
        "other",
        "session",
        "transport",
        "turns",
    )

    other: Half
    transport: asyncio.Transport | None

    def __init__(self, session: Pair, lane: Lane) -> None:
        self.session = session
        self.lane = lane
        self.transport = None
        self._chunk = FIRST_CHUNK
        self._size = 0
        self._holds = OPENING
        self.eof = False
        self.turns = Turns(lane, session.shared.pacer, self)

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=LEAST_UNSENT)
        if self._holds:
            hold(self.transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        session, lane = self.session, self.lane
        buffers = session.shared.buffers
        if self._chunk > buffers.largest:
            self._chunk = buffers.largest
        size = self._chunk
        if not lane.limited or session.cause is not None:
            self._size = size
            return buffers.views[size]
        self._size = lane.cut(size, self.turns.grant)
        return buffers.views[size][: self._size or size]

    def buffer_updated(self, count: int) -> None:
        session, lane = self.session, self.lane
        sink = self.other.transport
        if session.cause is not None or sink is None or sink.is_closing():
            return
        if not self._size:
            session.quota_reached()
            return
        lane.charge(session.flow, count)
        size, buffers = self._chunk, session.shared.buffers
        sink.write(buffers.views[size][:count])
        if sink.get_write_buffer_size():
            buffers.give_away(size)
        elif count == size < LARGEST:
            self._chunk = size * 2
        # a chunk that is smaller than it might be is not the last of a quota
        if count == self._size and lane.flows and not lane.quota_left(1):
            session.quota_reached()
        elif lane.buckets:
            self.turns.spent(count)

    def eof_received(self) -> bool:
        self.eof = True
        return self.session.half_closed(self) and outlives_eof(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._holds & STALLED:
            self.session.shared.buffers.stalled(-1)
        self.session.half_lost(self, exc)

    def pause_writing(self) -> None:
        self.other.stall()

    def resume_writing(self) -> None:
        self.other.flow_again()

    # What the session and the pacer call

    def feed(self, data: bytes) -> None:
        """Carry bytes that were read from this side before it was there."""
        while data and self.session.cause is None:
            buffer = self.get_buffer(len(data))
            count = min(len(buffer), len(data))
            buffer[:count] = data[:count]
            data = data[count:]
            self.buffer_updated(count)

    def start(self) -> None:
        """Both sides are connected: begin to read, or to wait for a turn."""
        self._release(OPENING)
        if self.lane.buckets:
            self.turns.take(self.session.shared.loop.time())

    def pace(self, waits: bool) -> None:
        """A bucket of its lane is dry, or its turn there has come."""
        if waits:
            self._hold(RATE)
        else:
            self._release(RATE)

    def stall(self) -> None:
        """The other side's reader does not keep up: read no more for now, and less at a time then."""
        if not self._holds & STALLED:
            self.session.shared.buffers.stalled(1)
            self._chunk = max(LEAST, self._chunk // 2)
            self._hold(STALLED)

    def flow_again(self) -> None:
        """The other side has sent everything."""
        if self._holds & STALLED:
            self.session.shared.buffers.stalled(-1)
            self._release(STALLED)

    def drain(self) -> None:
        """The session was cut: send what was charged and EOF, read and drop what still comes until EOF."""
        self.turns.leave()
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        self.shut()
        if self.eof or not transport.can_write_eof():
            transport.close()
        else:
            self.flow_again()
            self._release(OPENING | RATE)

    def shut(self) -> None:
        """Send EOF after what is buffered; reading goes on."""
        if self.transport is not None and not self.transport.is_closing():
            # a peer that has reset the connection, which the loop has yet to see, takes no EOF
            with contextlib.suppress(OSError):
                if self.transport.can_write_eof():
                    self.transport.write_eof()

    def abort(self) -> None:
        """Close now, with RST: what happened to the other side's connection happens to this one."""
        if self.transport is not None:
            peer = self.transport.get_extra_info("socket")
            if peer is not None and peer.fileno() >= 0:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()

    def _hold(self, reason: int) -> None:
        if not self._holds and self.transport is not None:
            self.transport.pause_reading()
        self._holds |= reason

    def _release(self, reason: int) -> None:
        held, self._holds = self._holds, self._holds & ~reason
        # A transport that has met EOF and is resumed would meet it again and again.
        if held and not self._holds and self.transport is not None and not self.eof:
            self.transport.resume_reading()


class Pair(Session):
    """Two halves that hold each other."""

    __slots__ = ("_deadline", "_timer", "shared", "target_half", "visitor_half")

    def __init__(
        self, shared: Shared, lease: Lease, peer: str, sides: tuple[type[Half], type[Half]] = (Half, Half)
    ) -> None:
        super().__init__(shared.sessions, lease, peer)
        self.shared = shared
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.visitor_half = sides[0](self, self.gate.lanes[Direction.INLET])
        self.target_half = sides[1](self, self.gate.lanes[Direction.EXPORT])
        self.visitor_half.other = self.target_half
        self.target_half.other = self.visitor_half

    @property
    def halves(self) -> tuple[Half, Half]:
        """The visitor's side and the target's."""
        return self.visitor_half, self.target_half

    def start(self, target: Target | str) -> None:
        """Both sides are connected; if the session was cut meanwhile, close them."""
        self.target = str(target)
        if self.cause is not None:
            self.abort()
            return
        self.visitor_half.start()
        self.target_half.start()
        self.opened()

    def take_over(self, prelude: Prelude, target: Target | str) -> None:
        """The target is connected; the visitor is whom ``prelude`` has talked with."""
        if not prelude.hand_over(self.visitor_half):
            self.cause = self.cause or Cause.PEER
            self.target_half.abort()
            return
        self.start(target)
        self.visitor_half.feed(bytes(prelude.unread))
        if prelude.ended and self.cause is None and self.visitor_half.transport is not None:
            self.visitor_half.eof_received()

    def half_closed(self, half: Half) -> bool:
        """``half`` has met EOF: carry it across. Whether ``half`` stays open, for the answer."""
        if self.cause is not None:
            return False
        other = half.other
        # TLS cannot close one direction. An agent of NPS cannot either: a visitor that has said all still
        # waits for its answer there, and the stream stays open.
        whole = other.transport is None or other.transport.can_write_eof() or half is self.visitor_half
        if whole and not other.eof:
            other.shut()
            return True
        if other.transport is not None:
            other.transport.close()
        return False

    def half_lost(self, half: Half, error: Exception | None) -> None:
        """The connection of ``half`` is gone: that of the other goes the same way."""
        half.transport = None
        other = half.other
        if self.cause is None and error is not None:
            self.cause = _CAUSES.get(type(error))
        if other.transport is None:
            self.end()
        elif error is not None:
            other.abort()
        elif self.cause is None:
            other.transport.close()

    def cut(self, cause: Cause) -> None:
        """Charge nothing more, from now on; send what was charged, then close. Cutting again does nothing."""
        if self.cause is not None:
            return
        self.cause = cause
        self._deadline = self.shared.loop.time() + FLUSH_SECONDS
        self._timer = self.shared.loop.call_later(self.shared.sessions.drain_seconds, self._hurry)
        for half in self.halves:
            half.drain()

    def abort(self) -> None:
        """Close both sides at once."""
        for half in self.halves:
            half.abort()

    def end(self) -> None:
        """Both sides are closed."""
        if self._timer is not None:
            self._timer.cancel()
        super().end()

    def _hurry(self) -> None:
        """The time to drain is over: close whatever has nothing left to send."""
        now = self.shared.loop.time()
        waiting = False
        for half in self.halves:
            if half.transport is None:
                continue
            if not half.transport.get_write_buffer_size():
                half.transport.abort()
            elif now < self._deadline:
                waiting = True
            else:
                half.abort()
        if waiting:
            self._timer = self.shared.loop.call_later(self.shared.sessions.drain_seconds, self._hurry)
