"""The pages of clients, tunnels and hosts: a table of owners over the detail of the selected one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QStackedLayout, QVBoxLayout, QWidget

from npsgui.app.rows_in_parts import rows_of
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.views import FlowRow
from npsgui.ui.delegates import show_flows
from npsgui.ui.detail import DetailPane
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.empty_state import EmptyState
from npsgui.ui.filters import parse_search
from npsgui.ui.flow_rows import FlowColumns, Line, lines
from npsgui.ui.grip import Splitter
from npsgui.ui.in_turns import InTurns
from npsgui.ui.owner_actions import OwnerActions
from npsgui.ui.page_header import PageHeader
from npsgui.ui.sentences import Sentences
from npsgui.ui.sidebar import StateFilter
from npsgui.ui.table import AT_ONCE, Column, Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme

MARGIN = 20

PART = 1000
"""Of more rows than a table takes at once, how many are pulled in one turn of Qt's loop: 7 ms."""


class FlowPage(QWidget):
    """Shows lines; asks for what is to be done with the selected owners."""

    edit_asked = Signal(object)
    """An OwnerKey of the pane to edit."""
    close_asked = Signal(object)
    """A tuple of session ids to close."""

    def __init__(
        self,
        program: DetailSource,
        theme: Theme,
        kind: OwnerKind,
        add: QAction,
        parent: QWidget | None = None,
        second: QAction | None = None,
    ) -> None:
        super().__init__(parent)
        self._program = program
        self._kind = kind
        self._flows: Sequence[FlowRow] = ()
        self._state: StateFilter | None = None
        self._turns = InTurns(self)
        self._columns = FlowColumns(Sentences(self), self)
        title, columns = self._words_of(kind)
        self.table = Table(columns, lambda line: line.flow.owner, self)
        self.view = TableView(self.table, self)
        self.view.setAccessibleName(title)
        show_flows(self.view, theme, lambda line: line.flow)
        self.acts = OwnerActions(self.view, kind)
        self.header = PageHeader(theme, title, self.acts.bar, add, self, second)
        self._empty = EmptyState("", add, self)
        self.splitter = Splitter(self)
        self.splitter.setHandleWidth(12)
        self.splitter.setChildrenCollapsible(False)
        # made where it stays: to be moved with all that is in it takes 20 ms
        self.detail = DetailPane(program, theme, self.splitter)
        self._lay_out()
        self.header.search.textChanged.connect(self._filter)
        self.header.search.left.connect(self.view.setFocus)
        self.table.shown.connect(self._show_rows)
        self.view.chosen.connect(self._on_chosen)
        self.detail.edit_asked.connect(self.edit_asked)
        self.detail.close_asked.connect(self.close_asked)
        self.detail.agent.connect_asked.connect(partial(self.acts.ask_for_client, self.acts.connect_asked))
        self._on_chosen()

    def refresh(self) -> None:
        """Pull the rows of this second; the first is chosen when none is."""
        self._turns.begin(self._pull())
        self.acts.refresh()
        self._show_chosen()

    def _pull(self) -> Iterator[None]:
        program = self._program
        keys = [owner.owner for owner in program.configuration.of_kind(self._kind)]
        if len(keys) <= AT_ONCE:
            self._flows = program.flows(self._kind)
        else:
            flows: list[FlowRow] = []
            for first in range(0, len(keys), PART):
                flows += rows_of(program, keys[first : first + PART])
                yield
            self._flows = flows
        self.table.show(lines(self._flows, program.configuration, program.agents()))

    def counts(self) -> dict[StateFilter, int]:
        """How many rows each filter would leave."""
        found = Counter(row.state for row in self._flows)
        return {which: sum(found[state] for state in which.value) for which in StateFilter}

    def choose(self, owner: OwnerKey) -> None:
        """Select one owner, if it is there; the search is cleared."""
        self.header.search.clear()
        self.refresh()
        self._turns.finish()
        self.table.finish()
        for at, line in enumerate(self.table.rows):
            if line.flow.owner == owner:
                self.view.choose(at)
                self.view.scrollTo(self.table.index(at, 0))

    def show_states(self, state: StateFilter | None) -> None:
        """Show only the lines in these states; None shows all."""
        if state is not self._state:
            self._state = state
            self._filter()

    def owners(self) -> tuple[OwnerKey, ...]:
        """The selected owners."""
        return self.acts.owners()

    def _words_of(self, kind: OwnerKind) -> tuple[str, list[Column[Line]]]:
        """The title and the columns for a kind; ``_nothing`` is what is said while there are none."""
        title, columns, self._nothing = {
            OwnerKind.CLIENT: (
                self.tr("Clients"),
                self._columns.of_clients,
                self.tr("No clients yet. A client is an account that owns tunnels and limits."),
            ),
            OwnerKind.TUNNEL: (
                self.tr("Tunnels"),
                self._columns.of_tunnels,
                self.tr("No tunnels yet. A tunnel listens on a port and leads to a target."),
            ),
            OwnerKind.HOST: (
                self.tr("Hosts"),
                self._columns.of_hosts,
                self.tr("No hosts yet. A host answers for a name on the ports that all hosts share."),
            ),
        }[kind]
        return title, columns()

    def _lay_out(self) -> None:
        card = QFrame(self.splitter)
        card.setObjectName("card")
        self._stack = QStackedLayout(card)
        self._stack.setContentsMargins(1, 1, 1, 4)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        self.splitter.insertWidget(0, card)
        self.splitter.setSizes([268, 412])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self.header)
        layout.addWidget(self.splitter, 1)

    def _filter(self) -> None:
        found, state, facts = parse_search(self.header.search.text()), self._state, self._columns.facts

        def accepts(line: Line) -> bool:
            if state is not None and line.flow.state not in state.value:
                return False
            return found is None or found(facts(line))

        self.table.accept(None if found is None and state is None else accepts)

    def _show_rows(self) -> None:
        self._stack.setCurrentIndex(0 if self.table.rows else 1)
        # a page that hands the focus to what is hidden would hold Tab for ever
        self.setFocusProxy(self.view if self.table.rows else self.header.search)
        self.detail.setVisible(bool(self._flows))
        self._empty.say(
            self.tr("Nothing here matches the search and the filter.") if self._flows else self._nothing,
            offer=not self._flows,
        )
        if self.table.rows and not self.view.selectionModel().hasSelection():
            self.view.choose(0)

    def _on_chosen(self) -> None:
        self._show_chosen()
        self.acts.refresh()

    def _show_chosen(self) -> None:
        chosen = self.view.selected()
        if len(chosen) > 1:
            self.detail.show_together([line.flow for line in chosen])
        else:
            self.detail.show_owner(chosen[0].flow.owner if chosen else None)
