"""Sizes and columns, kept from one run to the next. Knows no page: it is given what it keeps."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from npsgui.app.settings import Settings
from npsgui.ui.table_view import TableView


class Layouts:
    """Restores and keeps the window's geometry, splitters and tables by name, and the page shown last."""

    def __init__(
        self,
        settings: Settings,
        window: QMainWindow,
        splitters: dict[str, QSplitter],
        views: dict[str, TableView[Any]],
    ) -> None:
        self._settings = settings
        self._window = window
        self._splitters = splitters
        self._views = views

    def restore(self) -> Any:
        """Lay everything out as it was kept; the page that was shown last, or None."""
        kept = self._settings.layout("window")
        kept = kept if isinstance(kept, dict) else {}
        if not self._window.restoreGeometry(_decoded(kept.get("geometry"))):
            self._window.resize(1280, 800)
        for name, splitter in self._splitters.items():
            splitter.restoreState(_decoded(kept.get(name)))
        for name, view in self._views.items():
            view.restore_layout(self._settings.layout(name))
        return kept.get("page")

    def keep(self, page: int) -> None:
        """Write how everything is laid out now."""
        window: dict[str, Any] = {"geometry": _encoded(self._window.saveGeometry()), "page": page}
        for name, splitter in self._splitters.items():
            window[name] = _encoded(splitter.saveState())
        kept = {name: view.layout_kept() for name, view in self._views.items()}
        self._settings.keep_layout({"window": window, **kept})


def _encoded(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode()


def _decoded(text: object) -> QByteArray:
    return QByteArray.fromBase64(str(text or "").encode())
