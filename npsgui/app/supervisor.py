"""What a service tells systemd: that it is ready, alive, stopping. Silent where nobody supervises it.

Source: sd_notify(3), sd_watchdog_enabled(3): ``NAME=value`` in a datagram to the socket that the
environment names.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Mapping


class Supervisor:
    """The other end of ``NOTIFY_SOCKET``."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        # a name that begins with @ is in the abstract namespace
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        asked = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog = int(environment.get("WATCHDOG_USEC", "0")) / 1e6 if asked else 0.0
        """How long, s, the supervisor waits for a sign of life; 0: it does not."""

    def tell(self, *states: str) -> None:
        """Say it. A supervisor that is not there is no reason to fail."""
        if self._address:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.sendto("\n".join(states).encode(), self._address)

    def tell_reloading(self) -> None:
        """Say that the settings are read again; ``READY=1`` says that they have been."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    async def keep_alive(self) -> None:
        """Give signs of life, twice in the time allowed, from the loop: one that hangs gives none."""
        while self.watchdog:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog / 2)
