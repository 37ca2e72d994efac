"""The menu of a chart: how its values stand, what it is stacked from, what is marked; and saving it."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from npsgui.model.entities import GLOBAL_KEY
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.saver import ChartSaver, Format
from npsgui.ui.chart.stack import Stacking
from npsgui.ui.event_rows import EventColumns, Group
from npsgui.ui.sentences import Sentences


class ChartMenu(QMenu):
    """Offers what the traffic in sight allows, each time it is opened."""

    def __init__(self, chart: TrafficChart, feed: ChartFeed, saver: ChartSaver, parent: QWidget) -> None:
        super().__init__(parent)
        self._feed = feed
        self.setToolTipsVisible(True)
        self.stacks = {stacking: self._stack(stacking) for stacking in Stacking}
        group = QActionGroup(self)
        for action in self.stacks.values():
            group.addAction(action)
        self.addSeparator()
        self.logarithmic = self.addAction(self.tr("Logarithmic axis"))
        self.logarithmic.setCheckable(True)
        self.logarithmic.toggled.connect(chart.set_logarithmic)
        marks = self.addMenu(self.tr("Mark what happened"))
        words = EventColumns(Sentences(self), self)
        self.marks = {which: marks.addAction(words.group(which)) for which in Group}
        for which, mark in self.marks.items():
            mark.setCheckable(True)
            mark.setChecked(which in feed.marks.groups)
            mark.toggled.connect(partial(feed.marks.choose, which))
        self.addSeparator()
        texts = {
            Format.PNG: self.tr("Save as a picture…"),
            Format.CSV: self.tr("Save as CSV…"),
            Format.JSON: self.tr("Save as JSON…"),
        }
        for form, text in texts.items():
            self.addAction(text, partial(saver.save_as, form))
        copy = self.addAction(self.tr("Copy the picture"), saver.copy)
        # the chart acts on the key itself: this one is for the menu to show
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        group.triggered.connect(self._on_stack)
        self.aboutToShow.connect(self.offer)
        self.offer()

    def offer(self) -> None:
        """Enable what there is."""
        offered = self._feed.offered()
        everything = self._feed.owner == GLOBAL_KEY
        texts = {
            Stacking.DIRECTION: self.tr("Inlet and export"),
            Stacking.OWNED: self.tr("By client") if everything else self.tr("By tunnel and host"),
            Stacking.PEER: self.tr("By visitor (7 and 30 days)"),
        }
        for stacking, action in self.stacks.items():
            action.setText(texts[stacking])
            action.setEnabled(stacking in offered)
        self.stacks[self._feed.stacking].setChecked(True)

    def layout_kept(self) -> dict[str, Any]:
        """What was chosen, as plain JSON values."""
        return {
            "logarithmic": self.logarithmic.isChecked(),
            "stacked": self._feed.wished.name,
            "marked": [which.name for which, mark in self.marks.items() if mark.isChecked()],
        }

    def restore_layout(self, kept: Any) -> None:
        """Choose what ``layout_kept`` told."""
        if not isinstance(kept, dict):
            return
        self.logarithmic.setChecked(kept.get("logarithmic") is True)
        if kept.get("stacked") in Stacking.__members__:
            self._feed.stack_by(Stacking[kept["stacked"]])
        if isinstance(marked := kept.get("marked"), list):
            for which, mark in self.marks.items():
                mark.setChecked(which.name in marked)

    def _stack(self, stacking: Stacking) -> QAction:
        action = self.addAction("")
        action.setCheckable(True)
        action.setData(stacking)
        return action

    def _on_stack(self, action: QAction) -> None:
        self._feed.stack_by(action.data())
