"""The bar under the title that tells of a failed command or a ledger's note. One sentence at a time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from npsgui.ui.icons import icon
from npsgui.ui.theme import Theme


class NoticeBar(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._theme = theme
        self._waiting: list[str] = []
        self._mark = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton(self)
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 4, 12, 4)
        layout.setSpacing(10)
        layout.addWidget(self._mark)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence on the screen; empty when there is none."""
        return self._waiting[0] if self._waiting else ""

    def tell(self, sentence: str) -> None:
        """Show ``sentence`` after those before it; one that waits already is not told twice."""
        if sentence not in self._waiting:
            self._waiting.append(sentence)
            self._show_first()

    def dismiss(self) -> None:
        """Take the sentence away; the next one follows."""
        del self._waiting[:1]
        self._show_first()

    def _show_first(self) -> None:
        self._text.setText(self.text)
        self.setAccessibleName(self.text)
        self.setVisible(bool(self._waiting))

    def _paint_icons(self) -> None:
        colors = self._theme.colors
        self._mark.setPixmap(icon("alert-triangle", colors.warn).pixmap(18, 18))
        self._close.setIcon(icon("x", colors.muted))
