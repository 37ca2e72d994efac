"""The addresses of this machine, to choose from."""

from __future__ import annotations

import importlib
import socket
from typing import Any


def own_addresses() -> list[tuple[str, str]]:
    """Each address that can be listened on, with its interface's name; no loopback, no link-local."""
    system: Any = importlib.import_module("psutil")  # not on the way to first paint
    return [
        (one.address, name)
        for name, addresses in system.net_if_addrs().items()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6)
        and not one.address.startswith(("127.", "169.254.", "fe80", "::1"))
    ]
