"""An HTTP session: requests of one visitor to one target, one after the other, for one owner.

The visitor's connection may have more requests in it, for other owners or targets: it is then handed back,
and whoever led it here leads it on. What is charged is what goes over the visitor's wire: a request as it
came, an answer as it leaves.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import TypeAlias, cast

from npsgui.model.errors import AgentLost
from npsgui.model.gate import Cause, Lease
from npsgui.relay.http.answers import page
from npsgui.relay.http.halves import HttpHalf, RequestHalf, ResponseHalf
from npsgui.relay.http.heads import BadRequest, RequestHead
from npsgui.relay.pair import Half, Pair
from npsgui.relay.prelude import SECONDS, Prelude
from npsgui.relay.shared import Shared

KEEP_ALIVE_SECONDS = 75.0
"""How long a visitor's connection may wait for its next request."""

SAFE = frozenset({b"GET", b"HEAD", b"OPTIONS"})
"""Methods of requests that may be sent again when the target closed before it answered. RFC 9110 9.2.1."""

_CAUSES = {408: Cause.IDLE, 429: Cause.QUOTA, 504: Cause.IDLE}
"""Why a session ends that ended its visitor's request with this status."""

Plan: TypeAlias = Callable[[RequestHead], RequestHead | None]
"""What the target is sent for a request; None when the request goes to another owner or target."""


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

    def asks(self, head: RequestHead, raw: bytes) -> int:
        """The visitor's request goes to the target; how many of the bytes of ``raw`` are to be charged."""
        self.request, self._raw, self.keeps = head, raw, head.keeps_alive
        self._halfway = False
        prepaid, self._prepaid = self._prepaid, 0
        return len(raw) - prepaid

    def begins(self, *, halfway: bool) -> None:
        """The next request's head is not there yet; ``halfway``: a part of it is."""
        if halfway and not self._halfway:
            self._halfway, self._quiet_since = True, self.shared.loop.time()

    def answered(self) -> None:
        """The answer is complete: on to the next request, if both sides go on."""
        visitor, target = cast("RequestHalf", self.visitor_half), cast("ResponseHalf", self.target_half)
        self._used, self._quiet_since = True, self.shared.loop.time()
        self.request = None
        if visitor.framing is not None or not self.keeps or (visitor.eof and not visitor.unread):
            # an answer before the body was read whole, or the last one
            self.cut(Cause.PEER)
        elif not self.target_keeps or target.eof or target.unread:
            # what it says unasked must not become the answer to the next request
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
        if self.cause is not None:
            return  # it was cut: nothing can be said to the visitor any more
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
        self.cut(_CAUSES.get(error.status) or (Cause.TARGET if half is self.target_half else Cause.PEER))

    def leave(self) -> None:
        """Nothing more can come of it: close both sides, after what was sent."""
        self.cut(Cause.PEER)

    def note(self, seconds: float) -> None:
        """Take the rates; end when nothing has moved for too long."""
        super().note(seconds)
        now = self.shared.loop.time()
        if any(self.rates):
            self._quiet_since = now
        if self.cause is None and now - self._quiet_since > self._patience:
            self._tire()

    @property
    def _patience(self) -> float:
        """How long the next thing may take, s: a request, the rest of its head, or its body and answer."""
        if self.request is None:
            return SECONDS if self._halfway else KEEP_ALIVE_SECONDS
        plain = cast("HttpHalf", self.target_half).plain
        return math.inf if plain else self.shared.http_idle

    def _tire(self) -> None:
        """Say, if that can still be said, who was waited for; end."""
        visitor = cast("RequestHalf", self.visitor_half)
        if self.request is None:
            self.leave()
        elif visitor.framing is not None:
            self.fail(visitor, BadRequest(408, "The rest of this request did not come."))
        else:
            self.fail(self.target_half, BadRequest(504, f"The target {self.target} says nothing."))

    def half_lost(self, half: Half, error: Exception | None) -> None:
        if error is not None and half is self.target_half and self.request is not None and self.cause is None:
            target = cast("ResponseHalf", half)
            if not target.plain and target.framing is None:
                half.transport = None
                self.fail(half, BadRequest(502, _reason(self.target, error)))
                if self.visitor_half.transport is not None:
                    return
        super().half_lost(half, error)

    def end(self) -> None:
        if not self.returned.done():
            self.returned.set_result(None)
        super().end()

    def _close_target(self) -> None:
        if self.target_half.transport is None:
            self.end()
        else:
            self.target_half.transport.close()


def _reason(target: str, error: Exception) -> str:
    if isinstance(error, AgentLost):
        return str(error)
    if isinstance(error, ConnectionRefusedError):
        return f"Target {target} refused the connection."
    return f"The target {target} broke the connection."
