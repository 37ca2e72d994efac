"""The servers that this computer is an agent of: connect to another, stop, start, forget; live counters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QLineEdit, QWidget

from npsgui.app.servers import ServerRow, Servers
from npsgui.model.errors import NpsError
from npsgui.ui.amounts import DASH, amount
from npsgui.ui.dialog_parts import button, column_in, default_button, row_of, title_label
from npsgui.ui.help_dialog import Topic, answer_f1
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Column, Table, numeric
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
        self._start = button(self.tr("Start"), self, lambda: self._enable(True))
        self._stop = button(self.tr("Stop"), self, lambda: self._enable(False))
        self._remove = button(self.tr("Forget"), self, self._on_remove)
        self._lay_out()
        self.view.chosen.connect(self._enable_buttons)
        self.server.setFocus()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(SECOND)
        self.refresh()

    def refresh(self) -> None:
        """Pull how they are now."""
        self.view.table.show(self._servers.rows())
        self._enable_buttons()

    def _columns(self) -> list[Column[ServerRow]]:
        def said(row: ServerRow) -> str:
            return self._sentences.of(row.now.said)

        def address(row: ServerRow) -> str:
            return str(row.server.address)

        return [
            Column(name="server", title=self.tr("Server"), value=address, text=address, bold=True, width=190),
            Column(name="state", title=self.tr("State"), value=said, text=said, cell_tip=said, width=300),
            numeric(
                "streams",
                self.tr("Streams"),
                attrgetter("now.streams"),
                lambda count: str(count or DASH),
                width=80,
            ),
            numeric("inlet", self.tr("Inlet"), attrgetter("now.inlet"), amount, width=90),
            numeric("export", self.tr("Export"), attrgetter("now.export"), amount, width=90),
        ]

    def _lay_out(self) -> None:
        words = QLabel(
            self.tr("This computer serves the tunnels that its owner has set up on another server."), self
        )
        words.setObjectName("muted")
        connect = default_button(self.tr("Connect"), self, self._on_add)
        new = QHBoxLayout()
        for part, stretch in ((self.server, 3), (self.key, 2), (self.tls, 0), (connect, 0)):
            new.addWidget(part, stretch)
        close = button(self.tr("Close"), self, self.reject)
        layout = column_in(self, 12)
        layout.addWidget(title_label(self.windowTitle(), self))
        layout.addWidget(words)
        layout.addLayout(new)
        layout.addWidget(self.problem)
        layout.addWidget(self.view, 1)
        layout.addLayout(row_of(self._start, self._stop, self._remove, close))

    def _enable_buttons(self) -> None:
        wanted = {row.server.enabled for row in self.view.selected()}
        self._start.setEnabled(False in wanted)
        self._stop.setEnabled(True in wanted)
        self._remove.setEnabled(bool(wanted))

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
