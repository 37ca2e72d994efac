"""What the limits in a form would have done to the last period. Reads; edits nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from npsgui.model.configuration import Configuration
from npsgui.model.entities import Owner, OwnerKey
from npsgui.model.errors import NpsError
from npsgui.model.forecast import Forecast
from npsgui.model.hours import zone_of
from npsgui.model.views import Step, Usage
from npsgui.model.what_if import Replay, replay
from npsgui.tasks import spawn
from npsgui.ui.amounts import format_bytes, format_limit
from npsgui.ui.course import amount_of
from npsgui.ui.moments import day_text
from npsgui.ui.theme import Theme

_PAUSE = 150
"""How long the form must rest before it is worked out, ms."""

_MONTH = 30 * 86400
"""What is looked at of an owner without a period before, s."""

_MINUTES = 40 * 86400
"""Longer spans, s, are looked at by the hour."""

Span = tuple[int, int]


class Past(Protocol):
    """The part of Program that it needs."""

    @property
    def configuration(self) -> Configuration:
        """What is in force."""

    def forecast(self, owner: OwnerKey) -> Forecast | None:
        """What to expect of the running period, where that is known by now."""

    async def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets that moved."""


class WhatIf(QFrame):
    """Hidden while there is nothing to look back at."""

    def __init__(self, program: Past, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._program, self._theme = program, theme
        self._owner: Owner | None = None
        self._asked = 0
        self._read: dict[Span, list[Usage]] = {}
        self._zone = zone_of(program.configuration.everything.timezone)
        title, self._text, self._bars = (
            QLabel(self.tr("What if"), self),
            QLabel(self),
            CourseBars(theme, self),
        )
        title.setObjectName("strong")
        self._text.setWordWrap(True)
        self.setObjectName("whatif")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(4)
        for part in (title, self._text, self._bars):
            rows.addWidget(part)
        self.hide()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self._on_rested)

    def consider(self, owner: Owner) -> None:
        """Work out what the limits of ``owner`` would have done, once no more is typed."""
        if owner == self._owner:
            return
        self._owner = owner
        self._rest.start()

    def stop(self) -> None:
        """Nobody looks any more; what is on its way is dropped."""
        self._asked += 1
        self._rest.stop()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def _on_rested(self) -> None:
        if self._owner is not None:
            self._asked += 1
            spawn(self._work_out(self._asked, self._owner), "what if")

    async def _work_out(self, asked: int, owner: Owner) -> None:
        try:
            lived = await self._lived(owner, time.time())
        except NpsError:
            lived = None
        if asked != self._asked:
            return
        self.setVisible(lived is not None)
        if lived is not None:
            self._text.setText(" ".join(self._told(lived, owner)))
            self._bars.show_course(lived.course, owner.limits.quota)

    async def _lived(self, owner: Owner, wall: float) -> Replay | None:
        """The last whole period again, or else the last month; None when nothing moved in either."""
        for span in self._spans(owner, wall):
            step = Step.MINUTE if span[1] - span[0] <= _MINUTES else Step.HOUR
            if span not in self._read:
                self._read[span] = await self._program.history(owner.owner, *span, step)
            if usages := self._read[span]:
                return await asyncio.to_thread(replay, usages, step.seconds, *span, owner.limits)
        return None

    def _spans(self, owner: Owner, wall: float) -> Sequence[Span]:
        usual = self._program.configuration.everything.timezone
        began, _ = owner.limits.period.span(wall, usual)
        now = int(wall) // 3600 * 3600
        month = (now - _MONTH, now)
        if not began:
            return (month,)
        since, _ = owner.limits.period.span(began - 1, usual)
        return (since, began), month

    def _told(self, lived: Replay, owner: Owner) -> Sequence[str]:
        """The sentences: of the quota, of the rates, of the running period."""
        values = {
            "span": self.tr("{first} to {last}").format(
                first=self._day(lived.since), last=self._day(lived.until - 1)
            ),
            "wanted": format_bytes(lived.wanted),
            "refused": format_bytes(lived.refused),
        }
        told = []
        if lived.cut_at is not None:
            at = datetime.fromtimestamp(lived.cut_at, self._zone)
            text = self.tr(
                "{span}: with {quota} it would have been cut on {day} at {time}, refusing {refused}."
            )
            values |= {"day": self._day(lived.cut_at), "time": f"{at:%H:%M}"}
            told.append(text.format(quota=format_limit(owner.limits.quota), **values))
        else:
            told.append(
                self.tr("{span}: {wanted} were carried, and it would not have been cut.").format(**values)
            )
        if lived.slowed:
            text = self.tr("For {minutes} min of them the rates would have held something back.")
            told.append(text.format(minutes=f"{lived.slowed // 60:,}"))
        forecast = self._program.forecast(owner.owner)
        if forecast is not None and forecast.until is not None:
            amount = amount_of(forecast.low, forecast.high)
            told.append(self.tr("The running period is on course for {amount}.").format(amount=amount))
        return told

    def _day(self, moment: int) -> str:
        return day_text(datetime.fromtimestamp(moment, self._zone), self.tr("d MMM"))


class CourseBars(QWidget):
    """A bar for each day, as high as what was carried by its end; what is above the quota is refused."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._course: Sequence[int] = ()
        self._quota = 0
        self.setFixedHeight(64)
        theme.changed.connect(self.update)

    def show_course(self, course: Sequence[int], quota: int) -> None:
        """Show what was carried by then, and the line of the quota; 0 is none."""
        self._course, self._quota = course, quota
        self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bars, and the line over them."""
        colors, most = self._theme.colors, max(self._course, default=0)
        if not most:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width, height = self.width() / len(self._course), self.height() - 4
        line = self.height() - height * self._quota / most
        for at, carried in enumerate(self._course):
            top = self.height() - height * carried / most
            box = QRectF(at * width + 1, top, width - 2, self.height() - top)
            painter.fillRect(box, QColor(colors.accent))
            if self._quota and carried > self._quota:
                painter.fillRect(QRectF(box.left(), top, box.width(), line - top), QColor(colors.bad))
        if 0 < self._quota <= most:
            painter.setPen(QPen(QColor(colors.text), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, line), QPointF(self.width(), line))
        painter.end()
