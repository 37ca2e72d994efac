"""The tab of the peers of one owner: who used how much of it in some days. It asks for them to be blocked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.model.errors import NpsError
from npsgui.model.peers import OTHERS
from npsgui.model.views import FlowRow
from npsgui.ui.detail_source import DetailSource
from npsgui.ui.elided import ElidedLabel
from npsgui.ui.inquiry import Inquiry
from npsgui.ui.moments import Moments
from npsgui.ui.peer_rows import MOST, Days, PeerColumns, PeerLine, ShareDelegate, peer_lines
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme

_AGAIN = 3.0
"""How soon the same is asked again, s: it may be thousands of rows."""


class PeersTab(QWidget):
    """Follows one owner. Days are those of the ledger, UTC; the local times of their ends stand beside."""

    block_asked = Signal(object)
    """A tuple of the addresses that were selected at that moment."""

    def __init__(
        self,
        program: DetailSource,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._program, self._clock = program, clock
        self._asked: tuple[OwnerKey, int, int] | None = None
        self._asked_at = 0.0
        self._sentences, self._moments = Sentences(self), Moments(self)
        self.days = QComboBox(self)
        self.days.setAccessibleName(self.tr("Days"))
        for text, days in (
            (self.tr("Today"), Days.TODAY),
            (self.tr("Yesterday"), Days.YESTERDAY),
            (self.tr("7 days"), Days.WEEK),
            (self.tr("30 days"), Days.MONTH),
        ):
            self.days.addItem(text, days)
        self.view = TableView(Table(PeerColumns(self).all(), lambda line: line.peer, self), self)
        self.view.setAccessibleName(self.tr("Peers"))
        self.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
        self.view.setItemDelegateForColumn(5, ShareDelegate(theme, self.view))
        self.block = QPushButton(self.tr("Block peer"), self)
        self.block.setToolTip(self.tr("Close all from the selected peers, and let them in no more"))
        self._span, self._whole = ElidedLabel(self), QLabel(self)
        self._inquiry: Inquiry[list[PeerLine]] = Inquiry(self, self._show, self._fail)
        self._lay_out()
        self._enable()
        self.days.currentIndexChanged.connect(self._on_days_chosen)
        self.block.clicked.connect(self._on_block)
        self.view.chosen.connect(self._enable)
        self.view.menu_asked.connect(self._show_menu)

    def show_row(self, row: FlowRow) -> None:
        """Ask who used the owner of ``row``."""
        self._ask(row.owner)

    def _ask(self, owner: OwnerKey) -> None:
        chosen: Days = self.days.currentData()
        since, until = chosen.span(self._clock())
        question = (owner, since, until)
        if question != self._asked:
            self._asked = question
            self.view.nothing = ""
            self._show([])
            self.view.nothing = self.tr("Nobody used it in these days.")
        elif self._clock() - self._asked_at < _AGAIN:
            return
        self._asked_at = self._clock()
        said = self._moments.span(since, min(until, self._asked_at), None)
        self._span.setText(self.tr("{span} · days are counted in UTC").format(span=said))
        self._inquiry.ask(question, partial(self._read, *question))

    async def _read(self, owner: OwnerKey, since: int, until: int) -> list[PeerLine]:
        usages = await self._program.peers(owner, since, until)
        # thirty days of a flood would hold up the window for 45 ms
        return await asyncio.to_thread(peer_lines, usages) if len(usages) > MOST else peer_lines(usages)

    def _show(self, lines: list[PeerLine]) -> None:
        self.view.table.show(lines)
        self.view.viewport().update()
        self._enable()
        inlet, export = sum(line.inlet for line in lines), sum(line.export for line in lines)
        said = self.tr("In all {inlet} B inlet + {export} B export = {sum} B")
        self._whole.setText(
            said.format(inlet=f"{inlet:,}", export=f"{export:,}", sum=f"{inlet + export:,}") if lines else ""
        )

    def _fail(self, error: NpsError) -> None:
        self._show([])
        self.view.nothing = self._sentences.of(error)
        self.view.viewport().update()

    def _lay_out(self) -> None:
        self._span.setObjectName("hint")
        self._whole.setObjectName("hint")
        self.days.setMinimumWidth(120)
        foot = QFrame(self)
        foot.setObjectName("line")
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.days)
        line.addWidget(self._span, 1)
        line.addWidget(self.block)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(line)
        rows.addWidget(self.view, 1)
        rows.addWidget(foot)
        rows.addWidget(self._whole)

    def _addresses(self) -> tuple[str, ...]:
        return tuple(line.peer for line in self.view.selected() if line.peer != OTHERS)

    def _enable(self) -> None:
        self.block.setEnabled(bool(self._addresses()))

    def _on_days_chosen(self) -> None:
        if self._asked is not None:
            self._ask(self._asked[0])

    def _on_block(self) -> None:
        if addresses := self._addresses():
            self.block_asked.emit(addresses)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Block peer"), self._on_block).setEnabled(bool(self._addresses()))
        menu.addAction(self.tr("Copy"), self.view.copy).setEnabled(bool(self.view.selected()))
        menu.popup(at)
