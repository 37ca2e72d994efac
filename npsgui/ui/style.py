"""The style sheet, and the palette that colours it. Colours live in ``theme.py``, shapes here.

What stands out is of weight 700: below that, a Chinese font without a bold face is not emboldened.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QDir
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from npsgui.app.resources import resource
from npsgui.ui.theme import DARK, Colors

_FAMILIES = [
    "Segoe UI",
    "SF Pro Text",
    "Inter",
    "Noto Sans",
    "DejaVu Sans",
    "Microsoft YaHei UI",
    "PingFang SC",
    "Noto Sans CJK SC",
]


def font() -> QFont:
    """The body font: 13 px, digits of one width, with Chinese from what the system has."""
    made = QFont(QFont().defaultFamily())
    made.setFamilies([made.defaultFamily(), *_FAMILIES])
    made.setPixelSize(13)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


_ROLE = QPalette.ColorRole

_ROLES = {
    "window": _ROLE.Window,
    "surface": _ROLE.Base,
    "sunken": _ROLE.AlternateBase,
    "line": _ROLE.Mid,
    "text": _ROLE.Text,
    "muted": _ROLE.PlaceholderText,
    "accent": _ROLE.Accent,
    "accent_wash": _ROLE.Highlight,
    "on_accent": _ROLE.BrightText,
    "ok": _ROLE.LinkVisited,
    "warn": _ROLE.Midlight,
    "bad": _ROLE.Shadow,
}
"""Where the palette has each token that the style sheet names."""

_MORE_ROLES = {
    _ROLE.Button: "surface",
    _ROLE.ToolTipBase: "surface",
    _ROLE.WindowText: "text",
    _ROLE.ButtonText: "text",
    _ROLE.ToolTipText: "text",
    _ROLE.HighlightedText: "text",
    _ROLE.Link: "accent",
}
"""What Qt asks for besides."""


def put_on(app: QApplication, colors: Colors) -> None:
    """Put these colours in force for every widget that is polished from now on."""
    QDir.setSearchPaths("theme", [str(resource("icons/dark" if colors is DARK else "icons/light"))])
    app.setPalette(_palette(colors))


def _palette(colors: Colors) -> QPalette:
    made = QPalette()
    for token, role in _ROLES.items():
        made.setColor(role, QColor(getattr(colors, token)))
    for role, token in _MORE_ROLES.items():
        made.setColor(role, QColor(getattr(colors, token)))
    for role in (_ROLE.Text, _ROLE.WindowText, _ROLE.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.muted))
    return made


def style_sheet() -> str:
    """The style sheet of the whole program, in any theme: its colours are the palette's."""
    text = _SHEET.replace("@icons", resource("icons").as_posix())
    for token, role in _ROLES.items():
        named = re.sub(r"(?<!^)(?=[A-Z])", "-", role.name).lower()
        text = text.replace(f"@{token};", f"palette({named});")
    return text


_SHEET = """
QWidget { color: @text; placeholder-text-color: @muted; }
QMainWindow, QDialog { background: @window; }
QToolTip { background: @surface; color: @text; border: 1px solid @line; padding: 6px 8px; }

QFrame#card { background: @surface; border: 1px solid @line; border-radius: 8px; }
QFrame#line { background: @line; border: none; min-height: 1px; max-height: 1px; }
QFrame#sidebar { background: @window; border: none; border-right: 1px solid @line; }
QFrame#bar { background: @sunken; border: none; border-top: 1px solid @line; }
QFrame#whatif { background: @accent_wash; border: none; border-radius: 8px; }
QFrame#tour { background: @surface; border: 1px solid @accent; border-radius: 8px; }
QFrame#pointer { background: transparent; border: 2px solid @accent; border-radius: 8px; }
QFrame#notice { background: @accent_wash; border: none; border-bottom: 1px solid @line; }
QLabel#title { font-size: 20px; font-weight: 700; }
QLabel#brand, QLabel#heading { font-size: 15px; font-weight: 700; }
QLabel#caption { font-size: 11px; font-weight: 700; color: @muted; }
QLabel#hint { font-size: 12px; color: @muted; }
QLabel#muted { color: @muted; }
QLabel#good { color: @ok; font-size: 12px; font-weight: 700; }
QLabel#warn { color: @warn; font-size: 12px; }
QLabel#bad { color: @bad; font-size: 12px; }
QLabel#strong { font-weight: 700; }

QPushButton { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 0 12px;
  min-height: 30px; max-height: 30px; }
QPushButton:hover { background: @sunken; }
QPushButton:pressed { background: @line; }
QPushButton:focus { border: 1px solid @accent; }
QPushButton:disabled { color: @muted; background: @window; }
QPushButton#primary, QPushButton:default { background: @accent; border-color: @accent; color: @on_accent; }
QPushButton#primary { font-weight: 700; }
QPushButton#primary:hover, QPushButton:default:hover { background: @accent; border-color: @text; }
QPushButton#primary:focus { border: 2px solid @text; }
QPushButton#primary:disabled, QPushButton:default:disabled {
  background: @line; border-color: @line; color: @muted; }
QPushButton#danger { background: @bad; border-color: @bad; color: @on_accent; font-weight: 700; }
QPushButton#danger:focus { border: 2px solid @text; }
QPushButton#flat, QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; }
QToolButton { min-width: 30px; min-height: 30px; max-height: 30px; }
QToolButton:checked { background: @accent_wash; border: 1px solid @accent; }
QToolButton:disabled { color: @muted; }
QLineEdit QToolButton { min-width: 0; min-height: 0; }
QPushButton#flat { text-align: left; padding: 0 8px; }
QPushButton#flat:hover, QToolButton:hover { background: @sunken; }
QPushButton#flat:focus, QToolButton:focus { border: 1px solid @accent; }
QFrame#bar QPushButton#flat { min-height: 24px; max-height: 24px; }
QFrame#bar QPushButton#flat:hover { background: @line; }
QFrame#bar QPushButton#flat { font-size: 12px; color: @muted; }
QFrame#bar QPushButton#flat:checked { color: @accent; font-weight: 700; }
QFrame#bar QLabel { font-size: 12px; }
QPushButton::menu-indicator { width: 0; image: none; }

QPushButton#door { background: transparent; border: 1px solid transparent; text-align: left; padding: 0 10px;
  min-height: 32px; max-height: 32px; }
QPushButton#door:hover { background: @sunken; }
QPushButton#door:checked { background: @accent_wash; color: @accent; font-weight: 700; }
QPushButton#door:focus { border: 1px solid @accent; }
QPushButton#door QLabel { color: @muted; background: transparent; }

QPushButton#tab { background: transparent; border: none; border-bottom: 2px solid transparent;
  border-radius: 0; color: @muted; padding: 0; min-height: 32px; max-height: 32px; }
QPushButton#tab:hover { color: @text; }
QPushButton#tab:checked { color: @accent; border-bottom-color: @accent; font-weight: 700; }
QPushButton#tab:focus { background: @sunken; }

QWidget#ranges QPushButton { color: @muted; border-left-width: 0; border-radius: 0; padding: 0 9px;
  min-height: 26px; }
QWidget#ranges QPushButton[end="left"] { border-left-width: 1px;
  border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QWidget#ranges QPushButton[end="right"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; }
QWidget#ranges QPushButton:hover { background: @sunken; color: @text; }
QWidget#ranges QPushButton:checked { background: @accent_wash; color: @accent; font-weight: 700; }
QWidget#ranges QPushButton:focus { border-top-color: @accent; border-bottom-color: @accent; }
QFrame#strip { background: @accent_wash; border: none; border-radius: 6px; }
QFrame#readOut { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame#readOut QLabel { font-size: 12px; }
QFrame#readOut QLabel#time { font-weight: 700; }
QFrame#readOut QLabel#exact { color: @muted; }
QLabel#empty { background: @surface; color: @muted; padding: 4px 8px; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox, QDateTimeEdit {
  background: @surface; border: 1px solid @line; border-radius: 6px; padding: 0 8px;
  selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit, QAbstractSpinBox, QComboBox, QDateTimeEdit { min-height: 30px; max-height: 30px; }
QPlainTextEdit, QTextEdit { padding: 6px 8px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus,
QDateTimeEdit:focus { border: 1px solid @accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { background: @sunken; color: @muted; }
QAbstractSpinBox { padding: 0; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; padding: 0 8px; min-height: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
  border: none; background: transparent; width: 20px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @sunken; }
QAbstractSpinBox::up-arrow { image: url(@icons/chevron-up.svg); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url(@icons/chevron-down.svg); width: 12px; height: 12px; }
QComboBox { padding: 0 9px; combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(@icons/chevron-down.svg); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line; outline: none; padding: 4px; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 6px; border-radius: 4px; color: @text; }
QComboBox QAbstractItemView::item:selected { background: @accent_wash; color: @text; }

QTextBrowser { background: @surface; border: 1px solid @line; border-radius: 8px; padding: 12px 16px; }
QCheckBox { min-height: 32px; spacing: 8px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid @muted; border-radius: 4px;
  background: @surface; }
QCheckBox::indicator:hover { border-color: @text; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(theme:check.svg); }
QCheckBox::indicator:focus { border: 2px solid @accent; width: 14px; height: 14px; }
QCheckBox::indicator:checked:focus { border-color: @text; }

QTableView { background: transparent; border: none; outline: none; gridline-color: transparent;
  selection-background-color: @accent_wash; selection-color: @text; }
QAbstractScrollArea::corner { background: transparent; }
QHeaderView { background: transparent; border: none; border-bottom: 1px solid @line; }
QHeaderView::section { background: transparent; color: @muted; border: none;
  padding: 0 10px; font-size: 12px; font-weight: 700; height: 34px; }
QHeaderView::section:hover { color: @text; }
QHeaderView::up-arrow, QHeaderView::down-arrow { width: 0; height: 0; }

QMenu { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @accent_wash; }
QMenu::item:disabled { color: @muted; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 4px; margin: 1px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QScrollArea, QStackedWidget { background: transparent; border: none; }
"""
