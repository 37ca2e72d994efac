"""The port that agents connect to: opened, tried again while it cannot be, closed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Final, TypeAlias

from npsgui.model.errors import BindFailed
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

BACKLOG: Final = 1024

Listen: TypeAlias = Callable[[str, int], socket.socket]
"""A listening socket on an address and a port. Raises BindFailed."""


class Port:
    """One listening socket at most, on every interface."""

    def __init__(
        self,
        listen: Listen,
        made: Callable[[], asyncio.BaseProtocol],
        context: Callable[[], ssl.SSLContext] | None,
    ) -> None:
        self.failed: Sentence | None = None
        """Why it is not open, when it should be."""
        self._listen = listen
        self._made = made
        self._context = context
        self._wanted = 0
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

    @property
    def number(self) -> int:
        """The port that is open; 0 when none is."""
        return int(self._socket.getsockname()[1]) if self._socket is not None else 0

    def want(self, number: int) -> None:
        """Be open on this port, and no other; 0 is none."""
        if number != self._wanted:
            self.close()
            self._wanted = number
            self.try_again()

    def try_again(self) -> None:
        """Open the wanted port, unless it is open."""
        if self._socket is not None or not self._wanted:
            return
        try:
            made = self._listen("", self._wanted)
        except BindFailed as error:
            self.failed = Sentence(error.template, tuple(error.values.items()))
            return
        self.failed = None
        self._socket = made
        spawn(self._serve(made), "bridge")

    def close(self) -> None:
        """Be closed."""
        self._wanted = 0
        self.failed = self._socket = None
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _serve(self, made: socket.socket) -> None:
        context = None if self._context is None else self._context()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._made, sock=made, backlog=BACKLOG, ssl=context)
        if self._socket is made:
            self._server = server
        else:
            server.close()
