"""The card of what needs the user: each line leads to where it is put right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.ui.attention import Matter
from npsgui.ui.delegates import draw_shape, shape_of
from npsgui.ui.line_button import LINE, LineButton
from npsgui.ui.theme import Theme

COLUMNS, MOST = 2, 3
"""How many lines stand beside each other, and how many below."""

_SHAPE = 10


class MatterLine(LineButton):
    """A shape, a name, and what is wrong."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.matter: Matter | None = None

    def show_matter(self, matter: Matter) -> None:
        """Show another matter."""
        if matter != self.matter:
            self.matter = matter
            self.setText(f"{matter.name}: {matter.text}")
            self.setAccessibleName(self.text())
            self.setToolTip(self.text())
            self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shape, name, text."""
        if self.matter is None:
            return
        painter, colors = self.begin(), self.theme.colors
        mark = QRectF(8, (LINE - _SHAPE) / 2, _SHAPE, _SHAPE)
        draw_shape(painter, *shape_of(self.matter.state, colors), mark)
        room = self.width() - 28 - 8
        wide = self.write(painter, QRectF(28, 0, room * 0.4, LINE), self.matter.name, bold=True)
        rest = QRectF(28 + wide + 12, 0, room - wide - 12, LINE)
        self.write(painter, rest, self.matter.text, colors.muted)
        painter.end()


class AttentionCard(QFrame):
    """Hidden while nothing needs the user."""

    chosen = Signal(object)
    """The Matter that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._most = MOST
        name, self._more = QLabel(self.tr("Needs attention"), self), QLabel(self)
        name.setObjectName("strong")
        self._more.setObjectName("hint")
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.addWidget(name, 1)
        head.addWidget(self._more)
        lines = QGridLayout()
        lines.setHorizontalSpacing(12)
        lines.setVerticalSpacing(0)
        self._lines = [MatterLine(theme, self) for _ in range(COLUMNS * MOST)]
        for at, line in enumerate(self._lines):
            line.clicked.connect(self._on_clicked)
            lines.addWidget(line, at // COLUMNS, at % COLUMNS)
        for column in range(COLUMNS):
            lines.setColumnStretch(column, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 12, 8, 4)
        rows.setSpacing(4)
        rows.addLayout(head)
        rows.addLayout(lines)
        self.hide()

    def show_most(self, rows: int) -> None:
        """How many rows of lines there is room for."""
        self._most = rows

    def show_matters(self, matters: Sequence[Matter]) -> None:
        """Show the first of them, and how many there are besides."""
        shown = matters[: COLUMNS * self._most]
        for line, matter in zip(self._lines, shown, strict=False):
            line.show_matter(matter)
        for at, line in enumerate(self._lines):
            line.setVisible(at < len(shown))
        more = len(matters) - len(shown)
        self._more.setText(self.tr("further ones: {count}").format(count=f"{more:,}") if more else "")
        self.setVisible(bool(matters))

    def _on_clicked(self) -> None:
        line = self.sender()
        if isinstance(line, MatterLine) and line.matter is not None:
            self.chosen.emit(line.matter)
