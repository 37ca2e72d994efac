"""The limits of one owner, each with what is used of it now. Edits nothing: it asks."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Owner
from npsgui.model.hours import ALWAYS
from npsgui.model.views import FlowRow
from npsgui.ui.amounts import format_bytes, format_limit, format_rate, format_rate_limit
from npsgui.ui.facts import ShareBar
from npsgui.ui.theme import Theme
from npsgui.ui.week_words import WeekTexts

_NEAR = 0.8
"""The share of a rate or a number from which its bar warns; of a quota its owner says."""


class LimitsView(QWidget):
    """One line a limit: its name, how much is used, and the limit."""

    edit_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = {
            "quota": self.tr("Quota"),
            "rate": self.tr("Shared rate"),
            "inlet_rate": self.tr("Inlet rate"),
            "export_rate": self.tr("Export rate"),
            "connections": self.tr("Connections"),
            "tunnels": self.tr("Tunnels"),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(3, 1)
        self._lines = {word: _Line(text, theme, self) for word, text in names.items()}
        for at, line in enumerate(self._lines.values()):
            for column, part in enumerate(line.parts):
                grid.addWidget(part, at, column)
        self._rest, self._above = QLabel(self), QLabel(self)
        for label in (self._rest, self._above):
            label.setObjectName("hint")
            label.setWordWrap(True)
        edit = QPushButton(self.tr("Edit limits…"), self)
        edit.clicked.connect(self.edit_asked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(grid)
        layout.addWidget(self._rest)
        layout.addWidget(self._above)
        layout.addWidget(edit, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)

    def show_row(self, row: FlowRow, configuration: Configuration) -> None:
        """Show the limits of ``row`` and what is used of them."""
        quota = self.tr("{used} of {quota} bytes").format(used=f"{row.used:,}", quota=f"{row.quota:,}")
        lines = self._lines
        lines["quota"].show_use(
            row.used, row.quota, format_bytes(row.used), format_limit(row.quota), row.near
        )
        lines["quota"].explain(quota if row.quota else "")
        both = row.inlet_now + row.export_now
        rates = {
            "rate": (both, row.rate),
            "inlet_rate": (row.inlet_now, row.inlet_rate),
            "export_rate": (row.export_now, row.export_rate),
        }
        for word, (now, limit) in rates.items():
            lines[word].show_use(now, limit, format_rate(now), format_rate_limit(limit))
        open_now, most = row.connections, row.connection_limit
        lines["connections"].show_use(open_now, most, f"{open_now:,}", f"{most:,}")
        owner = configuration.find(row.owner)
        if isinstance(owner, Client):
            owned = len(configuration.owned_by(owner.id))
            lines["tunnels"].show_use(owned, owner.tunnels, f"{owned:,}", f"{owner.tunnels:,}")
        for part in lines["tunnels"].parts:
            part.setVisible(isinstance(owner, Client))
        self._rest.setText("\n".join(self._others(owner)))
        client = configuration.clients.get(row.client)
        self._above.setVisible(client is not None and not isinstance(owner, Client))
        if client is not None:
            name = client.remark or str(client.id)
            self._above.setText(self.tr("The limits of its client {name} hold, too.").format(name=name))

    def _others(self, owner: Owner) -> Iterator[str]:
        """The limits that have no line of their own, as far as they are set."""
        limits = owner.limits
        if limits.quota and limits.throttle_at:
            rate = format_rate_limit(limits.throttle_rate)
            text = self.tr("Throttled to {rate} from {percent} % of the quota on.")
            yield text.format(rate=rate, percent=limits.throttle_at)
        if not isinstance(owner, Everything) and owner.hours != ALWAYS:
            yield self.tr("Runs {hours}.").format(hours=WeekTexts(self).of(owner.hours))
        if limits.in_force(True) is not limits:
            yield self.tr("It has alternative limits.")


class _Line:
    """The widgets of one limit, for a grid."""

    def __init__(self, name: str, theme: Theme, parent: QWidget) -> None:
        self._words, self._exact = QLabel(parent), QLabel(parent)
        self._bar = ShareBar(theme, parent, width=160)
        caption = QLabel(name, parent)
        caption.setObjectName("muted")
        self._exact.setObjectName("hint")
        self._parent = parent
        self.parts: tuple[QWidget, ...] = (caption, self._bar, self._words, self._exact)

    def show_use(self, used: float, limit: int, now: str, most: str, near: bool | None = None) -> None:
        """Show how much of ``limit`` is used; 0 is unlimited. ``now`` and ``most``: the same in words."""
        now = now if used else "–"
        share = used / limit if limit else None
        self._bar.show_share(share, (share or 0.0) >= _NEAR if near is None else near)
        unlimited = self._parent.tr("unlimited")
        self._words.setText(f"<b>{now}</b> / {most}" if limit else f"<b>{now}</b> / {unlimited}")

    def explain(self, text: str) -> None:
        """Show a small text behind it."""
        self._exact.setText(text)
