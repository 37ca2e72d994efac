"""Paints a state as shape, colour and word, and a quota as a bar with its percentage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from npsgui.model.views import FlowRow, Health, State
from npsgui.ui.table_view import PADDING, Cell, RowDelegate, TableView
from npsgui.ui.theme import Colors, Theme

FlowOf = Callable[[Any], FlowRow]

_SHAPE = 10
_BAR, _LEAST_BAR, _PERCENT, _BYTES, _LEAST_BYTES = 84, 48, 52, 132, 60
_TRACK = 64
"""How opaque what is left of a bar is, of 255: it shows on a chosen row, too."""
_QUIET = frozenset({State.STOPPED, State.OUTSIDE_HOURS})


def shape_of(state: State | Health, colors: Colors) -> tuple[str, str]:
    """The shape and the colour that stand for a state: never the colour alone."""
    return {
        State.RUNNING: ("circle", colors.ok),
        State.NEAR_QUOTA: ("triangle", colors.warn),
        State.THROTTLED: ("diamond", colors.warn),
        State.OVER_QUOTA: ("square", colors.bad),
        State.OUTSIDE_HOURS: ("ring", colors.muted),
        State.EXPIRED: ("square", colors.bad),
        State.FAILED: ("square", colors.bad),
        State.STOPPED: ("ring", colors.muted),
        State.OFFLINE: ("ring", colors.muted),
        State.WAITING: ("diamond", colors.warn),
        Health.OK: ("circle", colors.ok),
        Health.BEHIND: ("triangle", colors.warn),
        Health.FAILED: ("square", colors.bad),
    }[state]


def draw_shape(painter: QPainter, shape: str, color: str, box: QRectF) -> None:
    """Draw one of the state shapes in ``box``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    if shape == "circle":
        painter.drawEllipse(box)
    elif shape == "ring":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(color), 1.5))
        painter.drawEllipse(box.adjusted(0.75, 0.75, -0.75, -0.75))
    elif shape == "square":
        painter.drawRoundedRect(box, 1.5, 1.5)
    else:
        middle = box.center()
        points = [QPointF(middle.x(), box.top()), box.bottomRight(), box.bottomLeft()]
        if shape == "diamond":
            points = [
                QPointF(middle.x(), box.top()),
                QPointF(box.right(), middle.y()),
                QPointF(middle.x(), box.bottom()),
                QPointF(box.left(), middle.y()),
            ]
        painter.drawPolygon(QPolygonF(points))


def draw_share(painter: QPainter, share: float, near: bool, box: QRectF, colors: Colors) -> None:
    """Draw a part of a whole as a round bar; its colour says how near the end is."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    track = QColor(colors.muted)
    track.setAlpha(_TRACK)
    painter.setBrush(track)
    radius = box.height() / 2
    painter.drawRoundedRect(box, radius, radius)
    if share > 0:
        painter.setBrush(QColor(colors.bad if share >= 1 else colors.warn if near else colors.accent))
        filled = QRectF(box)
        filled.setWidth(max(box.height(), box.width() * min(share, 1.0)))
        painter.drawRoundedRect(filled, radius, radius)


def bar_width(cell: float) -> float:
    """Of a quota, px, in a cell so wide: it gives way to the bytes, then to the percentage."""
    room = cell - 2 * PADDING - 10 - _PERCENT
    return max(min(_BAR, room, max(room - _BYTES, _LEAST_BAR)), _SHAPE)


class _FlowDelegate(RowDelegate):
    def __init__(self, theme: Theme, flow_of: FlowOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._flow_of = flow_of


class StateDelegate(_FlowDelegate):
    """A shape, a colour and a word."""

    def draw(self, cell: Cell, row: Any, text: str) -> None:
        state = self._flow_of(row).state
        shape, color = shape_of(state, self._theme.colors)
        top = cell.box.center().y() - _SHAPE / 2
        draw_shape(cell.painter, shape, color, QRectF(cell.box.left() + PADDING, top, _SHAPE, _SHAPE))
        muted = self._theme.colors.muted if state in _QUIET else ""
        cell.write(text, PADDING + _SHAPE + 8, muted)

    def beside(self, row: Any) -> int:
        return _SHAPE + 8


class QuotaDelegate(_FlowDelegate):
    """How much of the quota is used: a bar, the percentage, the bytes. Unlimited is a word."""

    def beside(self, row: Any) -> int:
        return _BAR + _PERCENT if self._flow_of(row).quota else 0

    def draw(self, cell: Cell, row: Any, text: str) -> None:
        flow, colors = self._flow_of(row), self._theme.colors
        if not flow.quota:
            cell.write(text, color=colors.muted)
            return
        wide = bar_width(cell.box.width())
        bar = QRectF(cell.box.left() + PADDING, cell.box.center().y() - 3, wide, 6)
        draw_share(cell.painter, flow.share, flow.near, bar, colors)
        percent, _, used = text.partition("  ")
        left = PADDING + wide + 10
        cell.write(percent, left)
        if cell.box.width() - left - _PERCENT - PADDING >= _LEAST_BYTES:
            cell.write(used, left + _PERCENT, colors.muted)


def show_flows(view: TableView[Any], theme: Theme, flow_of: FlowOf) -> None:
    """Paint the columns ``state`` and ``quota`` of a table of flows."""
    names = [column.name for column in view.table.columns]
    view.setItemDelegateForColumn(names.index("state"), StateDelegate(theme, flow_of, view))
    view.setItemDelegateForColumn(names.index("quota"), QuotaDelegate(theme, flow_of, view))
