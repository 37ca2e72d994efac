"""What happens when npsgui itself is wrong: a report that can be copied, once for each cause."""

from __future__ import annotations

import asyncio
import logging
import platform
import sys
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QWidget

from npsgui import __version__
from npsgui.ui.dialog_parts import button, column_in, default_button, row_of, title_label

log = logging.getLogger(__name__)


class CrashWatch(QObject):
    """Catches what nobody caught, in slots and in tasks; ``crashed`` carries the report."""

    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: set[tuple[str, int, str]] = set()

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch the interpreter and this loop from now on."""
        sys.excepthook = self.on_exception
        loop.set_exception_handler(self._on_loop_error)

    def on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Report one exception, if its cause was not reported before. As ``sys.excepthook`` is called."""
        if issubclass(kind, KeyboardInterrupt):
            return
        log.error("A bug in npsgui", exc_info=(kind, error, trace))
        last = traceback.extract_tb(trace)[-1:] if trace is not None else []
        cause = (last[0].filename, last[0].lineno or 0, kind.__name__) if last else ("", 0, repr(error))
        if cause not in self._told:
            self._told.add(cause)
            self.crashed.emit(report("".join(traceback.format_exception(kind, error, trace))))

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.on_exception(type(error), error, error.__traceback__)
        else:
            loop.default_exception_handler(context)


def report(trace: str) -> str:
    """A crash report: what ran where, and how it fell."""
    return f"npsgui {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n{trace}"


class CrashDialog(QDialog):
    """Shows a report; the program goes on behind it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.resize(640, 420)
        title = title_label(self.windowTitle(), self)
        words = QLabel(
            self.tr(
                "This is a fault of npsgui, not yours. Tunnels and counting go on. "
                "Please send the report below to the developers; look it through for anything private first."
            ),
            self,
        )
        words.setWordWrap(True)
        self._report = QPlainTextEdit(text, self)
        self._report.setReadOnly(True)
        self._report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._report.setAccessibleName(self.tr("Report"))
        copy = button(self.tr("Copy report"), self, self._copy)
        close = default_button(self.tr("Close"), self, self.accept)
        layout = column_in(self, 12)
        for part in (title, words, self._report):
            layout.addWidget(part)
        layout.addLayout(row_of(copy, close))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report.toPlainText())
