"""The sending side of a trunk: which stream may send when, and when it is handed to the socket."""

from __future__ import annotations

import abc
import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from npsgui.bridge.carrying import Carried
from npsgui.bridge.mux import Channel, Mux
from npsgui.model.errors import AgentLost, ProtocolError
from npsgui.model.views import Sentence

_log = logging.getLogger(__name__)

SEND_NOW: Final = 64 * 1024
"""From this many bytes on frames are sent at once; fewer wait for the end of the loop's turn."""

HIGH: Final = 256 * 1024
"""Bytes on their way to the socket from which streams must wait."""

LONGEST_BACKLOG: Final = 4 * 1024 * 1024
"""A peer that makes us owe it this much, all of it answers, does not read them: it is dropped."""

QUANTUM: Final = 64 * 1024
"""Bytes that a waiting stream may send before the next one's turn."""


@dataclass(frozen=True, slots=True)
class Endings:
    """What is said of the end of a trunk."""

    closed: Sentence
    lost: Sentence
    broken: Sentence


OF_AGENT: Final = Endings(
    Sentence("The agent closed its connection."),
    Sentence("The connection to the agent is lost."),
    Sentence("The agent broke the protocol: {reason}."),
)
OF_SERVER: Final = Endings(
    Sentence("The server closed the connection."),
    Sentence("The connection to the server is lost."),
    Sentence("The server broke the protocol: {reason}."),
)


class Outlet(abc.ABC):
    """Sends what the mux holds. Streams that must wait take turns; control frames never wait."""

    def __init__(self, mux: Mux, endings: Endings) -> None:
        self.loop = asyncio.get_running_loop()
        self.mux = mux
        self.writable = True
        self._endings = endings
        self._transport: asyncio.Transport | None = None
        self._streams: dict[Channel, Carried] = {}
        self._opening: dict[Carried, float] = {}
        """Streams that the peer has not taken yet, and until when it may."""
        self._waiting: dict[Carried, None] = {}
        self._flushing = False
        self._receiving = False

    @abc.abstractmethod
    def close(self, error: Exception) -> None:
        """End the session: every stream is lost with ``error``."""

    def flush_soon(self) -> None:
        """Send what the mux holds: at once if it is much, else at the end of this turn."""
        if self._receiving:
            return
        if self.mux.size >= SEND_NOW:
            self._flush()
        elif not self._flushing:
            self._flushing = True
            self.loop.call_soon(self._flush_later)

    def wait(self, stream: Carried) -> None:
        """Let the stream drain when the connection takes data again."""
        self._waiting[stream] = None

    def forget(self, stream: Carried) -> None:
        """The stream is closed."""
        if self._streams.get(stream.channel) is stream:
            del self._streams[stream.channel]
        self._waiting.pop(stream, None)
        self._opening.pop(stream, None)

    def pause_writing(self) -> None:
        self.writable = False

    def resume_writing(self) -> None:
        self.writable = True
        self._serve()

    def _serve(self) -> None:
        """Let the waiting streams send in turn, while the connection takes it; then send the rest."""
        self._flush()
        while self.writable and self._waiting:
            stream = next(iter(self._waiting))
            del self._waiting[stream]
            if stream.drain(QUANTUM):
                self._waiting[stream] = None
        self._flush()

    def _flush_later(self) -> None:
        self._flushing = False
        self._flush()

    def _flush(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        data = self.mux.take(acks=self.writable)
        if data:
            transport.write(data)
            if transport.get_write_buffer_size() > LONGEST_BACKLOG:
                self._break(ProtocolError("the peer does not read"))

    def _break(self, error: ProtocolError) -> None:
        _log.info("mux session ended: %s", error)
        if self._transport is not None:
            self._transport.abort()
        self.close(AgentLost(self._endings.broken.template, reason=error))
