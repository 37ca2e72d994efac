"""What stands around a chart: the legend under it and the range buttons above it. Holds no data."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from npsgui.ui.chart_data import Range
from npsgui.ui.theme import Theme


class Legend(QWidget):
    """The two colours with their names, and a sentence on the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._swatches = []
        for name, meaning in (
            (self.tr("inlet"), self.tr("From visitor to target")),
            (self.tr("export"), self.tr("From target to visitor")),
        ):
            swatch, label = QFrame(self), QLabel(name, self)
            swatch.setFixedSize(6, 12)
            label.setToolTip(meaning)
            self._swatches.append(swatch)
            row.addWidget(swatch)
            row.addWidget(label)
            row.addSpacing(8)
        self._sentence = QLabel(self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setMinimumWidth(0)
        row.addWidget(self._sentence, 1)
        self._recolour()
        theme.changed.connect(self._recolour)

    def say(self, sentence: str) -> None:
        """Show a sentence beside the legend."""
        self._sentence.setText(sentence)
        self._sentence.setToolTip(sentence)

    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def _recolour(self) -> None:
        colors = self._theme.colors
        self.setStyleSheet(f"QLabel {{ background: transparent; color: {colors.text}; font-size: 13px; }}")
        for swatch, color in zip(self._swatches, (colors.inlet, colors.export), strict=True):
            swatch.setStyleSheet(f"background: {color}; border-radius: 1px;")


class RangeBar(QWidget):
    """The range buttons, one of them down."""

    chosen = Signal(object)
    """A Range."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        self._ranges = list(Range)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        names = {
            Range.LIVE: self.tr("Live"),
            Range.HOUR: self.tr("1 h"),
            Range.SIX_HOURS: self.tr("6 h"),
            Range.DAY: self.tr("24 h"),
            Range.WEEK: self.tr("7 d"),
            Range.MONTH: self.tr("30 d"),
            Range.YEAR: self.tr("1 y"),
        }
        for index, span in enumerate(self._ranges):
            button = QPushButton(names[span], self)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedHeight(28)
            button.setProperty("end", {0: "left", len(self._ranges) - 1: "right"}.get(index, ""))
            button.setAccessibleName(self.tr("Show {range}").format(range=names[span]))
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idClicked.connect(self._on_clicked)
        self._recolour()
        theme.changed.connect(self._recolour)

    def set_range(self, span: Range) -> None:
        """Press the button of ``span``, without a signal."""
        self._group.button(self._ranges.index(span)).setChecked(True)

    def _on_clicked(self, index: int) -> None:
        self.chosen.emit(self._ranges[index])

    def _recolour(self) -> None:
        c = self._theme.colors
        self.setStyleSheet(
            f"QPushButton {{ background: {c.surface}; color: {c.muted}; border: 1px solid {c.line}; "
            "border-left-width: 0; border-radius: 0; padding: 0 11px; min-width: 0; min-height: 26px; "
            "font-size: 13px; font-weight: 400; }"
            'QPushButton[end="left"] { border-left-width: 1px; border-top-left-radius: 6px; '
            "border-bottom-left-radius: 6px; }"
            'QPushButton[end="right"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; }'
            f"QPushButton:hover {{ background: {c.sunken}; color: {c.text}; }}"
            f"QPushButton:checked {{ background: {c.accent_wash}; color: {c.accent}; font-weight: 600; }}"
            f"QPushButton:focus {{ border-top-color: {c.accent}; border-bottom-color: {c.accent}; }}"
        )
