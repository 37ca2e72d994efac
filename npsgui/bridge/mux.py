"""One side of an NPS mux session: bytes in, events out, and bytes to send. Pure: no clock, no socket.

What would block or end a Go peer is never sent: no OPEN_FAIL, no second OPEN_OK, no data before the peer's
OPEN_OK, no frame over 4085 bytes, no empty ping. Source: nps-wire.md sections 6 and 7.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from npsgui.bridge import frames
from npsgui.bridge.frames import Bytes, Control, Frame, Run, parse
from npsgui.bridge.window import OURS, ReceiveWindow, SendWindow, window_of
from npsgui.model.errors import ProtocolError

LAST_ID: Final = 2**31 - 10_000
"""From here ids begin at 1 again. Source: mux/mux.go:364."""

MISSED_PINGS: Final = 60
"""NPS's ``disconnect_timeout``: this many pings in a row without an answer end a session."""

SILENT_PINGS: Final = 3
"""So do this many when not a single byte came meanwhile: that is no slow line, nobody is there."""

MOST_STREAMS: Final = 20_000
"""A peer that opens more at once is broken."""


class State(enum.Enum):
    """How far a channel is."""

    ASKED = "asked"
    """The peer opened it; we have not answered."""
    OPENING = "opening"
    """We opened it; the peer has not answered. Nothing may be sent on it."""
    OPEN = "open"
    ENDED = "ended"
    """The peer has closed it: it takes nothing any more."""
    CLOSED = "closed"


@dataclass(slots=True, eq=False)
class Channel:
    """One stream of a mux: its id and its two windows."""

    ident: int
    state: State
    outgoing: SendWindow = field(default_factory=SendWindow)
    incoming: ReceiveWindow = field(default_factory=ReceiveWindow)
    acked: int = 0
    """Bytes that the peer has reported as read since the stream was opened."""

    @property
    def room(self) -> int:
        """Bytes that may be sent now."""
        return self.outgoing.room if self.state is State.OPEN else 0


@dataclass(slots=True)
class Asked:
    """The peer has opened a stream: ``accept`` it, or ``accept`` and ``close``."""

    channel: Channel


@dataclass(slots=True)
class Arrived:
    """Data: ``run`` holds views of the bytes that were received."""

    channel: Channel
    run: Run


@dataclass(slots=True)
class Ready:
    """More may be sent than before: the peer has accepted the stream, or has read some."""

    channel: Channel


@dataclass(slots=True)
class Ended:
    """The peer has closed the stream, or has refused it."""

    channel: Channel


@dataclass(slots=True)
class Ponged:
    """The peer has answered the ping with this payload."""

    payload: bytes


Event: TypeAlias = Asked | Arrived | Ready | Ended | Ponged


class Mux:
    """Streams over one connection. ``receive`` what comes; send what ``take`` gives."""

    def __init__(self, window: int = OURS, missed_pings: int = MISSED_PINGS) -> None:
        self.channels: dict[int, Channel] = {}
        self.size = 0
        """Bytes that wait for ``take``."""
        self._window = window
        self.missed_pings = missed_pings
        """So many pings in a row without an answer end the session."""
        self._carry = b""
        self._pieces: list[bytes | memoryview] = []
        self._due: dict[Channel, None] = {}
        self._last_id = 0
        self._pings = 0
        self._heard = True
        self._silent = 0

    def receive(self, data: bytes | memoryview) -> list[Event]:
        """Take bytes from the peer; what they mean. Raises ProtocolError: then the session is over.

        The parts of a Run are good until the caller reuses the memory of ``data``.
        """
        self._heard = True
        view = memoryview(self._carry + data if self._carry else data)
        found, taken = parse(view)
        self._carry = bytes(view[taken:])
        events: list[Event] = []
        for frame in found:
            event = self._meet(frame)
            if event is not None:
                events.append(event)
        return events

    def open(self) -> Channel:
        """Open a stream. Nothing can be sent on it before a Ready event."""
        channel = self._new(self._free_id(), State.OPENING)
        self._put(frames.short(frames.OPEN, channel.ident))
        return channel

    def accept(self, channel: Channel) -> None:
        """Answer a stream that the peer opened; once, a second answer would block a Go peer for ever."""
        if channel.state is not State.ASKED:
            return
        channel.state = State.OPEN
        self._put(frames.short(frames.OPEN_OK, channel.ident))
        self._report(channel)

    def send(self, channel: Channel, data: Bytes, *, message: bool = False) -> int:
        """Send as much of ``data`` as the peer takes now; how many bytes that was.

        A ``message`` keeps its boundary: what is left of it is sent later, by another call. Otherwise what is
        sent is whole in itself, so that no peer sits on it waiting for more.
        """
        count = min(len(data), channel.room)
        if not count:
            return 0
        whole = count == len(data)
        channel.outgoing.sent += count
        last = frames.PART if message and not whole else frames.MSG
        pieces = frames.data_frames(channel.ident, data if whole else memoryview(data)[:count], last)
        # joined here and now: the caller's memory is its own again
        self._put(b"".join(pieces))
        return count

    def end(self, channel: Channel) -> None:
        """Say that this direction has ended; only to a peer that is npsgui and was told so."""
        if channel.state is State.OPEN:
            self._put(frames.end_mark(channel.ident))

    def consumed(self, channel: Channel, count: int) -> None:
        """Bytes of this stream were handed on: let the peer send as many again."""
        if channel.incoming.consumed(count) and channel.state in (State.OPEN, State.OPENING):
            self._due[channel] = None

    def close(self, channel: Channel) -> None:
        """Close a stream and forget it; what was sent arrives first."""
        if channel.state is not State.CLOSED:
            channel.state = State.CLOSED
            self._due.pop(channel, None)
            del self.channels[channel.ident]
            self._put(frames.short(frames.CLOSE, channel.ident))

    def tick(self, payload: bytes) -> None:
        """Every five seconds: ping, and report what waits. Raises ProtocolError: no answer for too long."""
        self._silent = 0 if self._heard else self._silent + 1
        self._heard = False
        self._pings += 1
        if self._silent >= SILENT_PINGS or self._pings > self.missed_pings:
            raise ProtocolError("no answer to pings")
        self._put(frames.ping(payload))
        for channel in self.channels.values():
            if channel.incoming.unreported and channel.state is State.OPEN:
                self._due[channel] = None

    def take(self, *, acks: bool = True) -> bytes:
        """Everything to send. Without ``acks`` reports of what was read wait, and grow into one a stream."""
        if acks and self._due:
            for channel in self._due:
                self._report(channel)
            self._due.clear()
        pieces, self._pieces, self.size = self._pieces, [], 0
        return pieces[0] if len(pieces) == 1 and isinstance(pieces[0], bytes) else b"".join(pieces)

    def _meet(self, frame: Frame) -> Event | None:
        if isinstance(frame, Control) and frame.flag in (frames.PING, frames.PONG):
            return self._meet_ping(frame)
        channel = self.channels.get(frame.ident)
        if isinstance(frame, Control) and frame.flag == frames.OPEN:
            return self._meet_open(frame.ident)
        if channel is None or channel.state in (State.ENDED, State.CLOSED):
            return None
        if isinstance(frame, Run):
            channel.incoming.arrived(sum(map(len, frame.parts)))
            return Arrived(channel, frame)
        return self._meet_control(channel, frame)

    def _meet_control(self, channel: Channel, frame: Control) -> Event | None:
        if frame.flag == frames.ACK:
            before = channel.outgoing.sent
            if not channel.outgoing.acked(frame.read, frame.largest):
                return None
            channel.acked += before - channel.outgoing.sent
            return Ready(channel)
        if frame.flag == frames.OPEN_OK:
            if channel.state is not State.OPENING:
                return None
            channel.state = State.OPEN
            self._report(channel)
            return Ready(channel)
        channel.state = State.ENDED
        self._due.pop(channel, None)
        return Ended(channel)

    def _meet_ping(self, frame: Control) -> Event | None:
        if frame.flag == frames.PONG:
            self._pings = 0
            return Ponged(frame.payload)
        self._put(frames.ping(frame.payload, frames.PONG))
        return None

    def _meet_open(self, ident: int) -> Event:
        if ident in self.channels:
            raise ProtocolError(f"stream {ident} opened twice")
        if len(self.channels) >= MOST_STREAMS:
            raise ProtocolError(f"more than {MOST_STREAMS} streams")
        return Asked(self._new(ident, State.ASKED))

    def _new(self, ident: int, state: State) -> Channel:
        size = window_of(len(self.channels), self._window)
        channel = self.channels[ident] = Channel(ident, state, incoming=ReceiveWindow(size))
        return channel

    def _report(self, channel: Channel) -> None:
        """Say how much was read and how much may come."""
        size = window_of(len(self.channels), self._window)
        self._put(frames.ack(channel.ident, channel.incoming.report(size), size))

    def _free_id(self) -> int:
        ident = self._last_id
        while True:
            ident = ident + 1 if ident < LAST_ID else 1
            if ident not in self.channels:
                self._last_id = ident
                return ident

    def _put(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.size += len(piece)
