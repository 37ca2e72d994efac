"""Brings in pyqtgraph without the tour of Qt that it makes. Everything here imports it from this file.

PySide6 makes a Qt class when it is first asked for. pyqtgraph keeps copies of three of its modules, and asks
for every class there is to fill them: 80 ms and 8 MB at each start (pyqtgraph 0.14, ``Qt/__init__.py``). Here
the copies are empty, and pass on what they are asked for.
"""

from __future__ import annotations

import importlib
import sys
from functools import partial
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets


def _import_lightly() -> Any:
    """pyqtgraph, imported for the first time."""
    listings = [(real, real.__dir__) for real in (QtCore, QtGui, QtWidgets)]
    for real, _ in listings:
        copy = ModuleType(real.__name__.replace("PySide6", "pyqtgraph.Qt"))
        vars(copy)["__getattr__"] = partial(getattr, real)
        sys.modules[copy.__name__] = copy
        vars(real)["__dir__"] = list  # nothing to be copied, while it is imported
    try:
        return importlib.import_module("pyqtgraph")
    finally:
        for real, listing in listings:
            vars(real)["__dir__"] = listing


pg = _import_lightly()
