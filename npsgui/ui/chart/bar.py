"""What stands over a chart: the ranges, and the tools that hold it, select in it and open its menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.data import Range
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.menu import ChartMenu
from npsgui.ui.chart.saver import ChartSaver
from npsgui.ui.icons import icon
from npsgui.ui.theme import Theme


class ChartBar(QWidget):
    """Acts on one chart."""

    def __init__(
        self, theme: Theme, chart: TrafficChart, feed: ChartFeed, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._chart = theme, chart
        self.ranges = RangeBar(self)
        self.ranges.set_range(chart.range)
        self._icons: list[tuple[QToolButton, str]] = []
        self.hold = self._tool("player-pause", self.tr("Hold the chart (Space); counting goes on"))
        self.brush = self._tool("marquee-2", self.tr("Select a span by dragging (or drag with Shift)"))
        self.more = self._tool("dots", self.tr("More of the chart"))
        for button in (self.hold, self.brush):
            button.setCheckable(True)
        self.saver = ChartSaver(theme, chart, feed)
        self.menu = ChartMenu(chart, feed, self.saver, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.ranges)
        row.addSpacing(4)
        for button, _ in self._icons:
            row.addWidget(button)
        self._recolour()
        theme.changed.connect(self._recolour)
        self.ranges.chosen.connect(chart.set_range)
        self.hold.toggled.connect(chart.hold)
        chart.held.connect(self._on_held)
        self.brush.toggled.connect(self._on_brush)
        self.more.clicked.connect(self._on_more)
        chart.plot.menu_asked.connect(self.menu.popup)
        chart.copied.connect(self.saver.copy)

    def _tool(self, icon_name: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, icon_name))
        return button

    def _on_held(self, still: bool) -> None:
        self.hold.setChecked(still)
        self._recolour()

    def _on_brush(self, wanted: bool) -> None:
        self._chart.plot.board.selects = wanted
        self._chart.plot.setCursor(Qt.CursorShape.CrossCursor if wanted else Qt.CursorShape.ArrowCursor)
        self._recolour()

    def _on_more(self) -> None:
        self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _recolour(self) -> None:
        colors = self._theme.colors
        for button, name in self._icons:
            color = colors.accent if button.isChecked() else colors.text
            button.setIcon(icon("player-play" if button.isChecked() and button is self.hold else name, color))


class RangeBar(QWidget):
    """The range buttons, one of them down."""

    chosen = Signal(object)
    """A Range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ranges")
        self._group = QButtonGroup(self)
        self._ranges = list(Range)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        names = {
            Range.LIVE: self.tr("Live"),
            Range.HOUR: self.tr("1 h"),
            Range.SIX_HOURS: self.tr("6 h"),
            Range.DAY: self.tr("24 h"),
            Range.WEEK: self.tr("7 d"),
            Range.MONTH: self.tr("30 d"),
            Range.YEAR: self.tr("1 y"),
        }
        for index, span in enumerate(self._ranges):
            button = QPushButton(names[span], self)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(28)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.setProperty("end", {0: "left", len(self._ranges) - 1: "right"}.get(index, ""))
            button.setAccessibleName(self.tr("Show {range}").format(range=names[span]))
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idClicked.connect(self._on_clicked)

    def set_range(self, span: Range) -> None:
        """Press the button of ``span``, without a signal."""
        self._group.button(self._ranges.index(span)).setChecked(True)

    def _on_clicked(self, index: int) -> None:
        self.chosen.emit(self._ranges[index])
