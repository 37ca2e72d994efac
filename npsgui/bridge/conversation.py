"""Runs a conversation over bytes. Pure: no clock, no socket.

A conversation is a generator: it yields how many bytes it needs next and is sent exactly those, or yields
bytes to be sent to the peer. What it returns is what was learned.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Conversation: TypeAlias = Generator[int | bytes, bytes, T]


class Dialogue(Generic[T]):
    """One conversation under way. Reads no byte that the conversation did not ask for."""

    def __init__(self, conversation: Conversation[T]) -> None:
        self._conversation = conversation
        self._received = bytearray()
        self._needed = 0
        self._sent = bytearray()
        self._begun = False
        self.learned: T | None = None
        self.done = False

    @property
    def rest(self) -> bytes:
        """What has come and was not asked for: it belongs to whatever follows."""
        return bytes(self._received)

    def feed(self, data: bytes = b"") -> bytes:
        """Take bytes from the peer; what to send. Raises what the conversation raises: ProtocolError."""
        self._received += data
        if not self._begun:
            self._begun = True
            self._step(None)
        while not self.done and len(self._received) >= self._needed:
            part = bytes(self._received[: self._needed])
            del self._received[: self._needed]
            self._step(part)
        sent, self._sent = bytes(self._sent), bytearray()
        return sent

    def _step(self, part: bytes | None) -> None:
        """Go on to the next bytes that are needed."""
        try:
            wanted = next(self._conversation) if part is None else self._conversation.send(part)
            while isinstance(wanted, bytes):
                self._sent += wanted
                wanted = next(self._conversation)
            self._needed = wanted
        except StopIteration as end:
            self.learned = end.value
            self.done = True
