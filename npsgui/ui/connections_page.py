"""The Connections page: who is connected right now, and Close."""

from __future__ import annotations

from operator import attrgetter
from typing import Protocol

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QStackedLayout, QVBoxLayout, QWidget

from npsgui.model.configuration import Configuration
from npsgui.model.peers import address_of
from npsgui.model.views import ConnectionRow
from npsgui.ui.connection_rows import ConnectionColumns, Owners
from npsgui.ui.empty_state import EmptyState
from npsgui.ui.filters import parse_search
from npsgui.ui.page_header import PageHeader
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme


class ConnectionSource(Protocol):
    """The part of Program that the page needs."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def connections(self) -> list[ConnectionRow]:
        """The open sessions."""


class ConnectionsPage(QWidget):
    """Shows links; asks for the selected ones to be closed."""

    close_asked = Signal(object)
    """A tuple of session ids, as they were selected at that moment."""

    block_asked = Signal(object)
    """A tuple of the addresses of the peers that were selected at that moment."""

    def __init__(self, program: ConnectionSource, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program = program
        self._owners = Owners()
        columns = ConnectionColumns(Sentences(self), self._owners, self).all()
        self.table = Table(columns, attrgetter("id"), self)
        self.view = TableView(self.table, self)
        self.view.setAccessibleName(self.tr("Connections"))
        self._close = QAction(self.tr("Close connection"), self)
        self._close.setData("x")
        self._close.setToolTip(self.tr("Close the selected connections (Del)"))
        self._close.triggered.connect(self._on_close)
        self._close_peers = QAction(self.tr("Close all from this peer"), self)
        self._close_peers.triggered.connect(self._on_close_peers)
        self._block = QAction(self.tr("Block peer"), self)
        self._block.setData("ban")
        self._block.setToolTip(self.tr("Close all from the selected peers, and let them in no more"))
        self._block.triggered.connect(self._on_block)
        self._copy = QAction(self.tr("Copy"), self)
        self._copy.triggered.connect(self.view.copy)
        actions = [self._close, self._block]
        self.header = PageHeader(theme, self.tr("Connections"), actions, None, self)
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
        self.header.search.left.connect(self.view.setFocus)
        self.table.shown.connect(self._show_rows)
        self.view.chosen.connect(self._enable_actions)
        self.view.remove_asked.connect(self._on_close)
        self.view.menu_asked.connect(self._show_menu)
        self.refresh()

    def refresh(self) -> None:
        """Pull the sessions of this second."""
        self._owners.read(self._program.configuration)
        self.table.show(self._program.connections())

    def _filter(self) -> None:
        found, facts = parse_search(self.header.search.text()), self._owners.facts
        self.table.accept(None if found is None else lambda row: found(facts(row)))

    def _show_rows(self) -> None:
        self._stack.setCurrentIndex(0 if self.table.rows else 1)
        # a page that hands the focus to what is hidden would hold Tab for ever
        self.setFocusProxy(self.view if self.table.rows else self.header.search)
        self._empty.say(
            self.tr("Nothing here matches the search.")
            if self.header.search.text()
            else self.tr("Nobody is connected. A visitor appears here with the first byte.")
        )
        self._enable_actions()

    def _enable_actions(self) -> None:
        for action in (self._close, self._close_peers, self._block, self._copy):
            action.setEnabled(self.view.selectionModel().hasSelection())

    def _on_close(self) -> None:
        chosen = tuple(row.id for row in self.view.selected())
        if chosen:
            self.close_asked.emit(chosen)

    def _peers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(address_of(row.peer) for row in self.view.selected()))

    def _on_close_peers(self) -> None:
        peers = self._peers()
        rows = self._program.connections()
        self.close_asked.emit(tuple(row.id for row in rows if address_of(row.peer) in peers))

    def _on_block(self) -> None:
        peers = self._peers()
        if peers:
            self.block_asked.emit(peers)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._close, self._close_peers, self._block])
        menu.addSeparator()
        menu.addAction(self._copy)
        menu.addMenu(self.view.columns_menu(menu))
        menu.popup(at)
