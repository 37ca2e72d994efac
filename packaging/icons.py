"""Renders the program's icon in the sizes that a platform wants.

Usage: icons.py SVG TARGET    TARGET: a .png, with {size} in its name for one of each size, .ico or .icns
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HICOLOR = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
LARGEST = {".ico": 256, ".icns": 512}


def rendered(svg: str, size: int) -> QImage:
    """The icon as a picture of ``size`` pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(svg).render(painter, QRectF(image.rect()))
    painter.end()
    return image


def main(svg: str, target: str) -> None:
    """Write the icon to ``target``. Exits where Qt cannot write such a file."""
    size = LARGEST.get(Path(target).suffix)
    for pixels in [size] if size else HICOLOR:
        path = Path(target.format(size=pixels))
        path.parent.mkdir(parents=True, exist_ok=True)
        if not rendered(svg, pixels).save(str(path)):
            sys.exit(f"{path} could not be written")


if __name__ == "__main__":
    main(*sys.argv[1:])
