"""A chart as a picture, with whose it is and what it shows written over it."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.theme import Colors

_SCALE = 2
"""Pixels of the picture in one of the screen: sharp in print."""
_MARGIN, _HEAD = 16, 28


def picture(chart: TrafficChart, title: str, span: str, colors: Colors) -> QImage:
    """What is seen of ``chart``, in the colours of the window."""
    wide, high = chart.width() + 2 * _MARGIN, chart.height() + 2 * _MARGIN + _HEAD
    image = QImage(wide * _SCALE, high * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(colors.surface))
    painter = QPainter(image)
    head = QRectF(_MARGIN, _MARGIN, chart.width(), _HEAD - 8)
    bold = QFont(chart.font())
    bold.setWeight(QFont.Weight.Bold)
    painter.setPen(QColor(colors.muted))
    painter.setFont(chart.font())
    painter.drawText(head, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), span)
    painter.setPen(QColor(colors.text))
    painter.setFont(bold)
    room = head.width() - painter.fontMetrics().horizontalAdvance(span) - _MARGIN
    short = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(room))
    painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), short)
    painter.end()
    chart.pointer.leave()
    place = QPoint(_MARGIN, _MARGIN + _HEAD)
    chart.render(image, place, QRegion(), QWidget.RenderFlag.DrawChildren)
    return image


def as_png(image: QImage) -> bytes:
    """The bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())
