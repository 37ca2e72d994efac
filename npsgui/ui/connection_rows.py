"""The rows and columns of the tables of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple

from PySide6.QtCore import QObject

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Mode, OwnerKey, OwnerKind
from npsgui.model.views import ConnectionRow
from npsgui.ui.amounts import DASH, amount, rate
from npsgui.ui.filters import Facts
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Column, numeric

_WIDTHS = {"peer": 156, "kind": 70, "tunnel": 100, "client": 84, "target": 132, "age": 60}


class Whose(NamedTuple):
    """What all sessions of one tunnel or host have in common."""

    name: str
    client: str
    """The name of its client."""
    mode: Mode | None = None
    """The kind of a tunnel; none of a host."""
    ports: tuple[int, ...] = ()
    """Those of a tunnel."""


class Owners:
    """Tells whose sessions are. Looked up once for each Configuration."""

    def __init__(self) -> None:
        self._configuration = Configuration()
        self._whose: dict[OwnerKey, Whose] = {}

    def read(self, configuration: Configuration) -> None:
        """Tell it by this configuration from now on."""
        if configuration is not self._configuration:
            self._configuration, self._whose = configuration, dict(_owners(configuration))

    def of(self, row: ConnectionRow) -> Whose:
        """Whose a session is; one whose owner was removed a moment ago has its key for a name."""
        whose = self._whose.get(row.owner)
        if whose is None:
            whose = Whose(str(row.owner), _client_of(self._configuration, row.client))
            self._whose[row.owner] = whose
        return whose

    def facts(self, row: ConnectionRow) -> Facts:
        """What a session can be found by."""
        whose = self.of(row)
        text = f"{row.peer} {row.target} {whose.name} {whose.client} {whose.mode or row.owner.kind}"
        return Facts(text, ports=whose.ports, size=row.inlet + row.export, client=whose.client)


def _owners(configuration: Configuration) -> Iterator[tuple[OwnerKey, Whose]]:
    for tunnel in configuration.tunnels.values():
        client = _client_of(configuration, tunnel.client)
        yield tunnel.owner, Whose(tunnel.remark or str(tunnel.owner), client, tunnel.mode, tunnel.ports)
    for host in configuration.hosts.values():
        yield host.owner, Whose(host.remark or str(host.owner), _client_of(configuration, host.client))


def _client_of(configuration: Configuration, id_: int) -> str:
    client = configuration.clients.get(id_)
    return "" if client is None else client.remark or str(client.owner)


def age(seconds: float) -> str:
    """``3:07``, ``2:03:07``, ``5d 02:03``: how long a session is open."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d {hour:02}:{minute:02}"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


class ConnectionColumns(QObject):
    """Makes the columns, in the user's language."""

    def __init__(self, sentences: Sentences, owners: Owners, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences
        self._owners = owners

    def all(self) -> list[Column[ConnectionRow]]:
        """The columns of the Connections page."""
        return [*self._words(), *self._numbers()]

    def of_client(self) -> list[Column[ConnectionRow]]:
        """The same for the sessions of one client, whose name is known."""
        return [column for column in self.all() if column.name != "client"]

    def _whose(self, row: ConnectionRow) -> str:
        return self._sentences.name(self._owners.of(row).name, row.owner)

    def _client(self, row: ConnectionRow) -> str:
        return self._sentences.name(self._owners.of(row).client, OwnerKey(OwnerKind.CLIENT, row.client))

    def _words(self) -> list[Column[ConnectionRow]]:
        words: list[tuple[str, str, Callable[[ConnectionRow], str]]] = [
            ("peer", self.tr("Peer"), attrgetter("peer")),
            ("kind", self.tr("Kind"), self._kind),
            ("tunnel", self.tr("Tunnel"), self._whose),
            ("client", self.tr("Client"), self._client),
            ("target", self.tr("Target"), attrgetter("target")),
        ]
        return [
            Column(
                name=name,
                title=title,
                value=text,
                text=text,
                bold=name == "peer",
                cell_tip=self._dropped if name == "kind" else None,
                width=_WIDTHS[name],
            )
            for name, title, text in words
        ]

    def _kind(self, row: ConnectionRow) -> str:
        mode = self._owners.of(row).mode
        if mode is not None:
            return self._sentences.mode(mode)
        return self._sentences.kind(row.owner.kind).capitalize()

    def _dropped(self, row: ConnectionRow) -> str:
        text = self.tr("datagrams dropped: {count}")
        return text.format(count=f"{row.dropped:,}") if row.dropped else ""

    def _numbers(self) -> list[Column[ConnectionRow]]:
        inlet = self.tr("Inlet: from visitors to targets")
        export = self.tr("Export: from targets to visitors")
        dropped = self.tr("Datagrams that were not carried: over a limit, or nobody took them")
        numbers: list[tuple[str, str, Callable[[ConnectionRow], float], Callable[[float], str], str]] = [
            ("age", self.tr("Age"), attrgetter("seconds"), age, ""),
            ("inlet_now", self.tr("Inlet/s"), attrgetter("inlet_now"), rate, inlet),
            ("export_now", self.tr("Export/s"), attrgetter("export_now"), rate, export),
            ("inlet", self.tr("Inlet"), attrgetter("inlet"), amount, inlet),
            ("export", self.tr("Export"), attrgetter("export"), amount, export),
            ("dropped", self.tr("Dropped"), attrgetter("dropped"), _count, dropped),
        ]
        return [
            numeric(name, title, value, text, width=_WIDTHS.get(name, 88), tip=tip, shown=name != "dropped")
            for name, title, value, text, tip in numbers
        ]


def _count(count: float) -> str:
    return f"{count:,}" if count else DASH
