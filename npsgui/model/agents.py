"""The agents of clients, and what is asked of them. Pure facts, frozen."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class LinkKind(enum.StrEnum):
    """What an agent is to do with a stream. The words are NPS's."""

    TCP = "tcp"
    UDP = "udp"
    """One connected UDP socket: each message is one datagram."""
    SOCKS_UDP = "udp5"
    """Datagrams with SOCKS5's header, to and from anywhere; no target."""
    FILE = "file"
    """The agent's own file server: HTTP, no target."""


@dataclass(frozen=True, slots=True)
class Link:
    """One stream to be opened through an agent."""

    kind: LinkKind
    target: str = ""
    """``host:port``; looked up and dialled by the agent."""
    peer: str = ""
    """The visitor, for the agent to show."""
    crypt: bool = False
    """TLS within the stream."""
    compress: bool = False
    """Snappy within the stream; means nothing with ``crypt``, as in NPS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """One agent that is connected."""

    client: int
    version: str
    address: str
    since: float
    """Unix time, s."""
    latency: float | None
    """Seconds there and back; None before the first answer."""
    streams: int
