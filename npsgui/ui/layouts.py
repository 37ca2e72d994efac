"""Sizes and columns, kept from one run to the next. Knows no page: it is given what it keeps."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtWidgets import QMainWindow, QSplitter

from npsgui.app.settings import Settings
from npsgui.ui.fitting import within_screen
from npsgui.ui.table_view import ROW_HEIGHT, TableView

USUAL = QSize(1280, 800)
"""The window's size where none is kept, px."""

_ROW_HEIGHTS = {"comfortable": ROW_HEIGHT, "compact": 28}
"""By the setting, px."""


class Kept(Protocol):
    """What remembers how it was laid out: a table, the menu of a chart."""

    def layout_kept(self) -> dict[str, Any]:
        """How it is now, as plain JSON values."""

    def restore_layout(self, kept: Any) -> None:
        """Be as ``layout_kept`` told, as far as that is known."""


class Layouts:
    """Restores and keeps the window's geometry, its splitters, tables and charts by name, and the page.

    Its tables have rows as high as the settings want them.
    """

    def __init__(self, settings: Settings, window: QMainWindow) -> None:
        self._settings = settings
        self._window = window
        self._splitters: dict[str, QSplitter] = {}
        self._views: dict[str, Kept] = {}
        kept = settings.layout("window")
        self._kept: dict[str, Any] = kept if isinstance(kept, dict) else {}
        window.destroyed.connect(settings.follow(self._on_setting))

    def restore(self) -> Any:
        """Lay the window out as it was kept; the page that was shown last, or None."""
        if not self._window.restoreGeometry(_decoded(self._kept.get("geometry"))):
            self._window.resize(within_screen(USUAL, self._window))
        return self._kept.get("page")

    def add(self, name: str, view: Kept) -> None:
        """Lay a table or a chart out as it was kept, and keep it from now on."""
        view.restore_layout(self._settings.layout(name))
        self._views[name] = view
        self._set_heights(view)

    def add_splitter(self, name: str, splitter: QSplitter) -> None:
        """Lay a splitter out as it was kept, and keep it from now on."""
        splitter.restoreState(_decoded(self._kept.get(name)))
        self._splitters[name] = splitter

    def keep(self, page: int) -> None:
        """Write how everything is laid out now; what was not made in this run stays as it was."""
        self._kept |= {"geometry": _encoded(self._window.saveGeometry()), "page": page}
        for name, splitter in self._splitters.items():
            self._kept[name] = _encoded(splitter.saveState())
        kept = {name: view.layout_kept() for name, view in self._views.items()}
        self._settings.keep_layout({"window": self._kept, **kept})

    def _set_heights(self, *views: Kept) -> None:
        height = _ROW_HEIGHTS.get(self._settings["rows"], ROW_HEIGHT)
        for view in views:
            if isinstance(view, TableView):
                view.set_row_height(height)

    async def _on_setting(self, name: str) -> None:
        if name == "rows":
            self._set_heights(*self._views.values())


def _encoded(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()


def _decoded(text: object) -> QByteArray:
    return QByteArray.fromBase64(str(text or "").encode())
