"""What all services and sessions of a relay share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from npsgui.relay.buffers import Buffers
from npsgui.relay.dialing import Dialer
from npsgui.relay.pacer import Pacer
from npsgui.relay.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Shared:
    """One of each, for the loop of the relay."""

    loop: asyncio.AbstractEventLoop
    buffers: Buffers
    pacer: Pacer
    sessions: Sessions
    dialer: Dialer
    http_idle: float
    """How long nothing may move in the middle of an HTTP request or of its answer, s."""
