"""The view over a Table: its columns are chosen, moved, sorted and kept. Emits; its owner decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QHoverEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from npsgui.ui.in_turns import InTurns
from npsgui.ui.kept_selection import KeptSelection, selected_places
from npsgui.ui.table import Index, Table

Row = TypeVar("Row")

ROW_HEIGHT = 36
COPIED_AT_ONCE = 500
"""Rows put into words in one turn of Qt's loop: 7 ms."""

PADDING = 10
"""Beside the text of a cell, px."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one cell is painted."""

    painter: QPainter
    box: QRectF
    palette: QPalette

    def write(self, text: str, left: float = PADDING, color: str = "", *, right: bool = False) -> None:
        """Text from ``left`` on, or against the right edge; cut with an ellipsis where there is no room."""
        metrics = self.painter.fontMetrics()
        room = int(self.box.width() - left - PADDING)
        wide = metrics.horizontalAdvance(text)
        if wide > room:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            wide = room
        x = self.box.right() - PADDING - wide if right else self.box.left() + left
        y = self.box.top() + (self.box.height() - metrics.height()) // 2 + metrics.ascent()
        self.painter.setPen(QColor(color) if color else self.palette.color(QPalette.ColorRole.Text))
        self.painter.drawText(QPointF(x, y), text)


class RowDelegate(QStyledItemDelegate):
    """Paints the cells of a TableView, its parent. A style sheet would take three times as long."""

    def draw(self, cell: Cell, row: Any, text: str) -> None:
        """Paint what is special about a cell of ``row``, whose text is ``text``."""
        cell.write(text)

    def beside(self, row: Any) -> int:
        """The room, px, that a cell of ``row`` needs for more than its text."""
        return 0

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for all that is painted: a column is fitted to it."""
        view = self.parent()
        assert isinstance(view, TableView)
        row, column = view.table.rows[index.row()], view.table.columns[index.column()]
        text = QFontMetrics(view.bold if column.bold else view.font()).horizontalAdvance(column.text(row))
        return QSize(text + 2 * PADDING + self.beside(row), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, TableView)
        row, column = view.table.rows[index.row()], view.table.columns[index.column()]
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        elif view.hovered == index.row():
            painter.fillRect(option.rect, option.palette.alternateBase())
        painter.setFont(view.bold if column.bold else option.font)
        cell = Cell(painter, QRectF(option.rect), option.palette)
        if column.right:
            cell.write(column.text(row), right=True)
        else:
            self.draw(cell, row, column.text(row))

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """What there is no room for is the tooltip."""
        text, font = str(index.data() or ""), index.data(Qt.ItemDataRole.FontRole) or view.font()
        fits = QFontMetrics(font).horizontalAdvance(text) <= option.rect.width() - 2 * PADDING
        if fits or index.data(Qt.ItemDataRole.ToolTipRole):
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), f"<p>{escape(text)}</p>", view)
        return True


class TableView(QTableView, Generic[Row]):
    """A Table of whole rows."""

    chosen = Signal()
    """The selection changed."""
    edit_asked = Signal()
    remove_asked = Signal()
    duplicate_asked = Signal()
    menu_asked = Signal(QPoint)
    """The context menu, at a point of the screen."""

    def __init__(self, table: Table[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self.nothing = ""
        """What stands in the place of rows while there are none."""
        self._sorted = 0
        self._copying = InTurns(self)
        self.hovered = -1
        """The row under the pointer; -1 for none."""
        self.bold = QFont(self.font())
        self.bold.setWeight(QFont.Weight.Bold)
        self.setItemDelegate(RowDelegate(self))
        self.setModel(table)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.verticalHeader().hide()
        self.set_row_height(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.ensurePolished()  # its titles are measured in the font of the style sheet
        header.setHighlightSections(False)
        # one of its own: at each painting it would ask of every row whether it is selected
        header.setSelectionModel(QItemSelectionModel(table, header))
        header.setSectionsMovable(True)
        # digits stretched to the far edge would stand away from theirs
        header.setStretchLastSection(not table.columns[-1].right)
        header.setMinimumSectionSize(60)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        self.setSortingEnabled(True)
        for at, column in enumerate(table.columns):
            # a title is not cut in any language, with the arrow of the sorted column beside it
            self.setColumnWidth(at, max(column.width, header.sectionSizeHint(at)))
            self.setColumnHidden(at, not column.shown)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        header.sectionClicked.connect(self._on_section_clicked)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        KeptSelection(table, self.selectionModel(), self).lessened.connect(self.chosen)
        self.doubleClicked.connect(self.edit_asked)
        self._at_first = self.layout_kept()

    def selected(self) -> list[Row]:
        """The selected rows, as they are now, from the top."""
        return [self.table.rows[at] for at in selected_places(self.selectionModel())]

    def set_row_height(self, height: int) -> None:
        """Make all rows so high, px."""
        self.verticalHeader().setDefaultSectionSize(height)

    def choose(self, at: int) -> None:
        """Select the row in this place alone."""
        flags = QItemSelectionModel.SelectionFlag
        index = self.table.index(at, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def as_tsv(self) -> str:
        """The selected rows with their header, in the order of the columns on the screen."""
        return "".join(self._tsv_lines())

    def copy(self) -> None:
        """Put the selected rows on the clipboard as TSV; thousands of them are there some turns later."""
        self._copying.begin(self._copy())

    def _copy(self) -> Iterator[None]:
        lines = []
        for line in self._tsv_lines():
            lines.append(line)
            if len(lines) % COPIED_AT_ONCE == 0:
                yield
        if len(lines) > 1:
            QGuiApplication.clipboard().setText("".join(lines))

    def _tsv_lines(self) -> Iterator[str]:
        header = self.horizontalHeader()
        order = [header.logicalIndex(at) for at in range(header.count())]
        columns = [self.table.columns[at] for at in order if not header.isSectionHidden(at)]
        yield "\t".join(column.title for column in columns) + "\n"
        for row in self.selected():
            yield "\t".join(column.text(row) for column in columns) + "\n"

    def layout_kept(self) -> dict[str, Any]:
        """Order, width and visibility of the columns, and the sorted one, as plain JSON values."""
        header = self.horizontalHeader()
        names = [column.name for column in self.table.columns]
        return {
            "order": [names[header.logicalIndex(at)] for at in range(header.count())],
            "width": {
                name: self.columnWidth(at) for at, name in enumerate(names) if not self.isColumnHidden(at)
            },
            "hidden": [name for at, name in enumerate(names) if self.isColumnHidden(at)],
            "sort": names[header.sortIndicatorSection()],
            "descending": header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder,
        }

    def restore_layout(self, kept: Any) -> None:
        """Lay the columns out as ``layout_kept`` told; columns it does not know stay as they are."""
        if not isinstance(kept, dict):
            return
        header = self.horizontalHeader()
        places = {column.name: at for at, column in enumerate(self.table.columns)}
        known = [name for name in kept.get("order", ()) if name in places]
        for at, name in enumerate(known):
            header.moveSection(header.visualIndex(places[name]), at)
        for name in known:
            self.setColumnHidden(places[name], name in kept.get("hidden", ()))
        # what takes the rest has another width where a scroll bar stands
        seen = [at for at in map(header.logicalIndex, range(header.count())) if not self.isColumnHidden(at)]
        stretched = seen[-1] if seen and header.stretchLastSection() else -1
        for name, width in kept.get("width", {}).items():
            if places.get(name, stretched) != stretched:
                self.setColumnWidth(places[name], int(width))
        order = Qt.SortOrder.DescendingOrder if kept.get("descending") else Qt.SortOrder.AscendingOrder
        self._sorted = places.get(kept.get("sort", ""), 0)
        self.sortByColumn(self._sorted, order)

    def _on_section_clicked(self, section: int) -> None:
        """Digits are first sorted with the largest on top: that is what one looks for."""
        if section != self._sorted and self.table.columns[section].right:
            self.sortByColumn(section, Qt.SortOrder.DescendingOrder)
        self._sorted = section

    def _on_selection_changed(self) -> None:
        self.viewport().update(self._beyond())  # Qt repaints the cells alone
        self.chosen.emit()

    def _beyond(self) -> QRect:
        """What is seen to the right of the last column."""
        header, room = self.horizontalHeader(), self.viewport().rect()
        room.setLeft(header.length() - header.offset())
        return room

    def _lead_on(self) -> None:
        """Let the colours of the rows go on to the right edge."""
        beyond, palette = self._beyond(), self.palette()
        last = self.rowAt(beyond.bottom())
        first, end = self.rowAt(0), last + 1 if last >= 0 else len(self.table.rows)
        if beyond.isEmpty() or first < 0:
            return
        painter = QPainter(self.viewport())
        for row in range(first, end):
            beyond.moveTop(self.rowViewportPosition(row))
            beyond.setHeight(self.rowHeight(row))
            if self.selectionModel().isSelected(self.table.index(row, 0)):
                painter.fillRect(beyond, palette.highlight())
            elif row == self.hovered:
                painter.fillRect(beyond, palette.alternateBase())
        painter.end()

    def columns_menu(self, parent: QWidget) -> QMenu:
        """A menu of the columns, to show and hide them, to fit them, and to have them as at first."""
        menu = QMenu(self.tr("Columns"), parent)
        for place, column in enumerate(self.table.columns[1:], 1):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(place))
            action.toggled.connect(lambda shown, place=place: self.setColumnHidden(place, not shown))
        menu.addSeparator()
        menu.addAction(self.tr("Fit widths"), self.resizeColumnsToContents)
        menu.addAction(self.tr("As at first"), lambda: self.restore_layout(self._at_first))
        return menu

    def _show_columns_menu(self, at: QPoint) -> None:
        menu = self.columns_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.horizontalHeader().mapToGlobal(at))

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit_asked.emit()
        elif event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.duplicate_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_asked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._lead_on()
        if self.nothing and not self.table.rows:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.nothing)
            painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            gone = event.type() == QEvent.Type.HoverLeave
            hovered = -1 if gone else self.rowAt(event.position().toPoint().y())
            if hovered != self.hovered:
                self.hovered = hovered
                self.viewport().update()
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())
