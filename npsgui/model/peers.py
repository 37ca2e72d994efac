"""Who the bytes were carried for: the visitor's address. Pure."""

from __future__ import annotations

import functools
import ipaddress
from dataclasses import dataclass

OTHERS = "others"
"""Stands for all peers beyond the ``PEERS_A_DAY`` first ones, and for bytes that belong to no session."""

PEERS_A_DAY = 1000
"""How many peers of an owner are told apart on one day: a flood of addresses costs no disk."""

NETWORK_BITS = 64
"""What one visitor gets of IPv6: it may use another address in it every minute. Source: RFC 8981."""


@dataclass(frozen=True, slots=True)
class PeerUsage:
    """Bytes of one peer on one day, UTC, that begins at ``day`` (Unix time, s)."""

    day: int
    peer: str
    inlet: int
    export: int


def address_of(peer: str, *, by_network: bool = False) -> str:
    """The address in ``192.0.2.7:5`` or ``[2001:db8::7]:5``, or the network that an IPv6 address is in.

    Text that holds no address is given back as it is.
    """
    return _address(peer.rpartition(":")[0].strip("[]") or peer, by_network)


@functools.lru_cache(4096)  # the same peers come again and again
def _address(host: str, by_network: bool) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if by_network and address.version == 6:
        return str(ipaddress.ip_network((address.packed, NETWORK_BITS), strict=False))
    return str(address)
