"""The colours of the window, as tokens, in two themes. Knows no widget.

Source: look.md. Everything that paints asks the ``Theme`` for a token and repaints on ``changed``.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


class ThemeMode(enum.StrEnum):
    """Which theme the user wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """One theme's tokens, as ``#RRGGBB``."""

    window: str
    surface: str
    sunken: str
    line: str
    text: str
    muted: str
    accent: str
    accent_wash: str
    on_accent: str
    """Text on the accent colour."""
    inlet: str
    export: str
    series: tuple[str, ...]
    """Parts that are stacked, from below; every two of them can be told apart by the colour-blind."""
    ok: str
    warn: str
    bad: str

    def of_parts(self, names: Sequence[str]) -> tuple[str, ...]:
        """Of the parts of a stack, from below, the others' last; without names, of inlet and export."""
        return (*self.series[: len(names) - 1], self.muted) if names else (self.inlet, self.export)


LIGHT = Colors(
    window="#F6F7F9",
    surface="#FFFFFF",
    sunken="#EEF0F3",
    line="#E1E4E9",
    text="#1B1F24",
    muted="#5F6B7A",
    accent="#2563EB",
    accent_wash="#E6EEFD",
    on_accent="#FFFFFF",
    inlet="#0F7CB5",
    export="#C2780C",
    series=("#2A8FF0", "#948E11", "#803C9F", "#1F7F39", "#2420D8", "#39322E"),
    ok="#15803D",
    warn="#B45309",
    bad="#C02626",
)

DARK = Colors(
    window="#15181D",
    surface="#1C2027",
    sunken="#12151A",
    line="#2B313A",
    text="#E7EAEE",
    muted="#9AA5B3",
    accent="#7AA2FF",
    accent_wash="#22304D",
    on_accent="#10131A",
    inlet="#4FB3E8",
    export="#F2B866",
    series=("#41A7FF", "#F4EE5A", "#8A3CF0", "#4FE39A", "#D0445A", "#DF8A1E"),
    ok="#4ADE80",
    warn="#FBBF24",
    bad="#F87171",
)


class Theme(QObject):
    """The theme in force. ``changed`` is emitted after ``colors`` has."""

    changed = Signal()

    def __init__(self, dark: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colors = DARK if dark else LIGHT

    def set_dark(self, dark: bool) -> None:
        """Put the dark or the light theme in force."""
        colors = DARK if dark else LIGHT
        if colors is not self.colors:
            self.colors = colors
            self.changed.emit()
