"""A page's head: title, search box, what can be done with the selection, the primary button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from npsgui.ui.icons import icon
from npsgui.ui.theme import Theme


class PageHeader(QWidget):
    """Made of a title, the actions of the selection, and the primary action with a second beside it."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        actions: list[QAction],
        primary: QAction | None,
        parent: QWidget | None = None,
        second: QAction | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        label = QLabel(title, self)
        label.setObjectName("title")
        self.search = SearchBox(theme, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label)
        layout.addStretch()
        layout.addWidget(self.search, 10)
        if actions:
            layout.addSpacing(8)
        for action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.text())
            if len(actions) == 1:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            layout.addWidget(button)
        if second is not None:
            layout.addSpacing(8)
            other = QPushButton(second.text(), self)
            other.setToolTip(second.toolTip())
            other.clicked.connect(second.trigger)
            second.changed.connect(lambda: other.setText(second.text()))
            layout.addWidget(other)
        self._primary: QPushButton | None = None
        if primary is not None:
            layout.addSpacing(8)
            self._primary = QPushButton(primary.text(), self)
            self._primary.setObjectName("primary")
            self._primary.clicked.connect(primary.trigger)
            layout.addWidget(self._primary)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def _paint_icons(self) -> None:
        colors = self._theme.colors
        for action in self._actions:
            action.setIcon(icon(str(action.data()), colors.text, fades=True))
        if self._primary is not None:
            self._primary.setIcon(icon("plus", colors.on_accent))


class SearchBox(QLineEdit):
    """The search box: Esc clears it and gives the focus back to the table."""

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPlaceholderText(self.tr("Search: name, port:8001, !stopped, >1MB"))
        self.setAccessibleName(self.tr("Search"))
        self.setToolTip(
            self.tr(
                "All words must hold. A plain word is looked for in names, ports and peers; client:nas in "
                "the client's name; !stopped leaves out what it names; "
                '>1MB and <1GiB compare the bytes carried. Quotes hold words together: client:"my nas".'
            )
        )
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(160)
        self.setMaximumWidth(340)
        self._glass = self.addAction(
            icon("search", theme.colors.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        theme.changed.connect(self._paint_icon)

    def _paint_icon(self) -> None:
        self._glass.setIcon(icon("search", self._theme.colors.muted))

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit()
        else:
            super().keyPressEvent(event)
