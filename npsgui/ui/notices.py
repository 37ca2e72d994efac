"""The bar under the title that tells of a failed command or a ledger's note. One sentence at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from npsgui.ui.icons import icon
from npsgui.ui.theme import Theme

Offer: TypeAlias = tuple[str, Callable[[], None] | None]
"""What its button says, and who is told that it was pressed."""

NO_OFFER: Offer = ("", None)


class NoticeBar(QFrame):
    """Hidden while there is nothing to say."""

    accepted = Signal()
    """The offer beside the sentence was taken up."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._theme = theme
        self._waiting: dict[str, Offer] = {}
        """The sentences, with what each offers."""
        self._mark = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._offer = QPushButton(self)
        self._offer.clicked.connect(self._on_offer)
        self._close = QToolButton(self)
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 4, 12, 4)
        layout.setSpacing(10)
        layout.addWidget(self._mark)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._offer)
        layout.addWidget(self._close)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence on the screen; empty when there is none."""
        return next(iter(self._waiting), "")

    def tell(self, sentence: str, offer: str = "", taken: Callable[[], None] | None = None) -> None:
        """Show ``sentence`` after those before it; one that waits already is not told twice.

        ``offer``: what a button beside it says. That it was pressed is told to ``taken``, and the sentence
        goes; without it ``accepted`` tells.
        """
        if sentence not in self._waiting:
            self._waiting[sentence] = offer, taken
            self._show_first()

    def withdraw(self, sentence: str) -> None:
        """It is no longer so: take it away, if it is there."""
        self._waiting.pop(sentence, None)
        self._show_first()

    def dismiss(self) -> None:
        """Take the sentence away; the next one follows."""
        self.withdraw(self.text)

    def _on_offer(self) -> None:
        _, taken = self._waiting.get(self.text, NO_OFFER)
        if taken is None:
            self.accepted.emit()
        else:
            self.dismiss()
            taken()

    def _show_first(self) -> None:
        offer, _ = self._waiting.get(self.text, NO_OFFER)
        self._text.setText(self.text)
        self._offer.setText(offer)
        self._offer.setVisible(bool(offer))
        self.setAccessibleName(self.text)
        self.setVisible(bool(self._waiting))

    def _paint_icons(self) -> None:
        colors = self._theme.colors
        self._mark.setPixmap(icon("alert-triangle", colors.warn).pixmap(18, 18))
        self._close.setIcon(icon("x", colors.muted))
