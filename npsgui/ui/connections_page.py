"""The Connections page: who is connected right now, and Close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QStackedLayout, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.model.views import ConnectionRow
from npsgui.ui.empty_state import EmptyState
from npsgui.ui.filters import Facts, parse_search
from npsgui.ui.flow_rows import amount, rate
from npsgui.ui.page_header import PageHeader
from npsgui.ui.table import Column, Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Link:
    """One row: a session's numbers, and the names of its tunnel and client."""

    row: ConnectionRow
    tunnel: str
    client: str


def links(
    rows: Sequence[ConnectionRow], tunnels: Mapping[OwnerKey, str], clients: Mapping[int, str]
) -> list[Link]:
    """The links of these rows."""
    return [Link(row, tunnels.get(row.owner, str(row.owner)), clients.get(row.client, "")) for row in rows]


def age(seconds: float) -> str:
    """``3:07``, ``2:03:07``, ``5d 02:03``: how long a session is open."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d {hour:02}:{minute:02}"
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


class ConnectionsPage(QWidget):
    """Shows links; asks for the selected ones to be closed."""

    close_asked = Signal(object)
    """A tuple of session ids, as they were selected at that moment."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = Table(self._columns(), lambda link: link.row.id, self)
        self.view = TableView(self.table, self)
        self.view.setAccessibleName(self.tr("Connections"))
        self._close = QAction(self.tr("Close connection"), self)
        self._close.setData("x")
        self._close.setToolTip(self.tr("Close the selected connections (Del)"))
        self._close.triggered.connect(self._on_close)
        self.header = PageHeader(theme, self.tr("Connections"), [self._close], None, self)
        self._empty = EmptyState("", None, self)
        card = QFrame(self)
        card.setObjectName("card")
        self._stack = QStackedLayout(card)
        self._stack.setContentsMargins(1, 1, 1, 4)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.header)
        layout.addWidget(card, 1)
        self.header.search.textChanged.connect(self._filter)
        self.setFocusProxy(self.view)
        self.header.search.left.connect(self.view.setFocus)
        self.view.chosen.connect(self._enable_actions)
        self.view.remove_asked.connect(self._on_close)
        self.view.menu_asked.connect(self._show_menu)
        self.show_links([])

    def show_links(self, found: Sequence[Link]) -> None:
        """Show the links of this second."""
        self.table.show(found)
        self._empty.say(
            self.tr("Nothing here matches the search.")
            if found
            else self.tr("Nobody is connected. A visitor appears here with the first byte.")
        )
        self._stack.setCurrentIndex(0 if self.table.rows else 1)
        self._enable_actions()

    def _filter(self) -> None:
        found = parse_search(self.header.search.text())
        self.table.accept(None if found is None else lambda link: found(_facts(link)))
        self._stack.setCurrentIndex(0 if self.table.rows else 1)

    def _enable_actions(self) -> None:
        self._close.setEnabled(self.view.selectionModel().hasSelection())

    def _on_close(self) -> None:
        chosen = tuple(link.row.id for link in self.view.selected())
        if chosen:
            self.close_asked.emit(chosen)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._close)
        menu.popup(at)

    def _columns(self) -> list[Column[Link]]:
        return [*self._words(), *self._numbers()]

    def _words(self) -> list[Column[Link]]:
        return [
            Column(
                name="peer",
                title=self.tr("Peer"),
                value=lambda link: link.row.peer,
                text=lambda link: link.row.peer,
                bold=True,
                width=200,
            ),
            Column(
                name="tunnel",
                title=self.tr("Tunnel"),
                value=lambda link: link.tunnel.casefold(),
                text=lambda link: link.tunnel,
                width=150,
            ),
            Column(
                name="client",
                title=self.tr("Client"),
                value=lambda link: link.client.casefold(),
                text=lambda link: link.client,
                width=150,
            ),
            Column(
                name="target",
                title=self.tr("Target"),
                value=lambda link: link.row.target,
                text=lambda link: link.row.target,
                width=150,
                shown=False,
            ),
        ]

    def _numbers(self) -> list[Column[Link]]:
        numbers: list[tuple[str, str, Callable[[Link], float], Callable[[Link], str]]] = [
            ("age", self.tr("Age"), lambda link: link.row.seconds, lambda link: age(link.row.seconds)),
            (
                "inlet_now",
                self.tr("Inlet now"),
                lambda link: link.row.inlet_now,
                lambda link: rate(link.row.inlet_now),
            ),
            (
                "export_now",
                self.tr("Export now"),
                lambda link: link.row.export_now,
                lambda link: rate(link.row.export_now),
            ),
            ("inlet", self.tr("Inlet"), lambda link: link.row.inlet, lambda link: amount(link.row.inlet)),
            ("export", self.tr("Export"), lambda link: link.row.export, lambda link: amount(link.row.export)),
        ]
        return [
            Column(name=name, title=title, value=value, text=text, right=True, width=104)
            for name, title, value, text in numbers
        ]


def _facts(link: Link) -> Facts:
    row = link.row
    text = f"{row.peer} {row.target} {link.tunnel} {link.client}"
    return Facts(text, size=row.inlet + row.export)
