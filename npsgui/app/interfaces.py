"""The addresses of this machine, to choose from."""

from __future__ import annotations

import socket

import psutil


def own_addresses() -> list[tuple[str, str]]:
    """Each address that can be listened on, with its interface's name; no loopback, no link-local."""
    return [
        (one.address, name)
        for name, addresses in psutil.net_if_addrs().items()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6)
        and not one.address.startswith(("127.", "169.254.", "fe80", "::1"))
    ]
