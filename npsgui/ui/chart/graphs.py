"""Brings in pyqtgraph without the tour of Qt that it makes. Everything here imports it from this file.

PySide6 makes a Qt class when it is first asked for. pyqtgraph keeps copies of three of its modules, and asks
for every class there is to fill them: 80 ms and 8 MB at each start (pyqtgraph 0.14, ``Qt/__init__.py``). Here
the copies are empty, and pass on what they are asked for. Not loaded at all is what nobody here draws with:
Qt's OpenGL, 10 MB on disk, which the bundles leave out, and most of pyqtgraph's items and widgets: 30 ms and
7 MB more.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from types import ModuleType

from PySide6 import QtCore, QtGui, QtWidgets

LEFT_OUT = {
    "pyqtgraph": "imageview",
    "pyqtgraph.graphicsItems": """
        ArrowItem BoxplotItem CurvePoint DateAxisItem ErrorBarItem FillBetweenItem GradientEditorItem
        GradientLegend GraphicsLayout GraphItem GridItem HistogramLUTItem ImageItem IsocurveItem
        PColorMeshItem ROI ScaleBar TargetItem VTickGroup""",
    "pyqtgraph.widgets": """
        BusyCursor CheckTable ColorButton ColorMapMenu ColorMapWidget ComboBox DataFilterWidget
        DataTreeWidget DiffTreeWidget FeedbackButton GradientWidget GraphicsLayoutWidget GroupBox
        HistogramLUTWidget JoystickButton LayoutWidget PathButton ProgressDialog RawImageWidget
        RemoteGraphicsView ScatterPlotWidget SpinBox TableWidget TreeWidget ValueLabel VerticalLabel""",
}
"""Modules of pyqtgraph that are not needed, by their package."""


def _stand_ins() -> dict[str, ModuleType]:
    """Modules, by name, in the place of what is left out: empty but for a bare class of the same name."""
    opengl = {name: ModuleType(name) for name in ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")}
    vars(opengl["PySide6.QtOpenGLWidgets"])["QOpenGLWidget"] = type("NoOpenGL", (QtWidgets.QWidget,), {})
    others = {}
    for package, names in LEFT_OUT.items():
        for name in names.split():
            module = others[f"{package}.{name}"] = ModuleType(name)
            vars(module).update({name: type(name, (), {}), "__all__": ()})
    return opengl | others


@contextlib.contextmanager
def _nothing_to_copy() -> Iterator[None]:
    """Lay empty copies where pyqtgraph looks for its own, and show it nothing to fill them with."""
    listings = [(real, real.__dir__) for real in (QtCore, QtGui, QtWidgets)]
    for real, _ in listings:
        copy = ModuleType(real.__name__.replace("PySide6", "pyqtgraph.Qt"))
        vars(copy)["__getattr__"] = partial(getattr, real)
        sys.modules[copy.__name__] = copy
        vars(real)["__dir__"] = list
    stand_ins = _stand_ins()
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
