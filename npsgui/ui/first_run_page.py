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
        words = QLabel(
            self.tr(
                "npsgui runs tunnels and shows, exactly and live, who uses how much of them. "
                "Add a client, the account that owns tunnels and limits; then give it a tunnel, "
                "a port that leads to a target."
            ),
            self,
        )
        words.setWordWrap(True)
        words.setObjectName("muted")
        begin = QPushButton(self.tr("Add a client"), self)
        begin.setObjectName("primary")
        begin.clicked.connect(self.finished)
        take_over = QPushButton(self.tr("Import from NPS…"), self)
        take_over.clicked.connect(self.import_asked)
        self._demo = QPushButton(self.tr("Show demo data"), self)
        self._demo.clicked.connect(self.demo_asked)
        self._demo.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(begin)
        buttons.addWidget(take_over)
        buttons.addWidget(self._demo)
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
        layout = QVBoxLayout(self)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def offer_demo(self) -> None:
        """Show the button for demo data, where there is someone to make it."""
        self._demo.show()
