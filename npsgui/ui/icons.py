"""Icons from SVG files, drawn in a theme's colours. Knows no widget."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from npsgui.app.resources import resource

SIZE = 18
_SCALE = 2
"""Drawn at twice the size, so that a screen of high density shows it sharp."""
_FAINT = 0.35


def icon(name: str, color: str, *, fades: bool = False) -> QIcon:
    """The icon ``name`` drawn in ``color``; ``fades``: faintly where it cannot be used."""
    made = QIcon(_drawn(name, color))
    if fades:
        made.addPixmap(_drawn(name, color, _FAINT), QIcon.Mode.Disabled)
    return made


def app_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(resource("icons/npsgui.svg")))


def _drawn(name: str, color: str, opacity: float = 1.0) -> QPixmap:
    key = f"{name} {color} {opacity}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    svg = resource(f"icons/{name}.svg").read_text("utf-8").replace("currentColor", color)
    pixmap = QPixmap(SIZE * _SCALE, SIZE * _SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(_SCALE)
    QPixmapCache.insert(key, pixmap)
    return pixmap
