"""The way between the pages, and the filters by state. Emits; the window decides."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from npsgui.model.views import State
from npsgui.ui.delegates import draw_shape, shape_of
from npsgui.ui.icons import app_icon, icon
from npsgui.ui.theme import Colors, Theme

WIDTH = 216
_SIGN, _SHARP = 10, 2
"""The size of a filter's sign, px; drawn at twice that for a screen of high density."""


class Page(enum.IntEnum):
    """The pages, in their order."""

    OVERVIEW = 0
    CLIENTS = 1
    TUNNELS = 2
    HOSTS = 3
    CONNECTIONS = 4
    EVENTS = 5


class StateFilter(enum.Enum):
    """What the sidebar can narrow a table to."""

    RUNNING = frozenset({State.RUNNING, State.NEAR_QUOTA, State.THROTTLED})
    QUOTA = frozenset({State.NEAR_QUOTA, State.THROTTLED, State.OVER_QUOTA})
    STOPPED = frozenset({State.STOPPED, State.EXPIRED, State.OUTSIDE_HOURS})
    TROUBLE = frozenset({State.FAILED, State.WAITING, State.OFFLINE})


_SIGNS = {
    StateFilter.RUNNING: State.RUNNING,
    StateFilter.QUOTA: State.NEAR_QUOTA,
    StateFilter.STOPPED: State.STOPPED,
    StateFilter.TROUBLE: State.FAILED,
}
"""The state whose sign, as in the tables, a filter carries."""


class Sidebar(QFrame):
    """Pages with their counts, state filters with theirs, and the menu of settings."""

    page_chosen = Signal(Page)
    filter_chosen = Signal(object)
    """A StateFilter, or None for all."""

    def __init__(self, theme: Theme, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setFixedWidth(WIDTH)
        self._theme = theme
        self._settings = QPushButton(self.tr("Settings"), self)
        self._settings.setObjectName("door")
        self._settings.setIconSize(QSize(18, 18))
        self._settings.setToolTip("Ctrl+,")
        self._settings.clicked.connect(self.show_menu)
        self._menu = menu
        self._pages = {
            Page.OVERVIEW: _Door(self.tr("Overview"), "layout-dashboard", self),
            Page.CLIENTS: _Door(self.tr("Clients"), "users", self),
            Page.TUNNELS: _Door(self.tr("Tunnels"), "route", self),
            Page.HOSTS: _Door(self.tr("Hosts"), "world", self),
            Page.CONNECTIONS: _Door(self.tr("Connections"), "plug-connected", self),
            Page.EVENTS: _Door(self.tr("Events"), "history", self),
        }
        self._filters = {
            StateFilter.RUNNING: _Door(self.tr("Running"), "", self),
            StateFilter.QUOTA: _Door(self.tr("Near or over quota"), "", self),
            StateFilter.STOPPED: _Door(self.tr("Stopped or expired"), "", self),
            StateFilter.TROUBLE: _Door(self.tr("Failed or waiting"), "", self),
        }
        self._group = QButtonGroup(self)
        for page, door in self._pages.items():
            self._group.addButton(door, int(page))
            door.setToolTip(f"Ctrl+{int(page) + 1}")
        self._group.idClicked.connect(self._on_page_clicked)
        for door in self._filters.values():
            door.setIconSize(QSize(_SIGN, _SIGN))
            door.clicked.connect(self._on_filter_clicked)
        self._filter_part = QWidget(self)
        self._lay_out()
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def show_page(self, page: Page | None, filters: bool) -> None:
        """Mark a page, or none, as the one that is shown; ``filters``: its rows have states to filter by."""
        self._group.setExclusive(page is not None)
        for which, door in self._pages.items():
            door.setChecked(which is page)
        self._filter_part.setVisible(filters)

    def show_counts(self, pages: Mapping[Page, int], filters: Mapping[StateFilter, int]) -> None:
        """The numbers beside the words."""
        for page, count in pages.items():
            self._pages[page].show_count(count)
        for which, count in filters.items():
            self._filters[which].show_count(count)

    def clear_filter(self) -> None:
        """Let go of the state filter without telling anyone."""
        for door in self._filters.values():
            door.setChecked(False)

    def show_menu(self) -> None:
        """Open the menu of settings."""
        above = QPoint(0, -self._menu.sizeHint().height() - 4)
        self._menu.popup(self._settings.mapToGlobal(above))

    def _lay_out(self) -> None:
        mark, name = QLabel(self), QLabel("npsgui", self)
        mark.setPixmap(app_icon().pixmap(24, 24))
        name.setObjectName("brand")
        brand = QHBoxLayout()
        brand.setContentsMargins(8, 0, 0, 0)
        brand.setSpacing(8)
        brand.addWidget(mark)
        brand.addWidget(name, 1)
        caption = QLabel(self.tr("Filter").upper(), self)
        caption.setObjectName("caption")
        caption.setContentsMargins(10, 0, 0, 4)
        filters = QVBoxLayout(self._filter_part)
        filters.setContentsMargins(0, 16, 0, 0)
        filters.setSpacing(2)
        filters.addWidget(caption)
        for door in self._filters.values():
            filters.addWidget(door)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 18, 12, 12)
        layout.setSpacing(2)
        layout.addLayout(brand)
        layout.addSpacing(12)
        for door in self._pages.values():
            layout.addWidget(door)
        layout.addWidget(self._filter_part)
        layout.addStretch()
        layout.addWidget(self._settings)

    def _on_page_clicked(self, at: int) -> None:
        self.page_chosen.emit(Page(at))

    def _on_filter_clicked(self) -> None:
        chosen = None
        for which, door in self._filters.items():
            if door is self.sender() and door.isChecked():
                chosen = which
            else:
                door.setChecked(False)
        self.filter_chosen.emit(chosen)

    def _paint_icons(self) -> None:
        for door in self._pages.values():
            door.setIcon(icon(door.icon_name, self._theme.colors.muted))
        for which, door in self._filters.items():
            door.setIcon(_sign(_SIGNS[which], self._theme.colors))
        self._settings.setIcon(icon("settings", self._theme.colors.muted))


def _sign(state: State, colors: Colors) -> QIcon:
    pixmap = QPixmap(_SIGN * _SHARP, _SIGN * _SHARP)
    pixmap.setDevicePixelRatio(_SHARP)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_shape(painter, *shape_of(state, colors), QRectF(0, 0, _SIGN, _SIGN))
    painter.end()
    return QIcon(pixmap)


class _Door(QPushButton):
    def __init__(self, text: str, icon_name: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._name = text
        self.icon_name = icon_name
        self.setObjectName("door")
        self.setCheckable(True)
        self.setIconSize(QSize(18, 18))
        self._count = QLabel(self)
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 10, 0)
        layout.addStretch()
        layout.addWidget(self._count)
        self.setAccessibleName(text)

    def show_count(self, count: int) -> None:
        """The number at the right; also read out by a screen reader."""
        self._count.setText(f"{count:,}" if count else "–")
        self.setAccessibleDescription(str(count))
        self._fit()

    def _fit(self) -> None:
        """Cut the name where the count needs its room."""
        metrics = self.fontMetrics()
        around = self.sizeHint().width() - metrics.horizontalAdvance(self.text())
        room = self.width() - around - self._count.sizeHint().width()
        self.setText(metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room))

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another room for the name."""
        super().resizeEvent(event)
        self._fit()
