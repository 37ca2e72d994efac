"""The port that agents connect to: opened, tried again while it cannot be, closed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from npsgui.model.errors import BindFailed
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

BACKLOG: Final = 1024

Listen: TypeAlias = Callable[[str, int], socket.socket]
"""A listening socket on an address and a port. Raises BindFailed."""


HANDSHAKE_SECONDS = 10.0
"""How long TLS may take, before the handshake of the bridge is counted and timed in its turn."""


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
        made: Callable[[], asyncio.BaseProtocol],
        context: Callable[[], ssl.SSLContext],
    ) -> None:
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
            made = self._listen(place.bind, place.number)
        except BindFailed as error:
            self.failed = Sentence(error.template, tuple(error.values.items()))
            return
        self.failed = None
        self._socket = made
        spawn(self._serve(made, tls=place.tls), "bridge")

    def close(self) -> None:
        """Be closed."""
        self._wanted = None
        self.failed = self._socket = None
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _serve(self, made: socket.socket, *, tls: bool) -> None:
        context = self._context() if tls else None
        patience = HANDSHAKE_SECONDS if tls else None
        server = await asyncio.get_running_loop().create_server(
            self._made, sock=made, backlog=BACKLOG, ssl=context, ssl_handshake_timeout=patience
        )
        if self._socket is made:
            self._server = server
        else:
            server.close()
