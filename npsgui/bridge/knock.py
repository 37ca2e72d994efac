"""The agent's side of a handshake: connects to a server and says what for."""

from __future__ import annotations

import asyncio
import ssl
from typing import Final, Generic, TypeVar, cast

from npsgui.bridge.conversation import Conversation, Dialogue
from npsgui.bridge.handshake import Purpose, greet_server
from npsgui.bridge.signal_line import tune
from npsgui.model.entities import Target
from npsgui.model.errors import AgentLost, ProtocolError

SECONDS: Final = 10.0
"""For one whole handshake. Source: npc's client/control.go:217."""

T = TypeVar("T")


class Knock(asyncio.Protocol, Generic[T]):
    """One conversation; ``met`` is done when it is."""

    def __init__(self, conversation: Conversation[T]) -> None:
        self.dialogue = Dialogue(conversation)
        self.met: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        try:
            answer = self.dialogue.feed(data)
        except ProtocolError as error:
            self._fail(error)
            return
        if answer:
            self._transport.write(answer)
        if self.dialogue.done and not self.met.done():
            self.met.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or AgentLost("The server closed the connection."))

    def _fail(self, error: Exception) -> None:
        if not self.met.done():
            self.met.set_exception(error)


async def converse(
    server: Target, conversation: Conversation[T], tls: ssl.SSLContext | None, seconds: float = SECONDS
) -> tuple[asyncio.Transport, Dialogue[T]]:
    """Connect and have a conversation, of ``seconds`` at most. What has come beyond it is its ``rest``.

    Take the connection over at once, before the loop turns. Raises OSError, which TimeoutError is; KeyRefused
    and ProtocolError; AgentLost: when the server closed it without a word.
    """
    loop = asyncio.get_running_loop()
    door = Knock(conversation)
    async with asyncio.timeout(seconds):
        transport, _ = await loop.create_connection(lambda: door, server.host, server.port, ssl=tls)
        try:
            await door.met
        except BaseException:
            transport.abort()
            raise
    tune(transport)
    return transport, door.dialogue


async def knock(
    server: Target, key: str, purpose: Purpose, tls: ssl.SSLContext | None
) -> tuple[asyncio.Transport, bytes]:
    """A connection that the server has let in, and what it has sent since. Raises as ``converse``."""
    transport, dialogue = await converse(server, greet_server(key, purpose), tls)
    return transport, dialogue.rest
