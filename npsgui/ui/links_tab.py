"""The tab of the connections of one owner. It asks for them to be closed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import ConnectionRow, FlowRow
from npsgui.ui.connection_rows import Link, LinkColumns, Links
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView


class LinksTab(TableView[Link]):
    """The sessions of a client, a tunnel or a host."""

    close_asked = Signal(object)
    """A tuple of session ids, as they were selected at that moment."""

    def __init__(self, program: DetailSource, sentences: Sentences, parent: QWidget) -> None:
        columns = LinkColumns(sentences, parent).of_client()
        super().__init__(Table(columns, lambda link: link.row.id, parent), parent)
        self._program = program
        self._links = Links()
        self.setAccessibleName(self.tr("Connections"))
        self.nothing = self.tr("Nobody is connected.")
        self.remove_asked.connect(self._on_close)
        self.menu_asked.connect(self._show_menu)

    def show_row(self, row: FlowRow) -> None:
        """Show who is connected to the owner of ``row`` now."""
        mine = [one for one in self._program.connections() if row.owner in (one.owner, _client_key(one))]
        self.table.show(self._links.of(mine, self._program.configuration))

    def _on_close(self) -> None:
        chosen = tuple(link.row.id for link in self.selected())
        if chosen:
            self.close_asked.emit(chosen)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Close connection"), self._on_close).setEnabled(bool(self.selected()))
        menu.addAction(self.tr("Copy"), self.copy)
        menu.popup(at)


def _client_key(row: ConnectionRow) -> OwnerKey:
    return OwnerKey(OwnerKind.CLIENT, row.client)
