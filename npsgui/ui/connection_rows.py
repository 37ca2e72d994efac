"""The rows and columns of the tables of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


class Link(NamedTuple):
    """One row: a session's numbers, and whose it is."""

    row: ConnectionRow
    whose: Whose

    @property
    def facts(self) -> Facts:
        """What it can be found by."""
        row, whose = self
        text = f"{row.peer} {row.target} {whose.name} {whose.client} {whose.mode or row.owner.kind}"
        return Facts(text, ports=whose.ports, size=row.inlet + row.export, client=whose.client)


class Links:
    """Makes the links of rows. Whose they are is looked up once for each Configuration."""

    def __init__(self) -> None:
        self._configuration = Configuration()
        self._whose: dict[OwnerKey, Whose] = {}

    def of(self, rows: Sequence[ConnectionRow], configuration: Configuration) -> list[Link]:
        """The links of these rows; a session whose owner was removed a moment ago has its key for a name."""
        if configuration is not self._configuration:
            self._configuration, self._whose = configuration, dict(_owners(configuration))
        whose = self._whose
        for row in rows:
            if row.owner not in whose:
                whose[row.owner] = Whose(str(row.owner), _client_of(configuration, row.client))
        return [Link(row, whose[row.owner]) for row in rows]


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


class LinkColumns(QObject):
    """Makes the columns, in the user's language."""

    def __init__(self, sentences: Sentences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences

    def all(self) -> list[Column[Link]]:
        """The columns of the Connections page."""
        return [*self._words(), *self._numbers()]

    def of_client(self) -> list[Column[Link]]:
        """The same for the sessions of one client, whose name is known."""
        return [column for column in self.all() if column.name != "client"]

    def _whose(self, link: Link) -> str:
        return self._sentences.name(link.whose.name, link.row.owner)

    def _client(self, link: Link) -> str:
        return self._sentences.name(link.whose.client, OwnerKey(OwnerKind.CLIENT, link.row.client))

    def _words(self) -> list[Column[Link]]:
        words: list[tuple[str, str, Callable[[Link], str]]] = [
            ("peer", self.tr("Peer"), lambda link: link.row.peer),
            ("kind", self.tr("Kind"), self._kind),
            ("tunnel", self.tr("Tunnel"), self._whose),
            ("client", self.tr("Client"), self._client),
            ("target", self.tr("Target"), lambda link: link.row.target),
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

    def _kind(self, link: Link) -> str:
        if link.whose.mode is not None:
            return self._sentences.mode(link.whose.mode)
        return self._sentences.kind(link.row.owner.kind).capitalize()

    def _dropped(self, link: Link) -> str:
        text = self.tr("datagrams dropped: {count}")
        return text.format(count=f"{link.row.dropped:,}") if link.row.dropped else ""

    def _numbers(self) -> list[Column[Link]]:
        inlet = self.tr("Inlet: from visitors to targets")
        export = self.tr("Export: from targets to visitors")
        dropped = self.tr("Datagrams that were not carried: over a limit, or nobody took them")
        numbers: list[tuple[str, str, Callable[[Link], float], Callable[[float], str], str]] = [
            ("age", self.tr("Age"), lambda link: link.row.seconds, age, ""),
            ("inlet_now", self.tr("Inlet/s"), lambda link: link.row.inlet_now, rate, inlet),
            ("export_now", self.tr("Export/s"), lambda link: link.row.export_now, rate, export),
            ("inlet", self.tr("Inlet"), lambda link: link.row.inlet, amount, inlet),
            ("export", self.tr("Export"), lambda link: link.row.export, amount, export),
            ("dropped", self.tr("Dropped"), lambda link: link.row.dropped, _count, dropped),
        ]
        return [
            numeric(name, title, value, text, width=_WIDTHS.get(name, 88), tip=tip, shown=name != "dropped")
            for name, title, value, text, tip in numbers
        ]


def _count(count: float) -> str:
    return f"{count:,}" if count else DASH
