"""The selected rows of a view: where they are, and that they stay selected while rows are rearranged."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, QSignalBlocker, Signal

from npsgui.ui.table import Table


def selected_places(selection: QItemSelectionModel) -> list[int]:
    """The selected rows, from the top. Qt would ask the model about each cell: 180 ms for 10,000 rows."""
    parts = selection.selection().toList()
    return sorted({at for part in parts for at in range(part.top(), part.bottom() + 1)})


class KeptSelection(QObject):
    """Takes the selection off while rows are rearranged, and puts it back by their keys.

    Qt would keep indexes of every selected row: with 10,000 selected that took 750 ms a second, and 5 s where
    others came and went.
    """

    lessened = Signal()
    """Selected rows are there no more."""

    def __init__(self, table: Table[Any], selection: QItemSelectionModel, parent: QObject) -> None:
        super().__init__(parent)
        self._table = table
        self._selection = selection
        self._kept: set[Hashable] = set()
        table.rearranging.connect(self._take_off)
        table.rearranged.connect(self._put_back)

    def _take_off(self) -> None:
        keys = self._table.keys
        self._kept = {keys[at] for at in selected_places(self._selection)}
        if self._kept:
            with QSignalBlocker(self._selection):
                self._selection.clearSelection()

    def _put_back(self) -> None:
        if not self._kept:
            return
        places = [at for at, key in enumerate(self._table.keys) if key in self._kept]
        wanted, last = QItemSelection(), self._table.columnCount() - 1
        for top, bottom in _runs(places):
            wanted.select(self._table.index(top, 0), self._table.index(bottom, last))
        with QSignalBlocker(self._selection):
            self._selection.select(wanted, QItemSelectionModel.SelectionFlag.Select)
        if len(places) < len(self._kept):
            self.lessened.emit()


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of neighbours."""
    for _, run in groupby(enumerate(places), key=lambda one: one[1] - one[0]):
        neighbours = [place for _, place in run]
        yield neighbours[0], neighbours[-1]
