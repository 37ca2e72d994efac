"""Visitors who are not let in, by address or network. Pure."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable

from npsgui.model.errors import FieldError
from npsgui.model.peers import address_of


def parse_blocked(text: str, field: str = "blocked") -> tuple[str, ...]:
    """Addresses and networks with commas or spaces between them: ``203.0.113.7, 2001:db8::/32``.

    Each once, as it is usually written, a network of one as its address. Raises FieldError(field).
    """
    found: dict[str, None] = {}
    for part in re.split(r"[\s,]+", text.strip()):
        if part:
            found[_written(part, field)] = None
    return tuple(found)


def _written(text: str, field: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise FieldError(field, "“{text}” is neither an address nor a network.", text=text) from error
    return str(network.network_address if network.num_addresses == 1 else network)


@functools.lru_cache(maxsize=1 << 14)
def _address(peer: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(address_of(peer))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


class Blocklist:
    """The addresses and networks of one owner. False while there are none."""

    def __init__(self, blocked: Iterable[str] = ()) -> None:
        networks = [ipaddress.ip_network(text) for text in blocked]
        self._single = frozenset(one.network_address for one in networks if one.num_addresses == 1)
        self._wide = tuple(one for one in networks if one.num_addresses > 1)

    def __bool__(self) -> bool:
        return bool(self._single or self._wide)

    def holds(self, peer: str) -> bool:
        """Whether a visitor is in it; ``peer`` is an address, with or without its port."""
        address = _address(peer)
        return address is not None and (
            address in self._single or any(address in network for network in self._wide)
        )


NOBODY = Blocklist()
