"""Rows of any type as a table: sorted and filtered in place. Knows nothing of what its rows mean."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont

from npsgui.ui.in_turns import InTurns

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

RAW = Qt.ItemDataRole.UserRole
"""The role of a cell's raw value, by which its column sorts."""

AT_ONCE = 2000
"""How many rows are filtered, sorted or arranged in one turn of Qt's loop: more would cost a frame."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """One column: ``name`` in the kept layout, ``value`` to sort by, ``text`` to read."""

    name: str
    title: str
    value: Callable[[Row], Any]
    text: Callable[[Row], str]
    right: bool = False
    """Aligned to the right, header and cells: digits."""
    bold: bool = False
    width: int = 110
    shown: bool = True
    tip: str = ""
    cell_tip: Callable[[Row], str] | None = None


def numeric(
    name: str,
    title: str,
    value: Callable[[Row], Any],
    said: Callable[[Any], str],
    *,
    width: int = 88,
    tip: str = "",
    shown: bool = True,
) -> Column[Row]:
    """A column of digits; ``said`` puts each value in words."""
    return Column(
        name=name,
        title=title,
        value=value,
        text=lambda row: said(value(row)),
        right=True,
        width=width,
        tip=tip,
        shown=shown,
    )


class Table(QAbstractTableModel, Generic[Row]):
    """Rows shown through Columns. Read-only: edits go to the program.

    It sorts and filters itself: a proxy asks Python for each comparison, ``sorted`` does not.
    """

    shown = Signal()
    """Its rows are those that were given last; of more than ``AT_ONCE`` they are so some turns later."""

    rearranging = Signal()
    """Rows will come, go or move: now, and in the same turn ``rearranged``."""
    rearranged = Signal()

    def __init__(
        self, columns: Sequence[Column[Row]], key: Callable[[Row], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._all: Sequence[Row] = ()
        self._rows: list[Row] = []
        self._keys: list[Hashable] = []
        """Those of the rows."""
        self._accepts: Callable[[Row], bool] | None = None
        self._turns = InTurns(self)
        self._sorted_by = 0
        self._descending = False
        self._bold = QFont()
        self._bold.setWeight(QFont.Weight.Bold)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows on the screen, in their order."""
        return self._rows

    @property
    def keys(self) -> Sequence[Hashable]:
        """Those of the rows on the screen."""
        return self._keys

    def show(self, rows: Sequence[Row]) -> None:
        """Show ``rows``; selection and scroll survive while their keys are unchanged."""
        self._all = rows
        self._turns.begin(self._show_all())

    def finish(self) -> None:
        """Show at once what was to be shown in the turns to come."""
        self._turns.finish()

    def accept(self, accepts: Callable[[Row], bool] | None) -> None:
        """Show only the rows that ``accepts``; None shows all."""
        self._accepts = accepts
        self.show(self._all)

    def _show_all(self) -> Iterator[None]:
        rows, many = self._all, len(self._all) > AT_ONCE
        if many:
            yield
        if self._accepts is not None:
            accepted: list[Row] = []
            for first in range(0, len(rows), AT_ONCE):
                accepted += filter(self._accepts, rows[first : first + AT_ONCE])
                if many:
                    yield
            rows = accepted
        wanted = sorted(rows, key=self.columns[self._sorted_by].value, reverse=self._descending)
        keys = list(map(self._key, wanted))
        if many:
            yield
        if keys != self._keys:
            self.rearranging.emit()
            self._rearrange(wanted, keys)
            self.rearranged.emit()
        before, self._rows = self._rows, wanted
        changed = [at for at, row in enumerate(wanted) if before[at] is not row and before[at] != row]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(self.columns) - 1))
        self.shown.emit()

    def _rearrange(self, wanted: list[Row], keys: list[Hashable]) -> None:
        """Bring the rows that are there into the wanted order, with those that are new among them."""
        new = len(keys) - len(self._keys)
        if new > 0 and self._keys in (keys[new:], keys[:-new]):
            # all before the others, or behind them: a long table is not looked through for that
            first = 0 if keys[new:] == self._keys else len(self._keys)
            self._insert(first, wanted[first : first + new], keys[first : first + new])
            return
        coming, there = set(keys), set(self._keys)
        if not there <= coming:
            self._drop_all_but(coming)
        if not coming <= there:
            fresh = [at for at, key in enumerate(keys) if key not in there]
            self._insert(len(self._rows), [wanted[at] for at in fresh], [keys[at] for at in fresh])
        if keys != self._keys:
            self._reorder(wanted, keys)

    def _drop_all_but(self, wanted: set[Hashable]) -> None:
        last = len(self._keys) - 1
        while last >= 0:
            if self._keys[last] in wanted:
                last -= 1
                continue
            first = last
            while first > 0 and self._keys[first - 1] not in wanted:
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1], self._keys[first : last + 1]
            self.endRemoveRows()
            last = first - 1

    def _insert(self, first: int, rows: list[Row], keys: list[Hashable]) -> None:
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows[first:first], self._keys[first:first] = rows, keys
        self.endInsertRows()

    def _reorder(self, wanted: list[Row], keys: list[Hashable]) -> None:
        self.layoutAboutToBeChanged.emit()
        places = {key: at for at, key in enumerate(keys)}
        held = self.persistentIndexList()
        moved = [self.index(places[self._keys[index.row()]], index.column()) for index in held]
        self._rows, self._keys = wanted, keys
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == RAW:
            return column.value(row)
        if role == Qt.ItemDataRole.FontRole and column.bold:
            return self._bold
        if role == Qt.ItemDataRole.ToolTipRole and column.cell_tip is not None:
            return column.cell_tip(row) or None
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = (" ↓" if self._descending else " ↑") if section == self._sorted_by else ""
            return column.title + arrow
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns):
            self._sorted_by, self._descending = column, order is Qt.SortOrder.DescendingOrder
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
            self.show(self._all)
