"""The tab of the tunnels and hosts of one client. It asks for them to be edited."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QMenu, QWidget

from npsgui.app.rows_in_parts import rows_of
from npsgui.model.views import FlowRow
from npsgui.ui.delegates import show_flows
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.flow_rows import FlowColumns, Line, lines
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme


class OwnedTab(TableView[Line]):
    """What a client owns."""

    owner_asked = Signal(object)
    """The OwnerKey to edit."""
    owner_chosen = Signal(object)
    """The OwnerKey to show on its page."""

    def __init__(self, program: DetailSource, theme: Theme, sentences: Sentences, parent: QWidget) -> None:
        columns = FlowColumns(sentences, parent).of_owned()
        super().__init__(Table(columns, lambda line: line.flow.owner, parent), parent)
        self._program = program
        self.setAccessibleName(self.tr("Tunnels and hosts"))
        self.nothing = self.tr("This client has no tunnels and hosts yet.")
        show_flows(self, theme, lambda line: line.flow)
        self.menu_asked.connect(self._show_menu)
        self.edit_asked.connect(partial(self._tell, self.owner_asked))

    def show_row(self, row: FlowRow) -> None:
        """Show what the client of ``row`` owns."""
        configuration = self._program.configuration
        keys = [owned.owner for owned in configuration.owned_by(row.client)]
        self.table.show(lines(list(rows_of(self._program, keys)), configuration))

    def _tell(self, signal: SignalInstance) -> None:
        """Emit the selected owner, if there is but one."""
        chosen = self.selected()
        if len(chosen) == 1:
            signal.emit(chosen[0].flow.owner)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        of_one = (self.tr("Edit…"), self.owner_asked), (self.tr("Show on its page"), self.owner_chosen)
        for text, signal in of_one:
            menu.addAction(text, partial(self._tell, signal)).setEnabled(len(self.selected()) == 1)
        menu.addAction(self.tr("Copy"), self.copy)
        menu.popup(at)
