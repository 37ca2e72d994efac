"""The keys of a chart, while its plot has the focus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent


@dataclass(frozen=True, slots=True)
class Act:
    """What a key does. While it is not ``wanted`` the key is the window's."""

    do: Callable[[], None]
    wanted: Callable[[], bool] = lambda: True


SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier

Keys = Mapping[tuple[Qt.Key, Qt.KeyboardModifier], Act]

_SHIFTED = {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus}
"""Whether they need Shift depends on the keyboard."""


class ChartKeys(QObject):
    """Acts on a plot's keys before the window's shortcuts do."""

    def __init__(self, plot: QObject, keys: Keys) -> None:
        super().__init__(plot)
        self._keys = keys
        plot.installEventFilter(self)

    def _act(self, event: QKeyEvent) -> Act | None:
        key = Qt.Key(event.key())
        held = event.modifiers() & (SHIFT | CTRL | Qt.KeyboardModifier.AltModifier)
        act = self._keys.get((key, PLAIN if key in _SHIFTED else held))
        return act if act is not None and act.wanted() else None

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that are the chart's; the others go on to the window."""
        if not isinstance(event, QKeyEvent) or (act := self._act(event)) is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            act.do()
            return True
        return False
