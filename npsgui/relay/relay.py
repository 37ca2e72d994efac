"""The relay: listens for tunnels, opens sessions, ends those that a gate refuses.

It meters nothing itself: sessions charge the gates of ``Accounts``, which must know a Configuration before
``apply`` does. Runs on the loop of the thread that made it; talks through transports only.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
import time
from collections.abc import Iterable

from npsgui.model.accounts import Accounts
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey, OwnerKind, Target, Tunnel
from npsgui.model.errors import BindFailed, TargetUnreachable
from npsgui.model.events import (
    Events,
    ListenerChanged,
    QuotaReached,
    SessionClosed,
    SessionOpened,
    TargetFailed,
    VisitorRefused,
)
from npsgui.model.flow import Flow
from npsgui.model.gate import Cause, Gate, Refusal
from npsgui.model.rules import unsupported
from npsgui.model.views import ConnectionRow, Sentence
from npsgui.relay.buffers import Buffers
from npsgui.relay.listener import Listener
from npsgui.relay.opening import Opener
from npsgui.relay.pacer import Pacer
from npsgui.relay.session import DRAIN_SECONDS, Session, Shared
from npsgui.relay.sockets import allow_many_sockets, listen
from npsgui.tasks import spawn

DIAL_SECONDS = 10.0

_log = logging.getLogger(__name__)


class Relay:
    """All listeners and sessions."""

    def __init__(self, accounts: Accounts, events: Events, dial_seconds: float = DIAL_SECONDS) -> None:
        allow_many_sockets()
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._accounts = accounts
        self._events = events
        self._pacer = Pacer(loop)
        self._shared = Shared(loop, Buffers(), self._pacer, self._on_quota_reached, self._on_ended)
        self._opener = Opener(loop, self._on_target_failed, dial_seconds)
        self._numbers = itertools.count(1)
        self._tunnels: dict[OwnerKey, Tunnel] = {}
        """Those that should listen."""
        self._listeners: dict[OwnerKey, Listener] = {}
        self._failed: dict[OwnerKey, Sentence] = {}
        self._sessions: dict[Gate, dict[int, Session]] = {}
        """The open sessions of each gate that has any, by number."""
        self._swept = loop.time()
        self._empty = asyncio.Event()
        self._empty.set()

    def apply(self, configuration: Configuration) -> None:
        """Put a Configuration in force that the accounts have already; what did not change is not touched."""
        before, self._tunnels = self._tunnels, _wanted(configuration)
        for key, tunnel in before.items():
            wanted = self._tunnels.get(key)
            if wanted is None or (wanted.bind, wanted.port) != (tunnel.bind, tunnel.port):
                self._stop(key)
        self._pacer.refresh()
        self._cut_refused()
        for tunnel in self._tunnels.values():
            if tunnel.owner not in self._listeners:
                self._listen(tunnel)

    def listener(self, owner: OwnerKey) -> Sentence | bool:
        """Whether a tunnel listens; why not, when it should and cannot."""
        return self._failed.get(owner) or owner in self._listeners

    def port(self, owner: OwnerKey) -> int:
        """The port that a tunnel listens on: its own, or what the system gave for 0. Raises KeyError."""
        return int(self._listeners[owner].socket.getsockname()[1])

    def sweep(self) -> None:
        """Once a second: take rates, end the sessions of gates that refuse by now, try failed ports again."""
        now = self._loop.time()
        seconds, self._swept = now - self._swept, now
        if seconds > 0:
            for sessions in self._sessions.values():
                for session in sessions.values():
                    session.note(seconds)
        self._cut_refused()
        for key in list(self._failed):
            self._listen(self._tunnels[key])

    def connections(self) -> list[ConnectionRow]:
        """The sessions that carry bytes, the oldest first."""
        now = self._loop.time()
        rows = [_row(session, now) for session in self._all_sessions() if session.cause is None]
        return sorted(rows, key=lambda row: row.id)

    def close_connections(self, ids: Iterable[int], cause: Cause) -> int:
        """End these sessions; how many of them there were."""
        wanted = set(ids)
        found = [s for s in self._all_sessions() if s.id in wanted and s.cause is None]
        for session in found:
            session.cut(cause)
        return len(found)

    async def close(self) -> None:
        """Stop listening and end every session; what was charged is sent first, if its reader takes it."""
        self._tunnels = {}
        for key in list(self._listeners):
            self._stop(key)
        for session in self._all_sessions():
            session.cut(Cause.SHUTDOWN)
        try:
            async with asyncio.timeout(2 * DRAIN_SECONDS):
                await self._empty.wait()
        except TimeoutError:
            for session in self._all_sessions():
                session.abort()
            await self._empty.wait()

    def _listen(self, tunnel: Tunnel) -> None:
        owner = tunnel.owner
        before = self._failed.pop(owner, None)
        try:
            made = listen(tunnel.bind, tunnel.port)
        except BindFailed as error:
            self._failed[owner] = failure = Sentence(error.template, tuple(error.values.items()))
            if failure != before:
                self._events.push(ListenerChanged(owner, False, failure))
            return
        self._listeners[owner] = Listener(
            self._loop, made, lambda visitor, peer: self._on_visitor(owner, visitor, peer)
        )
        self._events.push(ListenerChanged(owner, True))

    def _stop(self, owner: OwnerKey) -> None:
        self._failed.pop(owner, None)
        listener = self._listeners.pop(owner, None)
        if listener is not None:
            listener.close()
            self._events.push(ListenerChanged(owner, False))

    def _on_visitor(self, owner: OwnerKey, visitor: socket.socket, peer: str) -> None:
        """Admit a visitor and open its session, or turn it away."""
        gate = self._accounts.gate(owner)
        if gate is None:
            visitor.close()
            return
        lease = gate.admit(time.time())
        if isinstance(lease, Refusal):
            visitor.close()
            self._events.push(VisitorRefused(owner, lease.owner, lease.cause, peer))
            return
        session = Session(next(self._numbers), gate, lease, peer, self._shared)
        self._sessions.setdefault(gate, {})[session.id] = session
        self._empty.clear()
        if self._opener.open_now(session, visitor, self._tunnels[owner]):
            self._begin(session)
        else:
            spawn(self._open(session, visitor, self._tunnels[owner]), f"open session {session.id}")

    async def _open(self, session: Session, visitor: socket.socket, tunnel: Tunnel) -> None:
        try:
            await self._opener.open(session, visitor, tunnel)
        except TargetUnreachable:
            visitor.close()
            session.give_up(Cause.TARGET)
            return
        if session.cause is None:
            self._begin(session)
        else:
            session.abort()

    def _begin(self, session: Session) -> None:
        session.start()
        self._events.push(SessionOpened(session.id, session.gate.owner, session.peer))

    def _all_sessions(self) -> list[Session]:
        return [session for sessions in self._sessions.values() for session in sessions.values()]

    def _cut_refused(self) -> None:
        """End the sessions of gates that would not admit them now."""
        wall = time.time()
        for gate, sessions in list(self._sessions.items()):
            refusal = gate.refusal(wall)
            if refusal is not None:
                gone = self._accounts.gate(gate.owner) is not gate
                for session in list(sessions.values()):
                    session.cut(Cause.REMOVED if gone else refusal.cause)

    def _on_quota_reached(self, session: Session) -> None:
        """The last byte of a quota was just charged: end every session that it holds for, here and now."""
        for gate in session.gate.chain():
            if gate.flow.exhausted:
                self._events.push(QuotaReached(gate.owner, gate.flow.used))
        self._cut_refused()
        session.cut(Cause.QUOTA)

    def _on_ended(self, session: Session) -> None:
        sessions = self._sessions[session.gate]
        del sessions[session.id]
        if not sessions:
            del self._sessions[session.gate]
            if not self._sessions:
                self._empty.set()
        flow: Flow = session.flow
        self._events.push(
            SessionClosed(
                session.id,
                session.gate.owner,
                session.peer,
                session.cause or Cause.PEER,
                flow.inlet,
                flow.export,
            )
        )

    def _on_target_failed(self, tunnel: Tunnel, target: Target, error: TargetUnreachable) -> None:
        _log.info("%s: %s", tunnel.owner, error)
        reason = Sentence(error.template, tuple(error.values.items()))
        self._events.push(TargetFailed(tunnel.owner, str(target), reason))


def _wanted(configuration: Configuration) -> dict[OwnerKey, Tunnel]:
    """The tunnels that should listen: enabled, of an enabled client, of a kind that runs."""
    return {
        tunnel.owner: tunnel
        for tunnel in configuration.tunnels.values()
        if tunnel.enabled and configuration.clients[tunnel.client].enabled and unsupported(tunnel) is None
    }


def _row(session: Session, now: float) -> ConnectionRow:
    above = session.gate.parent
    owner = session.gate.owner
    return ConnectionRow(
        id=session.id,
        owner=owner,
        client=above.owner.id if above is not None and above.owner.kind is OwnerKind.CLIENT else 0,
        peer=session.peer,
        target=session.target,
        seconds=now - session.since,
        inlet=session.flow.inlet,
        export=session.flow.export,
        inlet_now=session.rates[0],
        export_now=session.rates[1],
    )
