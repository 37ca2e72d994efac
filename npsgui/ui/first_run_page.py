"""What a newcomer sees while there is no client: what npsgui does, and the first steps."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from npsgui.app.front import Front
from npsgui.ui.first_steps import FirstSteps
from npsgui.ui.icons import app_icon
from npsgui.ui.theme import Theme


class FirstRunPage(QWidget):
    """Emits what the user wants to begin with; the window does it."""

    finished = Signal()
    """The user goes on, with a first tunnel or without."""
    import_asked = Signal()
    demo_asked = Signal()

    def __init__(self, program: Front, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_busy = False
        """A first tunnel is made and tried, and the user has not gone on yet."""
        self.steps = FirstSteps(program, self)
        self.steps.begun.connect(self._on_begun)
        self.steps.finished.connect(self.finished)
        self._demo = self._button(self.tr("Open the demo"), self.demo_asked)
        self._demo_words = self._words(
            self.tr(
                "The demo opens in a second window, with made-up clients and real traffic on this machine. "
                "It has a folder of its own, which is thrown away at its end: nothing of it comes here."
            ),
            "hint",
        )
        for part in (self._demo, self._demo_words):
            part.hide()
        card = QFrame(self)
        card.setObjectName("card")
        card.setFixedWidth(560)
        self._lay_out(card)
        layout = QVBoxLayout(self)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def offer_demo(self) -> None:
        """Show the button for the demo, where there is someone to open it."""
        for part in (self._demo, self._demo_words):
            part.show()

    def _on_begun(self) -> None:
        self.is_busy = True

    def _lay_out(self, card: QFrame) -> None:
        picture, title, line = QLabel(card), QLabel(self.tr("Welcome to npsgui"), card), QFrame(card)
        picture.setPixmap(app_icon().pixmap(40, 40))
        title.setObjectName("title")
        line.setObjectName("line")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(picture)
        head.addWidget(title, 1)
        words = self.tr(
            "npsgui runs tunnels and shows, exactly and live, who uses how much of them. "
            "Begin with a client, the account that owns tunnels and limits, and its first tunnel, "
            "a port that leads to a target."
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._button(self.tr("Import from NPS…"), self.import_asked))
        buttons.addWidget(self._demo)
        buttons.addWidget(self._button(self.tr("Go on without"), self.finished))
        buttons.addStretch()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.setSpacing(16)
        inside.addLayout(head)
        inside.addWidget(self._words(words, "muted"))
        inside.addWidget(self.steps)
        inside.addWidget(line)
        inside.addLayout(buttons)
        inside.addWidget(self._demo_words)

    def _button(self, text: str, asked: SignalInstance) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(asked)
        return button

    def _words(self, text: str, name: str) -> QLabel:
        words = QLabel(text, self)
        words.setWordWrap(True)
        words.setObjectName(name)
        return words
