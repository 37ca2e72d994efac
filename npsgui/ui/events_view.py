"""The audit trail, as a table that can be narrowed: the newest first, older ones as they are scrolled to."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from npsgui.app.front import TrailSource
from npsgui.model.entities import GLOBAL_KEY, OwnerKey
from npsgui.model.errors import NpsError
from npsgui.ui.empty_state import EmptyState
from npsgui.ui.event_feed import MOST, EventFeed, Question
from npsgui.ui.event_rows import EventColumns, Group, KindDelegate, event_lines
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Table
from npsgui.ui.table_view import TableView
from npsgui.ui.theme import Theme

_HOUR, _DAY = 3600.0, 86400.0
_PAUSE = 250
"""How long the user must have stopped typing before it is searched for, ms."""
_AS_KEPT = re.compile(r"(?<=\d),(?=\d{3})|(?<=\d) (?=[KMGTP]?i?B)")
"""What stands in an amount as it is shown, and not as it is kept."""


class EventsView(QWidget):
    """Events of an owner, or of everything. ``refresh`` once a second while it is in sight."""

    owner_chosen = Signal(object)
    """The OwnerKey whose row is wanted."""

    def __init__(
        self,
        program: TrailSource,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._sentences = Sentences(self)
        self._owner: OwnerKey | None = None
        self._text = ""
        self.feed = EventFeed(program, self, clock=clock)
        self._columns = EventColumns(self._sentences, self)
        self.table = Table(self._columns.all(), lambda line: line.key, self)
        self.view = TableView(self.table, self)
        self.view.setAccessibleName(self.tr("Events"))
        self.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.view.setItemDelegateForColumn(1, KindDelegate(theme, self.view))
        self.kinds, self.spans = QComboBox(self), QComboBox(self)
        self._count = QLabel(self)
        self._count.setObjectName("hint")
        self._fill()
        self._lay_out()
        self._typing = QTimer(self, singleShot=True, interval=_PAUSE)
        self._typing.timeout.connect(self._ask)
        self.kinds.currentIndexChanged.connect(self._ask)
        self.spans.currentIndexChanged.connect(self._ask)
        self.feed.changed.connect(self._show)
        self.feed.failed.connect(self._on_failed)
        self.view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.view.edit_asked.connect(self._on_open)
        self.view.menu_asked.connect(self._show_menu)

    def show_owner(self, owner: OwnerKey | None) -> None:
        """Show what concerns another owner; None shows all."""
        if owner != self._owner or not self._is_asked():
            self._owner = owner
            self._ask()

    def search(self, text: str) -> None:
        """Show only events that hold ``text``, once no more is typed."""
        self._text = _AS_KEPT.sub("", text.strip())
        self._typing.start()

    def refresh(self) -> None:
        """Bring what happened since the last time."""
        if self._is_asked():
            self.feed.news()
        else:
            self._ask()

    def _is_asked(self) -> bool:
        return bool(self.feed.events) or self.feed.complete

    def _ask(self) -> None:
        self._typing.stop()
        group: Group | None = self.kinds.currentData()
        kinds = () if group is None else group.value
        self.feed.ask(Question(self.spans.currentData(), self._owner, self._text, kinds))

    def _fill(self) -> None:
        self.kinds.setAccessibleName(self.tr("Kind"))
        self.spans.setAccessibleName(self.tr("Time"))
        self.kinds.addItem(self.tr("All kinds"), None)
        for group in Group:
            self.kinds.addItem(self._columns.group(group), group)
        for text, seconds in (
            (self.tr("All times"), 0.0),
            (self.tr("Last hour"), _HOUR),
            (self.tr("Last 24 hours"), _DAY),
            (self.tr("Last 7 days"), 7 * _DAY),
            (self.tr("Last 30 days"), 30 * _DAY),
        ):
            self.spans.addItem(text, seconds)

    def _lay_out(self) -> None:
        self.filters = QHBoxLayout()
        self.filters.setSpacing(8)
        for part in (self.kinds, self.spans):
            part.setMinimumWidth(140)
            self.filters.addWidget(part)
        self.filters.addStretch(1)
        self.filters.addWidget(self._count)
        self._empty = EmptyState("", None, self)
        card = QFrame(self)
        self.card = card
        self._stack = QStackedLayout(card)
        self._stack.setContentsMargins(1, 1, 1, 4)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(self.filters)
        rows.addWidget(card, 1)

    def _show(self) -> None:
        feed = self.feed
        self.table.show(list(event_lines(feed.events)))
        self._stack.setCurrentIndex(0 if feed.events or not feed.complete else 1)
        question = feed.question
        narrowed = bool(question.text or question.kinds or question.seconds)
        self._empty.say(
            self.tr("No event matches the search and the filters.")
            if narrowed
            else self.tr("Nothing has happened yet: cuts, edits and refused visitors are listed here.")
        )
        count = f"{len(feed.events):,}"
        if feed.complete:
            text = self.tr("events: {count}")
        elif len(feed.events) >= MOST:
            text = self.tr("The newest {count}: search for older ones")
        else:
            text = self.tr("The newest {count}; scroll for more")
        self._count.setText(text.format(count=count) if feed.events else "")

    def _on_failed(self, error: NpsError) -> None:
        self._stack.setCurrentIndex(1)
        self._empty.say(self._sentences.of(error))

    def _on_scrolled(self, value: int) -> None:
        bar = self.view.verticalScrollBar()
        if value >= bar.maximum() - 2 * bar.pageStep():
            self.feed.more()

    def _on_open(self) -> None:
        chosen = self.view.selected()
        if len(chosen) == 1 and chosen[0].event.owner != GLOBAL_KEY:
            self.owner_chosen.emit(chosen[0].event.owner)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show its row"), self._on_open).setEnabled(len(self.view.selected()) == 1)
        menu.addAction(self.tr("Copy"), self.view.copy).setEnabled(bool(self.view.selected()))
        menu.popup(at)
