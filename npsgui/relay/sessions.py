"""The open sessions: who, since when, how many bytes, and how each ends. Knows no socket.

What carries the bytes is up to each kind of session: ``pair.py`` for connections.
"""

from __future__ import annotations

import abc
import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import TypeAlias

from npsgui.model.accounts import Accounts
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.events import Events, QuotaReached, SessionClosed, SessionOpened, VisitorRefused
from npsgui.model.flow import Flow
from npsgui.model.gate import Cause, Gate, Lease, Refusal
from npsgui.model.ladder import Rung
from npsgui.model.peers import address_of
from npsgui.model.registrations import Registrations
from npsgui.model.views import ConnectionRow

DRAIN_SECONDS = 2.0
"""How long a session that was cut goes on reading, uncounted, so that closing does not reset the connection
and destroy bytes that were charged and are still on their way."""


PeerBytes: TypeAlias = tuple[OwnerKey, str, int, int]
"""Owner, the peer's address, inlet and export."""


class Session(abc.ABC):
    """One visitor's use of one owner: its lease, and the bytes it has carried."""

    __slots__ = (
        "_billed",
        "_mark",
        "_sessions",
        "address",
        "cause",
        "dropped",
        "flow",
        "gate",
        "id",
        "lease",
        "peer",
        "rates",
        "since",
        "target",
    )

    def __init__(self, sessions: Sessions, lease: Lease, peer: str) -> None:
        self.gate = lease.gate
        self.lease = lease
        self.peer = peer
        self.target = ""
        self.flow = Flow(parent=lease.gate.flow)
        self.cause: Cause | None = None
        """Why it is being closed; None while it runs."""
        self.dropped = 0
        """Datagrams that were not carried."""
        self.rates = (0.0, 0.0)
        """Inlet and export over the last second, bytes/s."""
        self.address = address_of(peer, by_network=sessions.by_network)
        """The peer that its bytes are told apart by."""
        self._mark = (0, 0)
        self._billed = (0, 0)
        self._sessions = sessions
        self.id, self.since = sessions.add(self)

    @abc.abstractmethod
    def cut(self, cause: Cause) -> None:
        """Charge nothing more, from now on; send what was charged, then close. Cutting again does nothing."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Close at once."""

    def opened(self) -> None:
        """It has its target: say so."""
        self._sessions.opened(self)

    def drop(self) -> None:
        """Count a datagram that is not carried."""
        self.dropped += 1
        self.gate.drop()

    def quota_reached(self) -> None:
        """The last byte of a quota was just charged: end every session that it holds for, here and now."""
        self._sessions.quota_reached(self)

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """While its target is dialled: whatever is raised ends it, and gives its lease back."""
        try:
            yield
        except BaseException:
            self.give_up()
            raise

    def give_up(self) -> None:
        """End a session that never had its target."""
        self.cause = self.cause or Cause.TARGET
        self.end()

    def end(self) -> None:
        """Everything is closed: give back the lease and say so. Called once."""
        self.lease.close()
        self._sessions.ended(self)

    def bill(self, bill: list[PeerBytes]) -> None:
        """Put what it carried since the last time on ``bill``: once a second, and when it ends."""
        flow, (inlet, export) = self.flow, self._billed
        if flow.inlet != inlet or flow.export != export:
            self._billed = (flow.inlet, flow.export)
            bill.append((self.gate.owner, self.address, flow.inlet - inlet, flow.export - export))

    def note(self, seconds: float) -> None:
        """Once a second: take the rates since the time before, ``seconds`` ago."""
        flow, (inlet, export) = self.flow, self._mark
        if flow.inlet != inlet or flow.export != export:
            self.rates = ((flow.inlet - inlet) / seconds, (flow.export - export) / seconds)
            self._mark = (flow.inlet, flow.export)
        elif self.rates != (0.0, 0.0):
            self.rates = (0.0, 0.0)


class Sessions:
    """All sessions of a relay, by the gate that each charges."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        accounts: Accounts,
        events: Events,
        *,
        registrations: Registrations | None = None,
        by_network: bool = False,
        drain_seconds: float = DRAIN_SECONDS,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.registrations = registrations or Registrations()
        self.drain_seconds = drain_seconds
        self.by_network = by_network
        """Whether IPv6 peers are told apart by their /64 network, not by their address."""
        self._bill: list[PeerBytes] = []
        self._loop = loop
        self._wall = wall
        self._accounts = accounts
        self._events = events
        self._numbers = itertools.count(1)
        self._open: dict[Gate, dict[int, Session]] = {}
        """Of each gate that has any, by number."""
        self._noted = loop.time()
        self._empty = asyncio.Event()
        self._empty.set()

    def __iter__(self) -> Iterator[Session]:
        return iter([session for sessions in self._open.values() for session in sessions.values()])

    def admit(self, owner: OwnerKey, peer: str) -> Lease | Refusal:
        """The lease of a visitor's session, or why it gets none; the events are told of a refusal."""
        gate = self._accounts.gate(owner)
        wall = self._wall()
        answer: Lease | Refusal
        if gate is None:
            answer = Refusal(owner, Cause.REMOVED)
        elif not self.registrations.lets_in(peer, wall):
            answer = Refusal(GLOBAL_KEY, Cause.UNREGISTERED)
        else:
            answer = gate.admit(wall, peer)
        if isinstance(answer, Refusal):
            self._events.push(VisitorRefused(owner, answer.owner, answer.cause, peer))
        return answer

    def add(self, session: Session) -> tuple[int, float]:
        """Keep a session until it has ``ended``; its number and the time, s, of the loop's clock."""
        number = next(self._numbers)
        self._open.setdefault(session.gate, {})[number] = session
        self._empty.clear()
        return number, self._loop.time()

    def opened(self, session: Session) -> None:
        """A session has its target."""
        self._events.push(SessionOpened(session.id, session.gate.owner, session.peer))

    def ended(self, session: Session) -> None:
        """A session is closed."""
        session.bill(self._bill)
        sessions = self._open[session.gate]
        del sessions[session.id]
        if not sessions:
            del self._open[session.gate]
            if not self._open:
                self._empty.set()
        cause, flow = session.cause or Cause.PEER, session.flow
        self._events.push(
            SessionClosed(session.id, session.gate.owner, session.peer, cause, flow.inlet, flow.export)
        )

    def quota_reached(self, session: Session) -> None:
        """A quota of the session's chain is used up: cut every session it holds for."""
        for gate in session.gate.chain:
            # what is new of a gate that has quota left is told at the next turn
            if gate.flow.exhausted and gate.ladder.news() is Rung.CUT:
                self._events.push(QuotaReached(gate.owner, gate.flow.used))
        self.cut_refused()
        session.cut(Cause.QUOTA)

    def turn(self) -> None:
        """Put in force what the time and the counters ask for; end the sessions of gates that refuse now."""
        for event in self._accounts.turn(self._wall(), self._loop.time()):
            self._events.push(event)
        self.cut_refused()

    def cut_refused(self) -> None:
        """End the sessions of gates that would not admit them now."""
        wall = self._wall()
        for gate, sessions in list(self._open.items()):
            refusal = gate.refusal(wall)
            if refusal is not None:
                gone = self._accounts.gate(gate.owner) is not gate
                for session in list(sessions.values()):
                    session.cut(Cause.REMOVED if gone else refusal.cause)

    def cut_blocked(self) -> None:
        """End the sessions of visitors who are blocked; called when that was edited."""
        for gate, sessions in list(self._open.items()):
            if any(above.blocked for above in gate.chain):
                for session in list(sessions.values()):
                    if gate.blocks(session.peer) is not None:
                        session.cut(Cause.BLOCKED)

    def take_bill(self) -> list[PeerBytes]:
        """Whom bytes were carried for since the last time; their sums are what the gates counted since."""
        for sessions in self._open.values():
            for session in sessions.values():
                session.bill(self._bill)
        taken, self._bill = self._bill, []
        return taken

    def note(self) -> None:
        """Once a second: take every session's rates."""
        now = self._loop.time()
        seconds, self._noted = now - self._noted, now
        if seconds > 0:
            for session in self:
                session.note(seconds)

    def rows(self) -> list[ConnectionRow]:
        """The sessions that carry bytes, the oldest first."""
        now = self._loop.time()
        rows: list[ConnectionRow] = []
        for gate, sessions in self._open.items():
            rows += _rows(gate, sessions.values(), now)
        return sorted(rows, key=itemgetter(0))  # by id

    def close(self, ids: Iterable[int], cause: Cause) -> int:
        """End these sessions; how many of them there were."""
        wanted = set(ids)
        found = [session for session in self if session.id in wanted and session.cause is None]
        for session in found:
            session.cut(cause)
        return len(found)

    async def close_all(self) -> None:
        """End every session; what was charged is sent first, if its reader takes it in time."""
        for session in self:
            session.cut(Cause.SHUTDOWN)
        if not await self.wait_for_end(2 * self.drain_seconds):
            self.abort()
            await self._empty.wait()

    async def wait_for_end(self, seconds: float) -> bool:
        """Wait until no session is open, for at most ``seconds``; whether none is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        return self._empty.is_set()

    def abort(self) -> None:
        """Close every session at once."""
        for session in self:
            session.cause = session.cause or Cause.SHUTDOWN
            session.abort()


def _rows(gate: Gate, sessions: Iterable[Session], now: float) -> list[ConnectionRow]:
    owner, above = gate.owner, gate.parent
    client = above.owner.id if above is not None and above.owner.kind is OwnerKind.CLIENT else 0
    return [
        ConnectionRow(
            session.id,
            owner,
            client,
            session.peer,
            session.target,
            now - session.since,
            session.flow.inlet,
            session.flow.export,
            *session.rates,
            session.dropped,
        )
        for session in sessions
        if session.cause is None
    ]
