"""A list of who carried most today: names, bars against the first, and bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.model.entities import OwnerKey
from npsgui.ui.amounts import amount, rate
from npsgui.ui.line_button import LINE, RIGHT, LineButton
from npsgui.ui.theme import Theme

TOP = 5
"""How many are listed."""

_BYTES, _RATE, _LEAST_BAR = 76, 84, 24


class TopEntry(NamedTuple):
    """One of those who carried most: bytes of today, and bytes/s now where that is known."""

    key: OwnerKey | str
    """Who: an owner, or the address of a peer."""
    name: str
    inlet: int
    export: int
    now: float | None = None

    @property
    def both(self) -> int:
        """Inlet and export."""
        return self.inlet + self.export


class TopRow(LineButton):
    """A name, a bar of its bytes against those of the first, its rate and its bytes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.entry: TopEntry | None = None
        self._most = 1

    def show_entry(self, entry: TopEntry, most: int) -> None:
        """Show another; ``most``: the bytes of a full bar."""
        self.entry, self._most = entry, max(most, 1)
        self.setText(entry.name)
        now = "" if entry.now is None else rate(entry.now)
        self.setAccessibleName(" ".join((entry.name, now, amount(entry.both))))
        self.setToolTip(entry.name)
        self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar, rate, bytes."""
        entry = self.entry
        if entry is None:
            return
        painter, colors = self.begin(), self.theme.colors
        right = self.width() - 8.0
        box = QRectF(right - _BYTES, 0, _BYTES, LINE)
        self.write(painter, box, amount(entry.both), colors.muted, align=RIGHT)
        right -= _BYTES
        if entry.now is not None:
            self.write(painter, QRectF(right - _RATE, 0, _RATE, LINE), rate(entry.now), align=RIGHT)
            right -= _RATE
        room = right - 8
        name = min(room, max(room * 0.68, 96.0))
        self.write(painter, QRectF(8, 0, name - 8, LINE), entry.name, bold=True)
        if room - name - 8 >= _LEAST_BAR:
            self._draw_bar(painter, QRectF(8 + name, LINE / 2 - 4, room - name - 8, 8), entry)
        painter.end()

    def _draw_bar(self, painter: QPainter, box: QRectF, entry: TopEntry) -> None:
        colors, left = self.theme.colors, box.left()
        painter.setPen(Qt.PenStyle.NoPen)
        for color, count in ((colors.inlet, entry.inlet), (colors.export, entry.export)):
            wide = box.width() * count / self._most
            painter.fillRect(QRectF(left, box.top(), wide, box.height()), QColor(color))
            left += wide


class TopList(QFrame):
    """A card with the first of them; a sentence where there is nobody."""

    chosen = Signal(object)
    """The key of the entry that was clicked."""

    def __init__(
        self, title: str, nothing: str, theme: Theme, parent: QWidget, *, since: str = "", rates: bool = False
    ) -> None:
        """``since``: when the day began, where not at midnight. ``rates``: whether they tell their rates."""
        super().__init__(parent)
        self.setObjectName("card")
        self._most = TOP
        self._entries: Sequence[TopEntry] = ()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 12, 8, 8)
        rows.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 4)
        head.setSpacing(0)
        words = [(title, "strong", 0), (since or self.tr("Today"), "hint", _BYTES)]
        if rates:
            words.insert(1, (self.tr("Now"), "hint", _RATE))
        for text, name, width in words:
            label = QLabel(text, self)
            label.setObjectName(name)
            if width:
                label.setFixedWidth(width)
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(label, 0 if width else 1)
        rows.addLayout(head)
        self._rows = [TopRow(theme, self) for _ in range(TOP)]
        for row in self._rows:
            row.clicked.connect(self._on_clicked)
            row.hide()
            rows.addWidget(row)
        self._empty = QLabel(nothing, self)
        self._empty.setObjectName("muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(8, 0, 8, 0)
        self._empty.setMinimumHeight(2 * LINE)
        rows.addWidget(self._empty)
        rows.addStretch(1)

    def show_most(self, count: int) -> None:
        """How many there is room for."""
        self._most = count
        self.show_entries(self._entries)

    def show_entries(self, entries: Sequence[TopEntry]) -> None:
        """Show the first of ``entries``, which are in their order."""
        self._entries, first = entries, entries[: self._most]
        self._empty.setVisible(not first)
        for widget, entry in zip(self._rows, first, strict=False):
            widget.show_entry(entry, first[0].both)
        for index, widget in enumerate(self._rows):
            widget.setVisible(index < len(first))

    def _on_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, TopRow) and row.entry is not None:
            self.chosen.emit(row.entry.key)
