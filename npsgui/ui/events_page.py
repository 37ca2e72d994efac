"""The Events page: the whole audit trail, by owner, kind, time and text."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from npsgui.app.front import TrailSource
from npsgui.model.configuration import Configuration
from npsgui.model.entities import OwnerKey
from npsgui.ui.events_view import EventsView
from npsgui.ui.page_header import PageHeader
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme


class EventsSource(TrailSource, Protocol):
    """The part of Program that the page needs."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""


class EventsPage(QWidget):
    """Follows the trail: ``refresh`` once a second while it is visible."""

    owner_chosen = Signal(object)
    """The OwnerKey whose row is wanted."""

    def __init__(
        self,
        program: EventsSource,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._program = program
        self._sentences = Sentences(self)
        self._listed: Configuration | None = None
        self._keys: list[OwnerKey | None] = []
        self.events = EventsView(program, theme, self, clock=clock)
        self.header = PageHeader(theme, self.tr("Events"), [], None, self)
        self.header.search.setPlaceholderText(self.tr("Search: name, address, bytes"))
        self.header.search.setToolTip(
            self.tr("Looked for in the names, addresses, values and bytes of events.")
        )
        self.events.card.setObjectName("card")
        self.owners = QComboBox(self)
        self.owners.setAccessibleName(self.tr("Whose"))
        self.owners.setMinimumWidth(160)
        self.events.filters.insertWidget(0, self.owners)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.header)
        layout.addWidget(self.events, 1)
        self.setFocusProxy(self.events.view)
        self.header.search.left.connect(self.events.view.setFocus)
        self.header.search.textChanged.connect(self.events.search)
        self.owners.currentIndexChanged.connect(self._on_owner_chosen)
        self.events.owner_chosen.connect(self.owner_chosen)

    def refresh(self) -> None:
        """Bring what happened since the last time."""
        if self._listed is not self._program.configuration:
            self._list_owners()
        self.events.refresh()

    def _list_owners(self) -> None:
        self._listed = configuration = self._program.configuration
        chosen = self._chosen()
        self.owners.blockSignals(True)
        self.owners.clear()
        self._keys = [None, *(client.owner for client in configuration.clients.values())]
        self.owners.addItem(self.tr("Everything"))
        names = [self._sentences.name(one.remark, one.owner) for one in configuration.clients.values()]
        self.owners.addItems(names)
        self.owners.setCurrentIndex(self._keys.index(chosen) if chosen in self._keys else 0)
        self.owners.blockSignals(False)
        self._on_owner_chosen()

    def _on_owner_chosen(self) -> None:
        self.events.show_owner(self._chosen())

    def _chosen(self) -> OwnerKey | None:
        at = self.owners.currentIndex()
        return self._keys[at] if at >= 0 else None
