"""What a newcomer sees while there is no client: what npsgui does, and the first steps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from npsgui.app.program import Program
from npsgui.ui.icons import app_icon
from npsgui.ui.theme import Theme


class FirstRunPage(QWidget):
    """Emits what the user wants to begin with; the window does it."""

    finished = Signal()
    """A first client is wanted."""
    import_asked = Signal()
    demo_asked = Signal()

    def __init__(self, program: Program, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(64, 64))
        title = QLabel(self.tr("Welcome to npsgui"), self)
        title.setObjectName("title")
        words = self._words(
            self.tr(
                "npsgui runs tunnels and shows, exactly and live, who uses how much of them. "
                "Add a client, the account that owns tunnels and limits; then give it a tunnel, "
                "a port that leads to a target."
            ),
            "muted",
        )
        begin = QPushButton(self.tr("Add a client"), self)
        begin.setObjectName("primary")
        begin.clicked.connect(self.finished)
        take_over = QPushButton(self.tr("Import from NPS…"), self)
        take_over.clicked.connect(self.import_asked)
        self._demo = QPushButton(self.tr("Open the demo"), self)
        self._demo.clicked.connect(self.demo_asked)
        self._demo_words = self._words(
            self.tr(
                "The demo opens in a second window, with made-up clients and real traffic on this machine. "
                "It has a folder of its own, which is thrown away at its end: nothing of it comes here."
            ),
            "hint",
        )
        for part in (self._demo, self._demo_words):
            part.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (begin, take_over, self._demo):
            buttons.addWidget(button)
        buttons.addStretch()
        card = QFrame(self)
        card.setObjectName("card")
        card.setFixedWidth(520)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.setSpacing(16)
        for part in (picture, title, words):
            inside.addWidget(part)
        inside.addLayout(buttons)
        inside.addWidget(self._demo_words)
        layout = QVBoxLayout(self)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def offer_demo(self) -> None:
        """Show the button for the demo, where there is someone to open it."""
        for part in (self._demo, self._demo_words):
            part.show()

    def _words(self, text: str, name: str) -> QLabel:
        words = QLabel(text, self)
        words.setWordWrap(True)
        words.setObjectName(name)
        return words
