"""What carries the datagrams of a session: a socket of ours, or a stream of an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from npsgui.relay.datagrams import Address


class DatagramLink(Protocol):
    """Where a session's datagrams go."""

    def send(self, data: bytes, address: Address | None = None) -> bool:
        """Send one datagram, to ``address`` where there is a choice; False when it is lost."""

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True, slots=True)
class DatagramEnds:
    """What a link tells its session."""

    arrived: Callable[[bytes], None]
    lost: Callable[[], None]
    """An agent's stream has ended: called once, unless the session closed it."""


class DatagramSink(Protocol):
    """What an agent's stream of datagrams is to who sends."""

    def takes(self, size: int) -> bool:
        """Whether a datagram of so many bytes is sent now or later, and not dropped."""

    def sendto(self, data: bytes) -> None:
        """Send one datagram."""

    def close(self) -> None:
        """Close it."""


class AgentDatagrams(asyncio.DatagramProtocol):
    """A stream of datagrams through an agent."""

    def __init__(self, ends: DatagramEnds) -> None:
        self._ends = ends
        self._transport: DatagramSink | None = None

    def send(self, data: bytes, address: Address | None = None) -> bool:
        """Send one datagram, if the agent has room for it."""
        if self._transport is None or not self._transport.takes(len(data)):
            return False
        self._transport.sendto(data)
        return True

    def close(self) -> None:
        """Close the stream."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("DatagramSink", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._ends.arrived(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._transport = None
            self._ends.lost()
