"""A tour of the window in three steps: a frame around a part of it, and a card that says what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

WIDTH, GAP = 360, 12


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of the tour."""

    part: QWidget
    """What is pointed at."""
    title: str
    text: str


class Tour(QFrame):
    """Leads through ``stops``; everything else goes on meanwhile. Esc leaves."""

    ended = Signal()

    def __init__(self, stops: Sequence[Stop], window: QWidget) -> None:
        super().__init__(window)
        self._stops = tuple(stops)
        self._window = window
        self._at = 0
        self.setObjectName("tour")
        self.setFixedWidth(WIDTH)
        self._frame = QFrame(window)
        self._frame.setObjectName("pointer")
        self._frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title, self._text, self._count = QLabel(self), QLabel(self), QLabel(self)
        self._title.setObjectName("strong")
        self._text.setWordWrap(True)
        self._count.setObjectName("hint")
        self._leave = QPushButton(self.tr("Leave"), self)
        self._leave.clicked.connect(self.end)
        self._next = QPushButton(self)
        self._next.setObjectName("primary")
        self._next.clicked.connect(self._on_next)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._count, 1)
        buttons.addWidget(self._leave)
        buttons.addWidget(self._next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(4)
        layout.addLayout(buttons)
        window.installEventFilter(self)
        self._show_stop()
        self.show()
        self._next.setFocus()

    def end(self) -> None:
        """Take the tour away."""
        self._window.removeEventFilter(self)
        self._frame.deleteLater()
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def _on_next(self) -> None:
        if self._at == len(self._stops) - 1:
            self.end()
            return
        self._at += 1
        self._show_stop()

    def _show_stop(self) -> None:
        stop, last = self._stops[self._at], self._at == len(self._stops) - 1
        self._title.setText(stop.title)
        self._text.setText(stop.text)
        self._count.setText(
            self.tr("{number} of {count}").format(number=self._at + 1, count=len(self._stops))
        )
        self._next.setText(self.tr("Done") if last else self.tr("Next"))
        self._leave.setVisible(not last)
        self.setAccessibleName(f"{stop.title} {stop.text}")
        self.adjustSize()
        self._place()

    def _place(self) -> None:
        """The frame around the part, the card beside or above it, within the window."""
        part = self._stops[self._at].part
        around = QRect(part.mapTo(self._window, QPoint()), part.size())
        self._frame.setGeometry(around.adjusted(-2, -2, 2, 2))
        self._frame.show()
        self._frame.raise_()
        whole = self._window.rect()
        x, y = around.right() + GAP, around.top() + GAP
        if x + self.width() > whole.right():
            x, y = around.center().x() - self.width() // 2, around.top() - self.height() - GAP
        if y < whole.top():
            y = around.bottom() - self.height() - GAP
        self.move(
            max(GAP, min(x, whole.right() - self.width() - GAP)),
            max(GAP, min(y, whole.bottom() - self.height() - GAP)),
        )
        self.raise_()

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        # the window clears its search on Esc: not while the tour is there
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)
