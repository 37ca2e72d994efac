"""What a trunk and the streams on it ask of each other."""

from __future__ import annotations

import asyncio
from typing import Protocol

from npsgui.bridge.frames import Run
from npsgui.bridge.mux import Channel, Mux


class Carrier(Protocol):
    """What a stream needs of the trunk that carries it."""

    loop: asyncio.AbstractEventLoop
    mux: Mux
    writable: bool
    """Whether the connection takes data; frames without data are always taken."""

    def flush_soon(self) -> None:
        """Send what the mux holds, in this turn of the loop."""

    def wait(self, stream: Carried) -> None:
        """Call ``stream.drain`` when the connection takes data again."""

    def forget(self, stream: Carried) -> None:
        """The stream is closed."""


class Carried(Protocol):
    """What a trunk needs of each stream."""

    channel: Channel

    def arrived(self, run: Run) -> None:
        """Bytes from the peer: views, good until this returns."""

    def drain(self, most: int) -> bool:
        """Send up to ``most`` bytes of what waits; whether more could be sent at once."""

    def ready(self) -> bool:
        """The peer has taken the stream, or has read some: whether anything waits to be sent."""

    def ended(self) -> None:
        """The peer has closed the stream: it takes nothing any more, and what it sent comes first."""

    def lost(self, error: Exception | None) -> None:
        """The connection under all streams is gone."""
