"""The servers that this computer is an agent of: connect to another, stop, start, forget; live counters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from npsgui.app.servers import ServerRow, Servers
from npsgui.model.errors import NpsError
from npsgui.ui.amounts import DASH, amount
from npsgui.ui.help_dialog import Topic, answer_f1
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Column, Table
from npsgui.ui.table_view import TableView

SECOND = 1000


class ServersDialog(QDialog):
    """Shows the servers and acts on them at once."""

    def __init__(self, servers: Servers, sentences: Sentences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        answer_f1(self, Topic.AGENTS)
        self._servers = servers
        self._sentences = sentences
        self.setWindowTitle(self.tr("Connect this computer to other servers"))
        self.resize(860, 420)
        self.view = TableView(Table(self._columns(), lambda row: row.id, self), self)
        self.view.nothing = self.tr("This computer is no server's agent yet.")
        self.view.setAccessibleName(self.tr("Servers"))
        self.server, self.key, self.tls = QLineEdit(self), QLineEdit(self), QCheckBox("TLS", self)
        self.server.setPlaceholderText("example.com:8024")
        self.server.setAccessibleName(self.tr("Server"))
        self.key.setPlaceholderText(self.tr("Verify key"))
        self.key.setAccessibleName(self.tr("Verify key"))
        self.tls.setToolTip(self.tr("The server's port is wrapped in TLS"))
        self.problem = QLabel(self)
        self.problem.setObjectName("warn")
        self.problem.hide()
        self._start_button = self._button(self.tr("Start"), lambda: self._enable(True))
        self._stop_button = self._button(self.tr("Stop"), lambda: self._enable(False))
        self._remove_button = self._button(self.tr("Forget"), self._on_remove)
        self._lay_out()
        self.view.chosen.connect(self._enable_buttons)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(SECOND)
        self.refresh()

    def refresh(self) -> None:
        """Pull how they are now."""
        self.view.table.show(self._servers.rows())
        self._enable_buttons()

    def _columns(self) -> list[Column[ServerRow]]:
        def counted(name: str, title: str, value: Callable[[ServerRow], int]) -> Column[ServerRow]:
            return Column(
                name=name,
                title=title,
                value=value,
                text=lambda row: amount(value(row)),
                right=True,
                width=90,
            )

        def said(row: ServerRow) -> str:
            return self._sentences.of(row.now.said)

        def address(row: ServerRow) -> str:
            return str(row.server.address)

        return [
            Column(name="server", title=self.tr("Server"), value=address, text=address, bold=True, width=190),
            Column(name="state", title=self.tr("State"), value=said, text=said, cell_tip=said, width=300),
            Column(
                name="streams",
                title=self.tr("Streams"),
                value=lambda row: row.now.streams,
                text=lambda row: str(row.now.streams or DASH),
                right=True,
                width=80,
            ),
            counted("inlet", self.tr("Inlet"), lambda row: row.now.inlet),
            counted("export", self.tr("Export"), lambda row: row.now.export),
        ]

    def _button(self, text: str, slot: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        title = QLabel(self.windowTitle(), self)
        title.setObjectName("title")
        words = QLabel(
            self.tr("This computer serves the tunnels that its owner has set up on another server."), self
        )
        words.setObjectName("muted")
        connect = QPushButton(self.tr("Connect"), self)
        connect.setObjectName("primary")
        connect.setDefault(True)
        connect.clicked.connect(self._on_add)
        new, old = QHBoxLayout(), QHBoxLayout()
        for part, stretch in ((self.server, 3), (self.key, 2), (self.tls, 0), (connect, 0)):
            new.addWidget(part, stretch)
        old.addStretch()
        close = self._button(self.tr("Close"), self.reject)
        for button in (self._start_button, self._stop_button, self._remove_button, close):
            old.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addLayout(new)
        layout.addWidget(self.problem)
        layout.addWidget(self.view, 1)
        layout.addLayout(old)

    def _enable_buttons(self) -> None:
        wanted = {row.server.enabled for row in self.view.selected()}
        self._start_button.setEnabled(False in wanted)
        self._stop_button.setEnabled(True in wanted)
        self._remove_button.setEnabled(bool(wanted))

    def _try(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except NpsError as error:
            self.problem.setText(self._sentences.of(error))
            self.problem.show()
            return False
        self.problem.clear()
        self.problem.hide()
        self.refresh()
        return True

    def _on_add(self) -> None:
        server, key, tls = self.server.text(), self.key.text(), self.tls.isChecked()
        if self._try(lambda: self._servers.add(server, key, tls=tls)):
            self.server.clear()
            self.key.clear()
            self.server.setFocus()

    def _enable(self, wanted: bool) -> None:
        for row in self.view.selected():
            self._try(partial(self._servers.enable, row.id, wanted))

    def _on_remove(self) -> None:
        for row in self.view.selected():
            self._try(partial(self._servers.remove, row.id))
