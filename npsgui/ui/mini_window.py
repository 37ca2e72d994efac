"""A small window that stays above the others: the rates of everything, and their last minutes."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from npsgui.app.front import Front
from npsgui.app.settings import Settings
from npsgui.model.entities import GLOBAL_KEY
from npsgui.ui.amounts import rate
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.theme import Theme

KEPT = "mini"
"""Its name among the layouts."""


def stays_above(platform: str) -> bool:
    """Whether a desktop, by Qt's name, lets a window put itself above the others."""
    return not platform.startswith("wayland")


class MiniWindow(QWidget):
    """Its owner calls ``refresh`` once a second while it is visible. Escape closes it."""

    window_asked = Signal()
    """A double click: the large window is wanted."""

    def __init__(self, program: Front, theme: Theme, settings: Settings) -> None:
        super().__init__(None, Qt.WindowType.Tool | Qt.WindowType.WindowStaysOnTopHint)
        self._program, self._theme, self._settings = program, theme, settings
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setObjectName("mini")
        self.setWindowTitle(self.tr("npsgui: rates now"))
        self.setMinimumSize(240, 140)
        self.resize(340, 190)
        self._inlet, self._export = QLabel(self), QLabel(self)
        self._inlet.setToolTip(self.tr("Inlet: from visitors to targets"))
        self._export.setToolTip(self.tr("Export: from targets to visitors"))
        self._chart = TrafficChart(theme, self)
        self._chart.legend.hide()
        self._feed = ChartFeed(program, self._chart)
        self._feed.show_owner(GLOBAL_KEY)
        rates = QHBoxLayout()
        rates.setSpacing(16)
        rates.addWidget(self._inlet)
        rates.addWidget(self._export)
        rates.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(rates)
        layout.addWidget(self._chart, 1)
        kept = settings.layout(KEPT)
        if isinstance(kept, str):
            self.restoreGeometry(QByteArray.fromBase64(kept.encode()))
        self.refresh()

    def refresh(self) -> None:
        """Pull the rates and the newest samples."""
        row, colors = self._program.flow(GLOBAL_KEY), self._theme.colors
        for label, arrow, color, now, word in (
            (self._inlet, "↓", colors.inlet, row.inlet_now, self.tr("inlet")),
            (self._export, "↑", colors.export, row.export_now, self.tr("export")),
        ):
            label.setText(f'<span style="color:{color}">{arrow}</span> {word} <b>{rate(now)}</b>')
        said = f"{self.tr('inlet')} {rate(row.inlet_now)}, {self.tr('export')} {rate(row.export_now)}"
        self.setAccessibleDescription(said)
        self._feed.refresh()

    # Qt overrides

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the rates: in the chart it resets what is shown."""
        self.window_asked.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.keep_layout({KEPT: bytes(self.saveGeometry().toBase64().data()).decode()})
        event.accept()
