"""The help: short pages in the user's language, opened at the topic that he is at."""

from __future__ import annotations

import enum

from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from npsgui.app.resources import resource
from npsgui.ui.sidebar import Page

WIDTH, HEIGHT, TOPICS_WIDTH = 760, 560, 160


class Topic(enum.StrEnum):
    """The pages, by the names of their files in ``resources/help``."""

    OVERVIEW = "overview"
    CLIENTS = "clients"
    TUNNELS = "tunnels"
    HOSTS = "hosts"
    CONNECTIONS = "connections"
    EVENTS = "events"
    CHARTS = "charts"
    LIMITS = "limits"
    AGENTS = "agents"
    ALERTS = "alerts"
    SETTINGS = "settings"


TOPICS = {page: Topic(page.name.lower()) for page in Page}
"""What is told of each page of the window."""


def help_text(topic: Topic, language: str) -> str:
    """A page as Markdown, in English where there is none in this language."""
    wanted = resource(f"help/{language}/{topic}.md")
    return (wanted if wanted.exists() else resource(f"help/en/{topic}.md")).read_text("utf-8")


def answer_f1(widget: QWidget, topic: Topic) -> None:
    """Let F1 in a dialog open the help at its topic."""
    shortcut = QShortcut(QKeySequence("F1"), widget)
    shortcut.activated.connect(lambda: show_help(topic, widget))


def show_help(topic: Topic, parent: QWidget) -> None:
    """Show a topic beside ``parent``, which stays as it is."""
    directly = Qt.FindChildOption.FindDirectChildrenOnly
    found = parent.findChild(HelpDialog, options=directly) or HelpDialog(parent)
    found.show_topic(topic)
    found.show()
    found.raise_()
    found.activateWindow()


class HelpDialog(QDialog):
    """A list of topics, and the one that is read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.resize(WIDTH, HEIGHT)
        self.topic = Topic.OVERVIEW
        self.text = QTextBrowser(self)
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(self.windowTitle())
        self.text.anchorClicked.connect(self._on_link)
        topics = QVBoxLayout()
        topics.setSpacing(2)
        self._doors = {topic: self._door(topic) for topic in Topic}
        for door in self._doors.values():
            topics.addWidget(door)
        topics.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(16)
        layout.addLayout(topics)
        layout.addWidget(self.text, 1)

    def show_topic(self, topic: Topic) -> None:
        """Show a page from its beginning."""
        self.topic = topic
        self._doors[topic].setChecked(True)
        self.text.setMarkdown(help_text(topic, QLocale().name()))
        self._give_room()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self.text.setFocus()

    def _give_room(self) -> None:
        """Room between paragraphs: Qt's Markdown leaves none."""
        document = self.text.document()
        document.setIndentWidth(20)
        block = document.begin()
        while block.isValid():
            spaced = block.blockFormat()
            spaced.setBottomMargin(8)
            spaced.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            QTextCursor(block).setBlockFormat(spaced)
            block = block.next()

    def _door(self, topic: Topic) -> QPushButton:
        title = help_text(topic, QLocale().name()).partition("\n")[0].removeprefix("# ")
        door = QPushButton(title, self)
        door.setObjectName("door")
        door.setCheckable(True)
        door.setAutoExclusive(True)
        door.setAutoDefault(False)
        door.setFixedWidth(TOPICS_WIDTH)
        door.clicked.connect(lambda: self.show_topic(topic))
        return door

    def _on_link(self, link: QUrl) -> None:
        self.show_topic(Topic(link.fileName().removesuffix(".md")))
