"""The tab of the connections of one owner. It asks for them to be closed."""

from __future__ import annotations

from operator import attrgetter

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from npsgui.model.entities import OwnerKind
from npsgui.model.views import ConnectionRow, FlowRow
from npsgui.ui.connection_rows import ConnectionColumns, Owners
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView


class LinksTab(TableView[ConnectionRow]):
    """The sessions of a client, a tunnel or a host."""

    close_asked = Signal(object)
    """A tuple of session ids, as they were selected at that moment."""

    def __init__(self, program: DetailSource, sentences: Sentences, parent: QWidget) -> None:
        self._owners = Owners()
        columns = ConnectionColumns(sentences, self._owners, parent).of_client()
        super().__init__(Table(columns, attrgetter("id"), parent), parent)
        self._program = program
        self.setAccessibleName(self.tr("Connections"))
        self.nothing = self.tr("Nobody is connected.")
        self.remove_asked.connect(self._on_close)
        self.menu_asked.connect(self._show_menu)

    def show_row(self, row: FlowRow) -> None:
        """Show who is connected to the owner of ``row`` now."""
        self._owners.read(self._program.configuration)
        owner, all_of = row.owner, self._program.connections()
        if owner.kind is OwnerKind.CLIENT:
            self.table.show([one for one in all_of if one.client == owner.id])
        else:
            self.table.show([one for one in all_of if one.owner == owner])

    def _on_close(self) -> None:
        chosen = tuple(row.id for row in self.selected())
        if chosen:
            self.close_asked.emit(chosen)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Close connection"), self._on_close).setEnabled(bool(self.selected()))
        menu.addAction(self.tr("Copy"), self.copy)
        menu.popup(at)
