"""A visitor's exchange of datagrams: two ways that queue, charge, pace and drop. Knows no socket.

A datagram is carried whole or not at all. What is over the rate waits its turn in a short queue, so that
sessions that share a bucket get equal shares. What fits neither into the queue nor into the quota is dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from npsgui.model.flow import Direction
from npsgui.model.gate import Cause, Lane, Lease
from npsgui.relay.agent_datagrams import DatagramEnds, DatagramLink
from npsgui.relay.datagrams import Address
from npsgui.relay.pacer import Turns
from npsgui.relay.sessions import Session
from npsgui.relay.shared import Shared

QUEUE = 32
"""Datagrams that may wait in one way."""

QUEUE_BYTES = 256 * 1024
"""Bytes that may wait in one way; a single datagram always may."""


Send: TypeAlias = Callable[[bytes, Address | None], bool]


class Way:
    """One direction of a session. ``send`` takes a datagram and its address; False: nobody took it."""

    __slots__ = ("_bytes", "_lane", "_queue", "_session", "_turns", "_waits", "send")

    def __init__(self, session: UdpSession, lane: Lane) -> None:
        self.send: Send | None = None
        """Set when the other side is there; datagrams wait until then."""
        self._session = session
        self._lane = lane
        self._queue: deque[tuple[bytes, Address | None]] = deque()
        self._bytes = 0
        self._waits = False
        self._turns = Turns(lane, session.shared.pacer, self)

    def offer(self, data: bytes, address: Address | None = None) -> None:
        """Carry a datagram now, in its turn, or never."""
        session, lane = self._session, self._lane
        if session.cause is not None:
            return
        session.touch()
        if lane.buckets and not self._waits and not self._turns.grant:
            self._turns.take(session.shared.loop.time())
        if self.send is not None and not self._waits:
            self._carry(data, address)
        elif self._queue and (len(self._queue) >= QUEUE or self._bytes + len(data) > QUEUE_BYTES):
            session.drop()
        else:
            self._queue.append((data, address))
            self._bytes += len(data)

    def open(self, send: Send) -> None:
        """The other side is there."""
        self.send = send
        self._drain()

    def pace(self, waits: bool) -> None:
        """A bucket of its lane is dry, or its turn there has come."""
        self._waits = waits
        self._drain()

    def close(self) -> None:
        """The session has ended: nothing waits any more."""
        self._turns.leave()
        self._queue.clear()

    def _drain(self) -> None:
        while self._queue and not self._waits and self.send is not None and self._session.cause is None:
            data, address = self._queue.popleft()
            self._bytes -= len(data)
            self._carry(data, address)

    def _carry(self, data: bytes, address: Address | None) -> None:
        session, lane, send = self._session, self._lane, self.send
        count = len(data)
        if send is None or lane.quota_left(count) < count or not send(data, address):
            session.drop()
            return
        lane.charge(session.flow, count)
        if lane.flows and not lane.quota_left(1):
            session.quota_reached()
        elif lane.buckets:
            self._turns.spent(count)


class UdpSession(Session):
    """Two ways, and the time of the last datagram. ``on_end`` is called once."""

    __slots__ = ("_idle", "_link", "_moved", "_on_end", "export", "inlet", "shared")

    def __init__(
        self, shared: Shared, lease: Lease, peer: str, idle: float, on_end: Callable[[], object]
    ) -> None:
        super().__init__(shared.sessions, lease, peer)
        self.shared = shared
        self._on_end = on_end
        self._link: DatagramLink | None = None
        self._idle = idle
        self._moved = shared.loop.time()
        self.inlet = Way(self, self.gate.lanes[Direction.INLET])
        self.export = Way(self, self.gate.lanes[Direction.EXPORT])

    @property
    def ends(self) -> DatagramEnds:
        """What its link tells it."""
        return DatagramEnds(self.export.offer, lambda: self.cut(Cause.AGENT))

    def start(self, target: str, link: DatagramLink) -> None:
        """The way to the target is there; if the session was cut meanwhile, close it."""
        if self.cause is not None:
            link.close()
            return
        self.target = target
        self._link = link
        self.inlet.open(link.send)
        self.opened()

    def touch(self) -> None:
        """A datagram has come, from either side."""
        self._moved = self.shared.loop.time()

    def note(self, seconds: float) -> None:
        """Take the rates; end when nothing has come for too long."""
        super().note(seconds)
        if self.shared.loop.time() - self._moved >= self._idle:
            self.cut(Cause.IDLE)

    def cut(self, cause: Cause) -> None:
        """End. What was charged has been sent."""
        if self.cause is None:
            self.cause = cause
            for way in (self.inlet, self.export):
                way.close()
            if self._link is not None:
                self._link.close()
            self._on_end()
            self.end()

    def give_up(self) -> None:
        """End a session that never had its target."""
        self.cut(Cause.TARGET)

    def abort(self) -> None:
        """End."""
        self.cut(Cause.CLOSED)
