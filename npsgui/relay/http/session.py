"""An HTTP session: requests of one visitor to one target, one after the other, for one owner.

The visitor's connection may have more requests in it, for other owners or targets: it is then handed back,
and whoever led it here leads it on. What is charged is what goes over the visitor's wire: a request as it
came, an answer as it leaves.
"""

from __future__ import annotations

import abc
import asyncio
from collections.abc import Callable
from typing import TypeAlias, cast

from npsgui.model.gate import Cause, Lane, Lease
from npsgui.relay.http.answers import page
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
from npsgui.relay.prelude import SECONDS, Prelude
from npsgui.relay.shared import Shared

KEEP_ALIVE_SECONDS = 75.0
"""How long a visitor's connection may wait for its next request."""

AHEAD = 8
"""Reason to hold the visitor's side: it has sent more than a head ahead of its answer."""

SAFE = frozenset({b"GET", b"HEAD", b"OPTIONS"})
"""Methods of requests that may be sent again when the target closed before it answered. RFC 9110 9.2.1."""

Plan: TypeAlias = Callable[[RequestHead], RequestHead | None]
"""What the target is sent for a request; None when the request goes to another owner or target."""


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
    def http(self) -> HttpSession:
        """The session."""
        return cast("HttpSession", self.session)

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
                session.quota_reached()
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

    def _body(self, data: memoryview) -> int:
        """Carry what of ``data`` belongs to the body; how many bytes."""
        assert self.framing is not None
        try:
            taken = self.framing.take(data)
        except BadRequest as error:
            self.http.fail(self, error)
            return len(data)
        self.deliver(data[:taken])
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
        session = self.http
        if session.request is None or self.framing is not None:
            session.leave()
            return False
        return True

    def _advance(self) -> None:
        session = self.http
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
        session = self.http
        if session.request is not None:
            if len(self.unread) >= LARGEST_HEAD:
                self._hold(AHEAD)
            return False
        raw = find_head(self.unread)
        if raw is None:
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
        session.asks(head, raw)
        self.deliver(bytes(wanted), len(raw) - session.take_prepaid())
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
            self.http.answered()
        else:
            self.http.target_closed(begun=self.framing is not None)
        return False

    def _advance(self) -> None:
        session = self.http
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
        session, raw = self.http, find_head(self.unread)
        if session.request is None:
            if self.unread:
                session.leave()
            return False
        if raw is None:
            return False
        del self.unread[: len(raw)]
        head = parse_response(raw)
        if head.status == 101 and session.request.upgrades:
            self.deliver(bytes(head))
            session.upgrade()
            return False
        if head.status < 200:
            self.deliver(bytes(head))
            return self._begin()
        self.framing = response_framing(head, session.request.method)
        self.deliver(bytes(self._for_visitor(head)))
        return True

    def _for_visitor(self, head: ResponseHead) -> ResponseHead:
        session = self.http
        session.keeps = session.keeps and not isinstance(self.framing, UntilClose)
        session.target_keeps = head.keeps_alive and head.minor == 1
        headers = head.end_to_end()
        if not session.keeps:
            headers.append((b"Connection", b"close"))
        elif session.request is not None and not session.request.minor:
            headers.append((b"Connection", b"keep-alive"))
        return head.with_headers(headers)


class HttpSession(Pair):
    """Requests and answers between two halves. ``returned``: the visitor, who needs another session."""

    __slots__ = (
        "_halfway",
        "_prepaid",
        "_quiet_since",
        "_raw",
        "_used",
        "keeps",
        "plan",
        "request",
        "returned",
        "target_keeps",
    )

    def __init__(self, shared: Shared, lease: Lease, peer: str, plan: Plan, prepaid: int = 0) -> None:
        super().__init__(shared, lease, peer, (RequestHalf, ResponseHalf))
        self.plan = plan
        self.request: RequestHead | None = None
        """The one that waits for its answer."""
        self.keeps = True
        """Whether the visitor's connection goes on after this answer."""
        self.target_keeps = True
        """Whether the target's does."""
        self.returned: asyncio.Future[Prelude | None] = shared.loop.create_future()
        """The visitor, who has more to ask; None when it is gone."""
        self._raw = b""
        self._used = False
        """Whether the target has answered something on this connection."""
        self._prepaid = prepaid
        self._halfway = False
        """Whether a part of the next request's head is there."""
        self._quiet_since = shared.loop.time()

    def asks(self, head: RequestHead, raw: bytes) -> None:
        """The visitor's request goes to the target."""
        self.request, self._raw, self.keeps = head, raw, head.keeps_alive
        self._halfway = False

    def begins(self, *, halfway: bool) -> None:
        """The next request's head is not there yet; ``halfway``: a part of it is."""
        if halfway and not self._halfway:
            self._halfway, self._quiet_since = True, self.shared.loop.time()

    def take_prepaid(self) -> int:
        """Bytes of this request that were charged when it was sent before."""
        prepaid, self._prepaid = self._prepaid, 0
        return prepaid

    def answered(self) -> None:
        """The answer is complete: on to the next request, if both sides go on."""
        visitor = cast("RequestHalf", self.visitor_half)
        self._used, self._quiet_since = True, self.shared.loop.time()
        self.request = None
        if visitor.framing is not None or not self.keeps or visitor.eof:
            # an answer before the body was read whole, or the last one
            self.cut(Cause.PEER)
        elif not self.target_keeps or self.target_half.eof:
            self.hand_back()
        else:
            visitor.answered()

    def upgrade(self) -> None:
        """From here on both sides are plain."""
        for half in self.halves:
            side = cast("HttpHalf", half)
            side.plain, side.framing = True, None
            unread, side.unread = bytes(side.unread), bytearray()
            side.feed(unread)

    def hand_back(self, prepaid: int = 0) -> None:
        """Give the visitor, with what it has said, to whom waits for ``returned``; this session ends."""
        prelude = cast("RequestHalf", self.visitor_half).part()
        if prelude is not None:
            prelude.prepaid = prepaid
        if not self.returned.done():
            self.returned.set_result(prelude)
        self._close_target()

    def target_closed(self, *, begun: bool) -> None:
        """The target has closed its connection, in the middle of an answer or before it."""
        visitor = cast("RequestHalf", self.visitor_half)
        if self.request is None:
            self.hand_back()
        elif begun:
            self.leave()
        elif self._used and self.request.method in SAFE and visitor.framing is None:
            # it closed a connection that was kept, as this request was on its way: once more, on another
            visitor.unread[:0] = self._raw
            self.request = None
            self.hand_back(len(self._raw))
        else:
            self.fail(
                self.target_half, BadRequest(502, f"The target {self.target} closed without an answer.")
            )

    def fail(self, half: Half, error: BadRequest) -> None:
        """Tell the visitor what is wrong, if its answer has not begun; end."""
        target = cast("ResponseHalf", self.target_half)
        sink = self.visitor_half.transport
        if self.cause is None and target.framing is None and sink is not None and not sink.is_closing():
            sink.write(page(error.status, str(error)))
        self.cut(Cause.TARGET if half is self.target_half else Cause.PEER)

    def leave(self) -> None:
        """Nothing more can come of it: close both sides, after what was sent."""
        self.cut(Cause.PEER)

    def note(self, seconds: float) -> None:
        """Take the rates; end when the visitor takes too long for its next request."""
        super().note(seconds)
        if self.request is None and self.cause is None:
            limit = SECONDS if self._halfway else KEEP_ALIVE_SECONDS
            if self.shared.loop.time() - self._quiet_since > limit:
                self.leave()

    def half_lost(self, half: Half, *, broken: bool) -> None:
        if broken and half is self.target_half and self.request is not None and self.cause is None:
            target = cast("ResponseHalf", half)
            if not target.plain and target.framing is None:
                half.transport = None
                self.fail(half, BadRequest(502, f"The target {self.target} broke the connection."))
                if self.visitor_half.transport is not None:
                    return
        super().half_lost(half, broken=broken)

    def end(self) -> None:
        if not self.returned.done():
            self.returned.set_result(None)
        super().end()

    def _close_target(self) -> None:
        if self.target_half.transport is None:
            self.end()
        else:
            self.target_half.transport.close()
