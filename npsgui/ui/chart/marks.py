"""What happened, marked on a chart: a dotted line with the shape and the word of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from npsgui.model.audit import AuditEvent
from npsgui.ui.chart.graphs import pg
from npsgui.ui.chart.items import Scale
from npsgui.ui.delegates import draw_shape
from npsgui.ui.event_rows import EventColumns, EventLine, look_of
from npsgui.ui.theme import Colors

NEAR = 7.0
"""Marks so close to each other, px, are painted as one; so close to the pointer, they are read out."""
_SHAPE, _GAP = 9.0, 4.0
_GRAVITY = ("muted", "ok", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Mark:
    """One event: when (Unix time, s), how its kind looks and is called, and the whole of it in words."""

    at: float
    shape: str
    token: str
    word: str
    text: str


def marks_of(events: Iterable[AuditEvent], columns: EventColumns) -> list[Mark]:
    """The marks of events, the oldest first."""
    made = (
        Mark(event.at, *look_of(event.what), columns.kind(event.what), columns.said(EventLine(event, 0)))
        for event in events
    )
    return sorted(made, key=lambda mark: mark.at)


class Marks(pg.UIGraphicsItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Those in sight; what would overlap is one line, that looks like the gravest."""

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.colors = colors
        self.marks: list[Mark] = []
        self.font = QFont()
        self.setZValue(4)

    # Qt overrides

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Lines from head to foot, shapes at the head, and words where there is room for them."""
        bounds = self.viewRect()
        seen = [mark for mark in self.marks if bounds.left() <= mark.at <= bounds.right()]
        if not seen:
            return
        scale = Scale.begin(painter)
        head, foot = scale.y * bounds.bottom() + scale.dy, scale.dy
        end = scale.x * bounds.right() + scale.dx
        painter.setFont(self.font)
        clusters = list(_clusters((round(scale.x * mark.at + scale.dx), mark) for mark in seen))
        for (x, marks), following in zip(clusters, [*(place for place, _ in clusters[1:]), end], strict=True):
            gravest = max(marks, key=lambda mark: _GRAVITY.index(mark.token))
            color = getattr(self.colors, gravest.token)
            painter.setPen(QPen(QColor(color), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(x + 0.5, head + _SHAPE, x + 0.5, foot))
            box = QRectF(x - _SHAPE / 2 + 0.5, head, _SHAPE, _SHAPE)
            word = gravest.word if len(marks) == 1 else f"{gravest.word} +{len(marks) - 1}"
            self._paint_word(painter, word, box, following)
            draw_shape(painter, gravest.shape, color, box)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_word(self, painter: QPainter, word: str, box: QRectF, end: float) -> None:
        """Beside the shape in ``box``, on a ground that keeps lines off it, where it ends before ``end``."""
        metrics = QFontMetricsF(self.font)
        wide = metrics.horizontalAdvance(word) + 3 * _GAP
        if box.right() + wide >= end:
            return
        ground = QColor(self.colors.surface)
        ground.setAlphaF(0.85)
        label = QRectF(box.left() - 2, box.top() - 2, _SHAPE + wide, metrics.height() + 2)
        painter.fillRect(label, ground)
        painter.setPen(QColor(self.colors.text))
        painter.drawText(QPointF(box.right() + _GAP, box.top() + metrics.ascent() - 1), word)


def _clusters(placed: Iterable[tuple[int, Mark]]) -> Iterator[tuple[int, list[Mark]]]:
    """Marks that lie within ``NEAR`` of the first of them; where that is, px."""
    place, together = 0, list[Mark]()
    for x, mark in placed:
        if together and x - place <= NEAR:
            together.append(mark)
            continue
        if together:
            yield place, together
        place, together = x, [mark]
    if together:
        yield place, together
