"""The port that agents connect to: opened, tried again while it cannot be, closed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from npsgui.bridge.codecs import TlsCodec
from npsgui.bridge.layers import Layer
from npsgui.model.errors import BindFailed, NpsError
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

BACKLOG: Final = 1024

Listen: TypeAlias = Callable[[str, int], socket.socket]
"""A listening socket on an address and a port. Raises BindFailed."""

Doors: TypeAlias = Callable[[], asyncio.BaseProtocol]
"""The protocol of a new connection."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen."""

    bind: str
    """Empty is every interface."""
    number: int
    tls: bool = False
    """Whether what connects speaks TLS."""


class Port:
    """One listening socket at most."""

    def __init__(
        self,
        listen: Listen,
        made: Doors,
        context: Callable[[], ssl.SSLContext],
    ) -> None:
        """``context`` is asked for where TLS is wanted; it raises NpsError when there is none."""
        self.failed: Sentence | None = None
        """Why it is not open, when it should be."""
        self._listen = listen
        self._made = made
        self._context = context
        self._wanted: Place | None = None
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

    @property
    def number(self) -> int:
        """The port that is open; 0 when none is."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    def want(self, place: Place | None) -> None:
        """Be open there, and nowhere else."""
        if place != self._wanted:
            self.close()
            self._wanted = place
            self.try_again()

    def try_again(self) -> None:
        """Open the wanted port, unless it is open."""
        place = self._wanted
        if self._socket is not None or place is None:
            return
        try:
            doors = self._wrapped(self._context()) if place.tls else self._made
            made = self._listen(place.bind, place.number)
        except NpsError as error:
            self._fail(error)
            return
        self.failed = None
        self._socket = made
        spawn(self._serve(made, doors, place), "bridge")

    def close(self) -> None:
        """Be closed."""
        self._wanted = None
        self.failed = self._socket = None
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _wrapped(self, context: ssl.SSLContext) -> Doors:
        """Each connection in TLS, which it is to shake hands for in the time and the numbers of all others.

        asyncio's own TLS would know of a connection before anybody can count it, at 256 KiB each.
        """
        return lambda: Layer(TlsCodec(context, server=True), self._made(), half_close=False).underside

    async def _serve(self, made: socket.socket, doors: Doors, place: Place) -> None:
        try:
            server = await asyncio.get_running_loop().create_server(doors, sock=made, backlog=BACKLOG)
        except OSError as error:
            made.close()
            if self._socket is made:
                self._socket = None
                self._fail(_not_opened(error, place))
            return
        if self._socket is made:
            self._server = server
        else:
            server.close()

    def _fail(self, error: NpsError) -> None:
        self.failed = Sentence.of(error)


def _not_opened(error: OSError, place: Place) -> BindFailed:
    return BindFailed(
        "Port {port} on {address} cannot be opened: {reason}.",
        port=place.number,
        address=place.bind or "*",
        reason=error.strerror or error,
    )
