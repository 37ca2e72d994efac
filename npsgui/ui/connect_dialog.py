"""How an agent is connected for a client: the command lines to copy. Edits nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from npsgui.app.agent_lines import npc_line, npsgui_line
from npsgui.app.interfaces import own_addresses
from npsgui.model.entities import Client, Everything, Target
from npsgui.model.listening import is_wildcard
from npsgui.ui.dialog_parts import button, column_in, default_button, title_label
from npsgui.ui.help_dialog import Topic, answer_f1
from npsgui.ui.sentences import Sentences


class CommandLine(QWidget):
    """A command line to read, and a button that copies it."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = QLabel(caption, self)
        label.setObjectName("strong")
        self.text = QLineEdit(self)
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(caption)
        self.copy = button(self.tr("Copy"), self, self._on_copy)
        self.copy.setAccessibleName(self.tr("Copy: {name}").format(name=caption))
        self.hint = QLabel(self)
        self.hint.setObjectName("hint")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.text, 1)
        line.addWidget(self.copy)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(label)
        rows.addLayout(line)
        rows.addWidget(self.hint)

    def say(self, line: str, hint: str) -> None:
        """Show a line from its beginning, and what there is to know of it."""
        self.text.setText(line)
        self.text.setCursorPosition(0)
        self.hint.setText(hint)
        self.copy.setText(self.tr("Copy"))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.text())
        self.copy.setText(self.tr("Copied"))


class ConnectDialog(QDialog):
    """Shows the lines for one client."""

    port_asked = Signal()
    """The port that agents connect to is to be set."""

    def __init__(self, client: Client, everything: Everything, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        answer_f1(self, Topic.AGENTS)
        self._client = client
        self._everything = everything
        name = Sentences(self).name(client.remark, client.owner)
        self.setWindowTitle(self.tr("Connect an agent for {name}").format(name=name))
        self.setMinimumWidth(640)
        self._title = title_label(self.windowTitle(), self)
        self._title.setWordWrap(True)
        self._head = QLabel(
            self.tr("Run one of these on the computer that is to serve {name}.").format(name=name), self
        )
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        self._head.setWordWrap(True)
        self.address = QComboBox(self)
        self.address.setEditable(True)
        self.address.setAccessibleName(self.tr("This computer's address"))
        self.address.addItems(_addresses(everything))
        self.ours = CommandLine(self.tr("npsgui's agent"), self)
        self.npc = CommandLine(self.tr("NPS's npc"), self)
        self._lay_out()
        self.address.currentTextChanged.connect(self.show_lines)
        self.show_lines()

    def show_lines(self) -> None:
        """Show the lines for the chosen address."""
        host, tls = self.address.currentText().strip(), self._everything.bridge_tls
        server = Target(host or "HOST", self._everything.bridge_port)
        self.ours.say(npsgui_line(server, self._client.key, tls=tls), self.tr("Linux, Windows and macOS"))
        only_forks = self.tr("The port is wrapped in TLS: NPS's own npc cannot connect, yisier's fork can.")
        said = only_forks if tls else self.tr("Version 0.26, without a configuration file")
        self.npc.say(npc_line(server, self._client.key, tls=tls), said)

    def _lay_out(self) -> None:
        open_port = bool(self._everything.bridge_port)
        where = QLabel(self.tr("This computer's address, as the agent reaches it"), self)
        where.setObjectName("strong")
        where.setBuddy(self.address)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        layout = column_in(self, 12)
        layout.addWidget(self._title)
        if not open_port:
            layout.addWidget(self._missing_port())
        layout.addWidget(self._head)
        address = QVBoxLayout()
        address.setSpacing(4)
        address.addWidget(where)
        address.addWidget(self.address)
        layout.addLayout(address)
        layout.addWidget(self.ours)
        layout.addWidget(self.npc)
        for part in (where, self.address, self.ours, self.npc):
            part.setEnabled(open_port)
        layout.addWidget(buttons)

    def _missing_port(self) -> QWidget:
        frame = QFrame(self)
        words = QLabel(self.tr("Agents cannot connect yet: they have no port."), frame)
        words.setObjectName("warn")
        set_port = default_button(self.tr("Set the port…"), frame, self.port_asked.emit)
        line = QHBoxLayout(frame)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(words, 1)
        line.addWidget(set_port)
        return frame


def _addresses(everything: Everything) -> list[str]:
    """Where agents may reach the port: IPv4 before IPv6, this computer itself last."""
    if not is_wildcard(everything.bridge_bind):
        return [everything.bridge_bind]
    found = sorted((address for address, _name in own_addresses()), key=lambda address: ":" in address)
    return [*found, "127.0.0.1"]
