"""The two sides of an HTTP session: they find the messages in their bytes, and change only the heads."""

from __future__ import annotations

import abc
from typing import Protocol, cast

from npsgui.model.gate import Cause, Lane
from npsgui.relay.http.framing import Framing, UntilClose, request_framing, response_framing
from npsgui.relay.http.heads import (
    LARGEST_HEAD,
    BadRequest,
    RequestHead,
    ResponseHead,
    find_head,
    parse_request,
    parse_response,
)
from npsgui.relay.pair import STALLED, Half, Pair
from npsgui.relay.prelude import Prelude
from npsgui.transports import outlives_eof

AHEAD = 8
"""Reason to hold the visitor's side: it has sent more than a head ahead of its answer."""


class Exchange(Protocol):
    """What the halves ask of their session, and tell it."""

    cause: Cause | None
    request: RequestHead | None
    """The one that waits for its answer."""
    keeps: bool
    """Whether the visitor's connection goes on after this answer."""
    target_keeps: bool
    """Whether the target's does."""

    def plan(self, head: RequestHead, /) -> RequestHead | None:
        """What the target is sent for a request; None when it goes to another owner or target."""

    def begins(self, *, halfway: bool) -> None:
        """The next request's head is not there yet; ``halfway``: a part of it is."""

    def asks(self, head: RequestHead, raw: bytes) -> int:
        """The visitor's request goes to the target; how many of the bytes of ``raw`` are to be charged."""

    def answered(self) -> None:
        """The answer is complete."""

    def upgrade(self) -> None:
        """From here on both sides are plain."""

    def hand_back(self) -> None:
        """The visitor has more to ask, of another owner or target."""

    def target_closed(self, *, begun: bool) -> None:
        """The target has closed its connection, in the middle of an answer or before it."""

    def fail(self, half: Half, error: BadRequest) -> None:
        """What came from ``half`` is not HTTP."""

    def leave(self) -> None:
        """Nothing more can come of it."""


class HttpHalf(Half, abc.ABC):
    """One side. ``unread`` is not understood, and not charged, yet."""

    __slots__ = ("framing", "plain", "unread")

    def __init__(self, session: Pair, lane: Lane) -> None:
        super().__init__(session, lane)
        self.unread = bytearray()
        self.framing: Framing | None = None
        """Of the body that is being read; None between messages."""
        self.plain = False
        """After an upgrade: bytes are only bytes."""

    @property
    def exchange(self) -> Exchange:
        """The session."""
        return cast("Exchange", self.session)

    def buffer_updated(self, count: int) -> None:
        if self.plain:
            super().buffer_updated(count)
            return
        if self.session.cause is not None:
            return
        if not self._size:
            self.session.quota_reached()
            return
        data = self.session.shared.buffers.views[self._chunk][:count]
        if self.framing is not None and not self.unread:
            taken = self._body(data)
            data = data[taken:]
        self.unread += data
        self._advance()

    def feed(self, data: bytes) -> None:
        """Carry bytes that were read from this side before it was there."""
        if self.plain:
            super().feed(data)
        else:
            self.unread += data
            self._advance()

    def deliver(self, data: bytes | memoryview, wire: int | None = None) -> None:
        """Charge and send; ``wire``: bytes on the visitor's wire, if not those of ``data``."""
        session, lane, sink = self.session, self.lane, self.other.transport
        if sink is None or sink.is_closing() or session.cause is not None:
            return
        count = len(data) if wire is None else wire
        allowed = lane.quota_left(count)
        if allowed < count:
            if wire is not None:
                self.exchange.fail(self, BadRequest(429, "A quota has less left than this request takes."))
                return
            data, count = data[:allowed], allowed
        lane.charge(session.flow, count)
        sink.write(data)
        if sink.get_write_buffer_size():
            session.shared.buffers.give_away(self._chunk)
        if lane.flows and not lane.quota_left(1):
            session.quota_reached()
        elif lane.buckets:
            self.turns.spent(count)

    def _body(self, data: memoryview, head: bytes = b"") -> int:
        """Carry what of ``data`` belongs to the body, together with ``head``; how many bytes of ``data``."""
        assert self.framing is not None
        try:
            taken = self.framing.take(data)
        except BadRequest as error:
            self.deliver(head)
            self.exchange.fail(self, error)
            return len(data)
        self.deliver(head + data[:taken] if head else data[:taken])
        return taken

    def _take_body(self) -> bool:
        """Carry what is unread of the body. Whether the body is complete."""
        assert self.framing is not None
        if self.unread and not self.framing.done:
            taken = self._body(memoryview(bytes(self.unread)))
            del self.unread[:taken]
        return self.framing.done and self.session.cause is None

    @abc.abstractmethod
    def _advance(self) -> None:
        """Carry what is unread as far as it is understood and may go."""


class RequestHalf(HttpHalf):
    """The visitor's side."""

    def eof_received(self) -> bool:
        """A visitor that has asked may close its sending side, and still gets its answer."""
        if self.plain:
            return super().eof_received()
        self.eof = True
        session = self.exchange
        if session.request is None or self.framing is not None or session.cause is not None:
            session.leave()
            return False
        return outlives_eof(self.transport)

    def _advance(self) -> None:
        session = self.exchange
        try:
            while session.cause is None and self.transport is not None:
                if self.framing is None and not self._begin():
                    return
                if not self._take_body():
                    return
                self.framing = None
        except BadRequest as error:
            session.fail(self, error)

    def _begin(self) -> bool:
        """Send the next request's head to the target, if it is there and its turn."""
        session = self.exchange
        if session.request is not None:
            if len(self.unread) >= LARGEST_HEAD:
                self._hold(AHEAD)
            return False
        raw = find_head(self.unread)
        if raw is None:
            if self.eof:
                session.leave()
            session.begins(halfway=bool(self.unread))
            return False
        head = parse_request(raw)
        framing = request_framing(head)
        wanted = session.plan(head)
        if wanted is None:
            session.hand_back()
            return False
        del self.unread[: len(raw)]
        self.framing = framing
        self.deliver(bytes(wanted), session.asks(head, raw))
        return True

    def part(self) -> Prelude | None:
        """Let go of the visitor, with all it has said that was not carried; None when it is gone."""
        transport, self.transport = self.transport, None
        if transport is None:
            return None
        self.turns.leave()
        if self._holds & STALLED:
            self.session.shared.buffers.stalled(-1)
        prelude = Prelude()
        prelude.unread, prelude.ended = self.unread, self.eof
        transport.set_write_buffer_limits()
        transport.set_protocol(prelude)
        prelude.connection_made(transport)
        if self._holds and not self.eof:
            transport.resume_reading()
        return prelude

    def answered(self) -> None:
        """The next request may come."""
        self._release(AHEAD)
        self._advance()


class ResponseHalf(HttpHalf):
    """The target's side."""

    def eof_received(self) -> bool:
        if self.plain:
            return super().eof_received()
        self.eof = True
        if isinstance(self.framing, UntilClose):
            self.framing = None
            self.exchange.answered()
        else:
            self.exchange.target_closed(begun=self.framing is not None)
        return False

    def _advance(self) -> None:
        session = self.exchange
        try:
            while session.cause is None and self.transport is not None and not self.plain:
                if self.framing is None and not self._begin():
                    return
                if not self._take_body():
                    return
                self.framing = None
                session.answered()
        except BadRequest as error:
            session.fail(self, BadRequest(502, str(error)))

    def _begin(self) -> bool:
        """Send the head of the answer to the visitor, once it is there."""
        session = self.exchange
        if session.request is None:
            if self.unread:
                session.leave()
            return False
        while (raw := find_head(self.unread)) is not None:
            del self.unread[: len(raw)]
            head = parse_response(raw)
            if head.status == 101:
                self._switch(head, session.request)
                return False
            if head.status >= 200:
                self.framing = response_framing(head, session.request.method)
                taken = self._body(memoryview(bytes(self.unread)), bytes(self._for_visitor(head)))
                del self.unread[:taken]
                return True
            self.deliver(bytes(head))
        return False

    def _switch(self, head: ResponseHead, request: RequestHead) -> None:
        """The target speaks another protocol from here on. Raises BadRequest: nobody asked it to."""
        if not request.upgrades:
            raise BadRequest(502, "The target changes the protocol, which the request did not ask for.")
        self.deliver(bytes(head))
        self.exchange.upgrade()

    def _for_visitor(self, head: ResponseHead) -> ResponseHead:
        session = self.exchange
        session.keeps = session.keeps and not isinstance(self.framing, UntilClose)
        session.target_keeps = head.keeps_alive and head.minor == 1
        headers = head.end_to_end()
        if not session.keeps:
            headers.append((b"Connection", b"close"))
        elif session.request is not None and not session.request.minor:
            headers.append((b"Connection", b"keep-alive"))
        return head.with_headers(headers)
