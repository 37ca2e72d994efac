"""The kinds of tunnels: which service runs which mode. A new kind is a service and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from npsgui.model.entities import Mode, Tunnel
from npsgui.relay.http.files import FileService
from npsgui.relay.http.proxy import ProxyService
from npsgui.relay.listener import Ports
from npsgui.relay.secret import SecretService
from npsgui.relay.shared import Shared
from npsgui.relay.socks5_service import Socks5Service
from npsgui.relay.tcp import TcpService
from npsgui.relay.udp import UdpService


class Service(Protocol):
    """One tunnel, listening. Made with ``(shared, tunnel)``, which raises BindFailed."""

    tunnel: Tunnel
    """Replaced by an edit that leaves its ports, mode and folder as they are."""

    ports: Ports

    def close(self) -> None:
        """Listen no more; sessions that came through it go on."""


SERVICES: Mapping[Mode, Callable[[Shared, Tunnel], Service]] = {
    Mode.TCP: TcpService,
    Mode.UDP: UdpService,
    Mode.HTTP_PROXY: ProxyService,
    Mode.FILE: FileService,
    Mode.SECRET: SecretService,
    Mode.SOCKS5: Socks5Service,
}
