"""The ``main`` connection of an agent: it says by being there that the agent is, and how its targets are."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Final

from npsgui.bridge.conversation import Conversation, Dialogue
from npsgui.bridge.handshake import read_prefixed
from npsgui.model.errors import AgentLost, ProtocolError

_log = logging.getLogger(__name__)

LONGEST: Final = 64 * 1024
SEPARATOR: Final = "*#*"

TAKEN_OVER: Final = b"clse"
"""Tells an old agent that another has logged in with its key. Source: nps-wire.md section 4."""

PUNCH: Final = b"udpc"
"""Asks for a hole through NAT, for p2p; an address and a digest follow. Source: nps-wire.md section 4."""

KEEPALIVE_SECONDS: Final = 5
"""Source: bridge.go:236; three lost probes then end a connection whose machine is gone."""


def health_messages(heard: Callable[[str, bool], None]) -> Conversation[None]:
    """Hears ``(target, healthy)`` for ever. Raises ProtocolError: for anything else."""
    while True:
        text = (yield from read_prefixed(LONGEST)).decode(errors="replace")
        parts = text.split(SEPARATOR)
        if len(parts) != 3 or parts[1] not in {"0", "1"} or parts[2]:
            raise ProtocolError("a health message that is none")
        heard(parts[0], parts[1] == "1")


def server_words(taken_over: Callable[[], None]) -> Conversation[None]:
    """Hears the server's words for ever: ``clse``, which npc ignores; others are skipped.

    Raises ProtocolError: for a hole to punch (``udpc``, which is not ours to do) that is none.
    """
    while True:
        word = yield len(TAKEN_OVER)
        if word == TAKEN_OVER:
            taken_over()
        elif word == PUNCH:
            for _address_or_password in range(2):
                yield from read_prefixed(LONGEST)


def tune(transport: asyncio.Transport) -> None:
    """Let the system find out within seconds when the other machine is gone, and hold no small frame back.

    asyncio sets TCP_NODELAY only on sockets that were made with their protocol's number; without it a stream
    takes two delayed acknowledgements, 90 ms, to open.
    """
    made = transport.get_extra_info("socket")
    if made is None:
        return
    with contextlib.suppress(OSError):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
            if hasattr(socket, name):
                made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), KEEPALIVE_SECONDS)
        if hasattr(socket, "TCP_KEEPCNT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


class SignalLine(asyncio.Protocol):
    """One ``main`` connection. ``on_lost`` is called once, unless ``close`` came first."""

    def __init__(
        self,
        transport: asyncio.Transport,
        received: bytes,
        on_health: Callable[[str, bool], None],
        on_lost: Callable[[Exception], None],
    ) -> None:
        self._transport = transport
        self._on_lost: Callable[[Exception], None] | None = on_lost
        self._dialogue = Dialogue(health_messages(on_health))
        tune(transport)
        transport.set_protocol(self)
        self.data_received(received)

    def data_received(self, data: bytes) -> None:
        try:
            self._dialogue.feed(data)
        except ProtocolError as error:
            _log.info("main connection ended: %s", error)
            self._end(AgentLost("The agent broke the protocol: {reason}.", reason=error))

    def eof_received(self) -> None:
        self._end(AgentLost("The agent closed its connection."))

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            _log.info("main connection lost: %s", exc)
        self._end(AgentLost("The connection to the agent is lost."))

    def close(self, last_word: bytes = b"") -> None:
        """Close, after ``last_word``."""
        self._on_lost = None
        if last_word and not self._transport.is_closing():
            self._transport.write(last_word)
        self._transport.close()

    def _end(self, error: Exception) -> None:
        told, self._on_lost = self._on_lost, None
        self._transport.abort()
        if told is not None:
            told(error)
