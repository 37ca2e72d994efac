"""Says where visitors come in and where they are led. Knows no widget."""

from __future__ import annotations

from PySide6.QtCore import QObject

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Host, OwnerKey, OwnerKind, Scheme, Tunnel, Via
from npsgui.model.ports import format_ports
from npsgui.ui.sentences import Sentences

_APART = "  ·  "


class RouteWords(QObject):
    """Writes ``TCP · 127.0.0.1:8001 → 127.0.0.1:80``."""

    def __init__(self, sentences: Sentences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences

    def of(self, key: OwnerKey, configuration: Configuration) -> str:
        """The way through a tunnel or a host; nothing for other owners, and for one that is gone."""
        owner: Tunnel | Host | None = None
        parts: list[str] = []
        match key.kind:
            case OwnerKind.TUNNEL:
                owner = tunnel = configuration.tunnels.get(key.id)
                parts = [] if tunnel is None else [self._sentences.mode(tunnel.mode), _of_tunnel(tunnel)]
            case OwnerKind.HOST:
                owner = host = configuration.hosts.get(key.id)
                parts = [] if host is None else [_of_host(host)]
        if owner is not None and owner.via is Via.AGENT:
            parts.append(self.tr("through the client's agent"))
        return _APART.join(filter(None, parts))


def _of_tunnel(tunnel: Tunnel) -> str:
    address = f"[{tunnel.bind}]" if ":" in tunnel.bind else tunnel.bind or "*"
    where = f"{address}:{format_ports(tunnel.ports)}" if tunnel.ports else ""
    return _way(where, ", ".join(map(str, tunnel.targets)) or tunnel.folder)


def _of_host(host: Host) -> str:
    scheme = "http(s)" if host.scheme is Scheme.ALL else host.scheme
    return _way(f"{scheme}://{host.host}{host.location}", ", ".join(map(str, host.targets)))


def _way(where: str, goal: str) -> str:
    return " → ".join(filter(None, (where, goal)))
