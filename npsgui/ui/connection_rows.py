"""The rows and columns of the tables of connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Mode
from npsgui.model.views import ConnectionRow
from npsgui.ui.amounts import DASH, amount, rate
from npsgui.ui.filters import Facts
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Column

_WIDTHS = {"peer": 150, "kind": 76, "tunnel": 112, "client": 92, "target": 136, "age": 60}


_OF_HOST: tuple[Mode | None, tuple[int, ...]] = (None, ())


@dataclass(frozen=True, slots=True)
class Link:
    """One row: a session's numbers, the names of its owner and client, and its kind."""

    row: ConnectionRow
    name: str
    """Of its tunnel or host."""
    client: str
    mode: Mode | None
    """The kind of its tunnel; none for a host."""
    ports: tuple[int, ...] = ()
    """Of its tunnel."""

    @property
    def facts(self) -> Facts:
        """What it can be found by."""
        row = self.row
        text = f"{row.peer} {row.target} {self.name} {self.client} {self.mode or row.owner.kind}"
        return Facts(text, ports=self.ports, size=row.inlet + row.export, client=self.client)


def links(rows: Sequence[ConnectionRow], configuration: Configuration) -> list[Link]:
    """The links of these rows."""
    names = {owner.owner: getattr(owner, "remark", "") for owner in configuration.owners()}
    clients = {client.id: client.remark or str(client.owner) for client in configuration.clients.values()}
    kinds = {tunnel.owner: (tunnel.mode, tunnel.ports) for tunnel in configuration.tunnels.values()}
    return [
        Link(
            row,
            names.get(row.owner) or str(row.owner),
            clients.get(row.client, ""),
            *kinds.get(row.owner, _OF_HOST),
        )
        for row in rows
    ]


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

    def _words(self) -> list[Column[Link]]:
        words: list[tuple[str, str, Callable[[Link], str]]] = [
            ("peer", self.tr("Peer"), lambda link: link.row.peer),
            ("kind", self.tr("Kind"), self._kind),
            ("tunnel", self.tr("Tunnel/host"), lambda link: link.name),
            ("client", self.tr("Client"), lambda link: link.client),
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
        if link.mode is not None:
            return self._sentences.mode(link.mode)
        return self._sentences.kind(link.row.owner.kind)

    def _dropped(self, link: Link) -> str:
        text = self.tr("datagrams dropped: {count}")
        return text.format(count=f"{link.row.dropped:,}") if link.row.dropped else ""

    def _numbers(self) -> list[Column[Link]]:
        inlet = self.tr("Inlet: from visitors to targets")
        export = self.tr("Export: from targets to visitors")
        dropped = self.tr("Datagrams that were not carried: over a limit, or nobody took them")
        numbers: list[tuple[str, str, Callable[[Link], float], Callable[[float], str], str]] = [
            ("age", self.tr("Age"), lambda link: link.row.seconds, age, ""),
            ("inlet_now", self.tr("Inlet now"), lambda link: link.row.inlet_now, rate, inlet),
            ("export_now", self.tr("Export now"), lambda link: link.row.export_now, rate, export),
            ("inlet", self.tr("Inlet"), lambda link: link.row.inlet, amount, inlet),
            ("export", self.tr("Export"), lambda link: link.row.export, amount, export),
            ("dropped", self.tr("Dropped"), lambda link: link.row.dropped, _count, dropped),
        ]
        return [
            Column(
                name=name,
                title=title,
                value=value,
                text=partial(_text, value, text),
                right=True,
                width=_WIDTHS.get(name, 96),
                tip=tip,
                shown=name != "dropped",
            )
            for name, title, value, text, tip in numbers
        ]


def _count(count: float) -> str:
    return f"{count:,}" if count else DASH


def _text(value: Callable[[Link], float], text: Callable[[float], str], link: Link) -> str:
    return text(value(link))
