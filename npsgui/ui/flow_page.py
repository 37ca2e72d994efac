"""The Clients and the Tunnels page: a table of owners over the detail of the selected one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenu, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.ui.delegates import QuotaDelegate, StateDelegate
from npsgui.ui.detail import DetailPane
from npsgui.ui.empty_state import EmptyState
from npsgui.ui.filters import Facts, parse_search
from npsgui.ui.flow_rows import Line
from npsgui.ui.page_header import PageHeader
from npsgui.ui.sidebar import StateFilter
from npsgui.ui.table import Column, Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme

MARGIN = 20


class FlowPage(QWidget):
    """Shows lines; asks for what is to be done with the selected owners."""

    edit_asked = Signal(object)
    """The OwnerKey to edit."""
    remove_asked = Signal(object)
    """A tuple of OwnerKeys, as they were selected at that moment."""
    enable_asked = Signal(object, bool)
    """A tuple of OwnerKeys, and whether they are wanted to run."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        columns: Sequence[Column[Line]],
        facts: Callable[[Line], Facts],
        detail: DetailPane,
        add: QAction,
        nothing: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._facts = facts
        self._state: StateFilter | None = None
        self._nothing = nothing
        self.detail = detail
        self.table = Table(columns, lambda line: line.flow.owner, self)
        self.view = TableView(self.table, self)
        self.view.setAccessibleName(title)
        names = [column.name for column in columns]
        delegates = (("state", StateDelegate), ("quota", QuotaDelegate))
        for name, delegate in delegates:
            self.view.setItemDelegateForColumn(
                names.index(name), delegate(theme, lambda line: line.flow, self)
            )
        self._start = self._action(self.tr("Start"), "player-play", self._on_start)
        self._stop = self._action(self.tr("Stop"), "player-stop", self._on_stop)
        self._edit = self._action(self.tr("Edit…"), "pencil", self._on_edit, "F2")
        self._remove = self._action(self.tr("Delete…"), "trash", self._on_remove, "Del")
        actions = [self._start, self._stop, self._edit, self._remove]
        self.header = PageHeader(theme, title, actions, add, self)
        self._empty = EmptyState(nothing, add, self)
        self._lay_out()
        self.header.search.textChanged.connect(self._filter)
        self.setFocusProxy(self.view)
        self.header.search.left.connect(self.view.setFocus)
        self.view.chosen.connect(self._on_chosen)
        self.view.edit_asked.connect(self._on_edit)
        self.view.remove_asked.connect(self._on_remove)
        self.view.menu_asked.connect(self._show_menu)
        self._on_chosen()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show the lines of this second; the first is chosen when none is."""
        self.table.show(lines)
        self._stack.setCurrentIndex(0 if self.table.rows else 1)
        if lines and not self.table.rows:
            self._empty.say(self.tr("Nothing here matches the search and the filter."))
        elif not lines:
            self._empty.say(self._nothing)
        if self.table.rows and not self.view.selectionModel().hasSelection():
            self.view.choose(0)
        self._enable_actions()
        self.detail.refresh()

    def show_states(self, state: StateFilter | None) -> None:
        """Show only the lines in these states; None shows all."""
        self._state = state
        self._filter()

    def owners(self) -> tuple[OwnerKey, ...]:
        """The selected owners."""
        return tuple(line.flow.owner for line in self.view.selected())

    def _action(self, text: str, icon_name: str, slot: Callable[[], None], key: str = "") -> QAction:
        action = QAction(text, self)
        action.setData(icon_name)
        action.setToolTip(f"{text} ({key})" if key else text)
        action.triggered.connect(slot)
        return action

    def _lay_out(self) -> None:
        card = QFrame(self)
        card.setObjectName("card")
        self._stack = QStackedLayout(card)
        self._stack.setContentsMargins(1, 1, 1, 4)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setHandleWidth(12)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(card)
        self.splitter.addWidget(self.detail)
        self.splitter.setSizes([320, 360])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self.header)
        layout.addWidget(self.splitter, 1)

    def _filter(self) -> None:
        found, state, facts = parse_search(self.header.search.text()), self._state, self._facts

        def accepts(line: Line) -> bool:
            if state is not None and line.flow.state not in state.value:
                return False
            return found is None or found(facts(line))

        self.table.accept(None if found is None and state is None else accepts)
        self._stack.setCurrentIndex(0 if self.table.rows else 1)
        if not self.table.rows:
            self._empty.say(self.tr("Nothing here matches the search and the filter."))

    def _on_chosen(self) -> None:
        chosen = self.view.selected()
        self.detail.show_owner(chosen[0].flow.owner if len(chosen) == 1 else None)
        self._enable_actions()

    def _enable_actions(self) -> None:
        chosen = self.view.selected()
        wanted = {getattr(line.owner, "enabled", False) for line in chosen}
        self._start.setEnabled(False in wanted)
        self._stop.setEnabled(True in wanted)
        self._edit.setEnabled(len(chosen) == 1)
        self._remove.setEnabled(bool(chosen))

    def _on_start(self) -> None:
        self.enable_asked.emit(self.owners(), True)

    def _on_stop(self) -> None:
        self.enable_asked.emit(self.owners(), False)

    def _on_edit(self) -> None:
        chosen = self.owners()
        if len(chosen) == 1:
            self.edit_asked.emit(chosen[0])

    def _on_remove(self) -> None:
        chosen = self.owners()
        if chosen:
            self.remove_asked.emit(chosen)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._start, self._stop])
        menu.addSeparator()
        menu.addActions([self._edit, self._remove])
        menu.popup(at)
