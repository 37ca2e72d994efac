"""Brings in pyqtgraph without the tour of Qt that it makes. Everything here imports it from this file.

PySide6 makes a Qt class when it is first asked for. pyqtgraph keeps copies of three of its modules, and asks
for every class there is to fill them: 80 ms and 8 MB at each start (pyqtgraph 0.14, ``Qt/__init__.py``). Here
the copies are empty, and pass on what they are asked for. Qt's OpenGL, which it wants and nobody here
draws with, is not loaded at all: 10 MB on disk, which the bundles leave out.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from types import ModuleType

from PySide6 import QtCore, QtGui, QtWidgets


@contextlib.contextmanager
def _nothing_to_copy() -> Iterator[None]:
    """Lay empty copies where pyqtgraph looks for its own, and show it nothing to fill them with."""
    listings = [(real, real.__dir__) for real in (QtCore, QtGui, QtWidgets)]
    for real, _ in listings:
        copy = ModuleType(real.__name__.replace("PySide6", "pyqtgraph.Qt"))
        vars(copy)["__getattr__"] = partial(getattr, real)
        sys.modules[copy.__name__] = copy
        vars(real)["__dir__"] = list
    stand_ins = {name: ModuleType(name) for name in ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")}
    vars(stand_ins["PySide6.QtOpenGLWidgets"])["QOpenGLWidget"] = type("NoOpenGL", (QtWidgets.QWidget,), {})
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for real, listing in listings:
            vars(real)["__dir__"] = listing
        for name in stand_ins:
            del sys.modules[name]


with _nothing_to_copy():
    import pyqtgraph as pg

__all__ = ["pg"]
