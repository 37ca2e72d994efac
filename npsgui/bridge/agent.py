"""Our agent: logs in to a server, NPS's or ours, serves its streams, and comes back when it is lost."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import logging
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from npsgui.bridge.agent_config import bring_tunnels, patience
from npsgui.bridge.agent_files import ServeFiles, file_trunk
from npsgui.bridge.agent_streams import Streams
from npsgui.bridge.conversation import Dialogue
from npsgui.bridge.handshake import Errand, KeyRefused, Purpose
from npsgui.bridge.health import watch
from npsgui.bridge.knock import converse, knock
from npsgui.bridge.npc_conf import NpcConf
from npsgui.bridge.outlet import OF_SERVER
from npsgui.bridge.secret_visits import SecretDoor
from npsgui.bridge.signal_line import server_words
from npsgui.bridge.trunk import Trunk
from npsgui.model.entities import Target
from npsgui.model.errors import AgentLost, BindFailed, NpsError, ProtocolError
from npsgui.model.flow import Flow
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)

WAITS: Final = (0.5, 1.0, 2.0, 4.0, 5.0)
"""Seconds before the next attempt, the last for ever; a tenth more or less: agents must not come as one."""

DOOR_SECONDS: Final = 1.0
"""Before a port of this machine that could not be opened is tried again."""

STEADY_SECONDS: Final = 30.0
"""A connection that lasted this long was a good one: after it the waits begin anew."""


TAKEN_OVER_SECONDS: Final = 60.0
"""Before the next attempt when another agent has taken over: two with one key must not take turns."""


class TakenOver(AgentLost):
    """Another agent has logged in with the same key."""


class AgentPhase(enum.StrEnum):
    """How the agent is."""

    CONNECTING = "connecting"
    ONLINE = "online"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class AgentState:
    """How the agent is, since when, and why it is not online; or which port of its own it has not got."""

    phase: AgentPhase
    since: float
    reason: Sentence | None = None


class _Main(asyncio.Protocol):
    """Our side of the ``main`` connection: nothing to say, little to hear, but it must be there."""

    def __init__(self, received: bytes, lost: Callable[[Exception], None]) -> None:
        self._lost = lost
        self._dialogue = Dialogue(server_words(self._taken_over))
        self.data_received(received)

    def data_received(self, data: bytes) -> None:
        try:
            self._dialogue.feed(data)
        except ProtocolError as error:
            self._lost(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(
            AgentLost("The connection to the server is lost." if exc else "The server closed the connection.")
        )

    def _taken_over(self) -> None:
        self._lost(TakenOver("Another agent has logged in with the same key."))


class Agent:
    """Keeps a login alive until it is cancelled. Counters move while streams are open."""

    def __init__(
        self,
        server: Target,
        key: str,
        *,
        tls: ssl.SSLContext | None = None,
        conf: NpcConf | None = None,
        serve_files: ServeFiles | None = None,
        on_change: Callable[[AgentState], None] = lambda state: None,
    ) -> None:
        """``conf`` holds tunnels to bring along; its file tunnels are served with ``serve_files``."""
        self.flow = Flow()
        """All bytes carried: inlet to the targets, export from them."""
        self.state = AgentState(AgentPhase.CONNECTING, time.time())
        self.streams = Streams(self.flow)
        self._server = server
        self._key = key
        self._tls = tls
        self._conf = conf
        self._serve_files = serve_files
        self._on_change = on_change
        self._doors: list[SecretDoor] = []
        """The ports of this machine that lead to secrets."""

    async def run(self) -> None:
        """Connect, serve, and connect again, for ever."""
        loop, attempt = asyncio.get_running_loop(), 0
        while True:
            self._change(AgentPhase.CONNECTING)
            began = loop.time()
            error = await self._serve()
            if loop.time() - began > STEADY_SECONDS:
                attempt = 0
            reason = _reason(error)
            self._change(AgentPhase.WAITING, reason)
            _log.info("%s: %s", self._server, reason)
            wait = TAKEN_OVER_SECONDS if isinstance(error, TakenOver) else WAITS[min(attempt, len(WAITS) - 1)]
            attempt += 1
            await asyncio.sleep(wait * random.uniform(0.9, 1.1))

    async def _serve(self) -> Exception:
        """Be logged in for as long as it lasts; why it ended."""
        lost: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

        def end(error: Exception) -> None:
            if not lost.done():
                lost.set_result(error)

        async with contextlib.AsyncExitStack() as stack:
            try:
                missing = await self._log_in(stack, end)
            except (OSError, ProtocolError, AgentLost) as error:
                return error
            self._change(AgentPhase.ONLINE, missing)
            if missing is not None:
                _log.warning("%s", missing)
                stack.callback(spawn(self._keep_opening(), "ports of secrets").cancel)
            return await lost

    async def _log_in(
        self, stack: contextlib.AsyncExitStack, end: Callable[[Exception], None]
    ) -> Sentence | None:
        """Make all connections; ``stack`` closes them, ``end`` is called when one is lost.

        What is given back is said of a port of this machine that could not be opened.
        """
        server, tls, key, conf = self._server, self._tls, self._key, self._conf
        if conf is not None:
            transport, dialogue = await converse(server, bring_tunnels(conf, key), tls, patience(conf))
            transport.abort()
            key = dialogue.learned or key
        main, received = await knock(server, key, Purpose(Errand.MAIN), tls)
        main.set_protocol(_Main(received, end))
        stack.callback(main.abort)
        trunks = [
            (Errand.CHAN, Trunk(self.streams.asked, lambda _trunk, error: end(error), endings=OF_SERVER))
        ]
        if conf is not None and self._serve_files is not None:
            # a server keeps one such connection of a client: of several shares the last one is served
            trunks += [
                (Errand.FILE, file_trunk(share, self._serve_files, self.flow, end))
                for share in conf.shares[-1:]
            ]
        self._doors = [SecretDoor(port, server, key, tls, self.flow) for port in conf.secrets] if conf else []
        for door in self._doors:
            stack.callback(door.close)
        missing = await self._open_doors()
        for errand, trunk in trunks:
            stack.callback(trunk.close, AgentLost("The server closed the connection."))
            trunk.start(*await knock(server, key, Purpose(errand), tls))
        for check in conf.checks if conf is not None else ():
            for target in check.targets:
                stack.callback(spawn(watch(check, target, main.write), f"health of {target}").cancel)
        return missing

    async def _open_doors(self) -> Sentence | None:
        """Open what can be opened; why the first that cannot be is not."""
        missing: Sentence | None = None
        for door in self._doors:
            try:
                await door.open()
            except BindFailed as error:
                missing = missing or _reason(error)
        return missing

    async def _keep_opening(self) -> None:
        """Until every port is open; the state says which is not."""
        while (before := self.state.reason) is not None:
            await asyncio.sleep(DOOR_SECONDS)
            missing = await self._open_doors()
            if missing != before:
                self._change(AgentPhase.ONLINE, missing)

    def _change(self, phase: AgentPhase, reason: Sentence | None = None) -> None:
        self.state = AgentState(phase, time.time(), reason)
        self._on_change(self.state)


def _reason(error: Exception) -> Sentence:
    if isinstance(error, NpsError):
        return Sentence.of(error)
    if isinstance(error, KeyRefused):
        return Sentence("The server does not know this key.")
    if isinstance(error, ProtocolError):
        return Sentence("The server refuses: {reason}", (("reason", str(error)),))
    if isinstance(error, TimeoutError):
        return Sentence("The server does not answer.")
    if isinstance(error, ConnectionRefusedError):
        return Sentence("Nothing listens on the server's port.")
    return Sentence("The server cannot be reached: {reason}.", (("reason", str(error)),))
