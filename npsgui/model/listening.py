"""Where owners listen: what an address to listen on means, and who cannot listen at the same time. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from npsgui.model.entities import Everything, Mode, Tunnel, Via

UDP_MODES = frozenset({Mode.UDP})
PORTLESS_MODES = frozenset({Mode.SECRET, Mode.P2P})
TARGETED_MODES = frozenset({Mode.TCP, Mode.UDP, Mode.TCP_TRANS})

_SHARED_PORTS = (
    ("http_port", "http_bind", "Port {port} is the shared HTTP port."),
    ("https_port", "http_bind", "Port {port} is the shared HTTPS port."),
    ("bridge_port", "bridge_bind", "Port {port} is the port for agents."),
)


def is_address(text: str) -> bool:
    """Whether ``text`` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_wildcard(bind: str) -> bool:
    """Whether an address to listen on is every interface."""
    return not bind or (is_address(bind) and ipaddress.ip_address(bind).is_unspecified)


def is_loopback(bind: str) -> bool:
    """Whether only this computer reaches an address."""
    return is_address(bind) and ipaddress.ip_address(bind).is_loopback


def same_port(one: Tunnel, other: Tunnel) -> bool:
    """Whether two tunnels cannot listen at the same time: same transport, a port in common, one interface."""
    if PORTLESS_MODES & {one.mode, other.mode} or not set(one.ports) & set(other.ports):
        return False
    if (one.mode in UDP_MODES) != (other.mode in UDP_MODES):
        return False
    return _overlap(one.bind, other.bind)


def shared_ports(everything: Everything, tunnel: Tunnel) -> Iterator[tuple[str, int, str]]:
    """The shared ports that a tunnel listens on, too: the word, the number, and whose it is in words."""
    if tunnel.mode in PORTLESS_MODES | UDP_MODES:
        return
    for word, bind, sentence in _SHARED_PORTS:
        port = getattr(everything, word)
        if port and port in tunnel.ports and _overlap(tunnel.bind, getattr(everything, bind)):
            yield word, port, sentence


def leads_to_itself(tunnel: Tunnel) -> bool:
    """Whether a visitor of a tunnel would be led back into it, again and again, until no session is left."""
    if tunnel.via is not Via.LOCAL or tunnel.mode not in TARGETED_MODES:
        return False
    return any(
        target.port == port and _is_listened_on(target.host, tunnel.bind)
        for index, port in enumerate(tunnel.ports)
        for target in tunnel.targets_of(index)
    )


def _is_listened_on(host: str, bind: str) -> bool:
    """Whether who connects to ``host`` here meets who listens on ``bind``."""
    if host == "localhost" or (is_address(host) and is_wildcard(host)):
        return is_wildcard(bind) or is_loopback(bind)
    return host == bind or (is_wildcard(bind) and is_loopback(host))


def _overlap(one: str, other: str) -> bool:
    """Whether two addresses to listen on have an interface in common."""
    return one == other or is_wildcard(one) or is_wildcard(other)
