"""One agent's login: its two connections live and die together.

In NPS the sockets of two logins with one key get mixed up, and when either dies the client stays offline.
Here a login owns its sockets; its end ends them and nothing else.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Final

from npsgui.bridge.codecs import Codec, TlsCodec, snappy_codec
from npsgui.bridge.datagrams import DatagramStream
from npsgui.bridge.doorway import Caller
from npsgui.bridge.handshake import OURS
from npsgui.bridge.layers import Layer
from npsgui.bridge.link_header import write_link
from npsgui.bridge.sealed import sealed
from npsgui.bridge.signal_line import TAKEN_OVER, SignalLine, tune
from npsgui.bridge.streams import Stream
from npsgui.bridge.trunk import Trunk
from npsgui.model.agents import AgentRow, Link, LinkKind
from npsgui.model.errors import AgentLost

COMPLETE_SECONDS: Final = 15.0
"""How long a login may have one connection of its two: NPS's three strikes, five seconds apart."""


class Login:
    """The ``main`` and the ``chan`` connection of one agent; ``on_up`` is called when both are there."""

    def __init__(
        self,
        caller: Caller,
        *,
        missed_pings: int,
        on_up: Callable[[Login], None],
        on_down: Callable[[Login, Exception], None],
        on_health: Callable[[Login, str, bool], None],
    ) -> None:
        self.client = caller.client
        self.version = caller.version
        self.address = caller.address
        self.since = time.time()
        self._on_up, self._on_down, self._on_health = on_up, on_down, on_health
        self._missed_pings = missed_pings
        self._main: SignalLine | None = None
        self.trunk: Trunk | None = None
        """Its ``chan`` connection, once that is there."""
        self._down = False
        self.replaced = False
        """Whether another login has taken its place."""
        self.was_online = False
        """Whether it has ever had both its connections."""
        self._timer = asyncio.get_running_loop().call_later(COMPLETE_SECONDS, self._give_up)

    @property
    def online(self) -> bool:
        """Whether it has both its connections."""
        return self._main is not None and self.trunk is not None and not self._down

    @property
    def wants_main(self) -> bool:
        """Whether a ``main`` connection completes this login; the two may come from different addresses."""
        return self._main is None and not self._down

    @property
    def wants_chan(self) -> bool:
        """Whether a ``chan`` connection completes this login."""
        return self.trunk is None and not self._down

    def take_main(self, caller: Caller) -> None:
        """Its ``main`` connection is here."""
        self.version, self.address = caller.version, caller.address
        self._main = SignalLine(
            caller.transport,
            caller.received,
            lambda target, healthy: self._on_health(self, target, healthy),
            self.close,
        )
        self._complete()

    def take_chan(self, caller: Caller) -> None:
        """Its ``chan`` connection is here."""
        self.trunk = start_trunk(caller, self._missed_pings, lambda _trunk, error: self.close(error))
        self._complete()

    def open_stream(
        self, link: Link, protocol: asyncio.BaseProtocol, context: Callable[[], ssl.SSLContext]
    ) -> asyncio.Transport:
        """A stream to a target; only while online."""
        assert self.trunk is not None
        ours = self.version.startswith(OURS)
        opening = write_link(link, half_close=ours)
        return open_stream(self.trunk, opening, ours, _codec(link, context), protocol)

    def open_datagrams(
        self, link: Link, protocol: asyncio.DatagramProtocol, context: Callable[[], ssl.SSLContext]
    ) -> asyncio.DatagramTransport:
        """A stream of datagrams, only while online. SOCKS5's are raw, whatever the Link says."""
        assert self.trunk is not None
        trunk, opening, socks = self.trunk, write_link(link), link.kind is LinkKind.SOCKS_UDP
        codec = None if socks else _codec(link, context)
        if codec is not None:
            made, layer = sealed(protocol, codec)
            carry(trunk, opening, layer.underside)
            return made
        stream = DatagramStream(trunk, trunk.open(), protocol, opening=opening, prefixed=socks)
        trunk.carry(stream)
        protocol.connection_made(stream)
        return stream

    def row(self) -> AgentRow:
        """What the window shows of it."""
        trunk = self.trunk
        return AgentRow(
            client=self.client,
            version=self.version,
            address=self.address,
            since=self.since,
            latency=None if trunk is None else trunk.latency,
            streams=0 if trunk is None else len(trunk),
        )

    def take_over(self) -> None:
        """Another login with the same key is here: tell the agent, close."""
        self.replaced = True
        if self._main is not None:
            self._main.close(TAKEN_OVER)
        self.close(AgentLost("Another agent has logged in with the same key."))

    def close(self, error: Exception) -> None:
        """Close both connections; every stream is lost with ``error``."""
        if self._down:
            return
        self._down = True
        self._timer.cancel()
        if self._main is not None:
            self._main.close()
        if self.trunk is not None:
            self.trunk.close(error)
        self._on_down(self, error)

    def _give_up(self) -> None:
        self.close(AgentLost("The agent did not complete its login."))

    def _complete(self) -> None:
        if self.online:
            self._timer.cancel()
            self.was_online = True
            self._on_up(self)


def start_trunk(caller: Caller, missed_pings: int, on_lost: Callable[[Trunk, Exception], None]) -> Trunk:
    """A mux on a caller's connection; streams that the agent opens are refused: nobody listens for them."""
    trunk = Trunk(
        lambda trunk, channel: trunk.refuse(channel),
        on_lost,
        missed_pings=missed_pings,
    )
    tune(caller.transport)
    trunk.start(caller.transport, caller.received)
    return trunk


def open_stream(
    trunk: Trunk, opening: bytes, half_close: bool, codec: Codec | None, protocol: asyncio.BaseProtocol
) -> asyncio.Transport:
    """A stream on ``trunk`` with a codec on it, if there is one."""
    layer = None if codec is None else Layer(codec, protocol)
    under = protocol if layer is None else layer.underside
    stream = carry(trunk, opening, under, half_close=half_close)
    return stream if layer is None else layer


def carry(
    trunk: Trunk, opening: bytes, protocol: asyncio.BaseProtocol, *, half_close: bool = False
) -> Stream:
    """A new stream of ``trunk``, connected to ``protocol``."""
    stream = Stream(trunk, trunk.open(), protocol, opening=opening, half_close=half_close)
    trunk.carry(stream)
    protocol.connection_made(stream)
    return stream


def stream_of(made: asyncio.Transport) -> Stream:
    """The stream under a transport that ``open_stream`` gave."""
    found = made.below if isinstance(made, Layer) else made
    assert isinstance(found, Stream)
    return found


def _codec(link: Link, context: Callable[[], ssl.SSLContext]) -> Codec | None:
    if link.crypt:
        return TlsCodec(context(), server=True)
    return snappy_codec() if link.compress else None
