"""Saves what is seen of a chart, as a picture or as numbers, where the user says; or copies the picture."""

from __future__ import annotations

import asyncio
import enum
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from npsgui.app.saving import save
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn
from npsgui.ui.asking import asked
from npsgui.ui.chart.chart import TrafficChart
from npsgui.ui.chart.feed import ChartFeed
from npsgui.ui.chart.picture import as_png, picture
from npsgui.ui.chart.sheet import Happened, Sheet, as_csv, as_json
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.moments import Moments
from npsgui.ui.sentences import Sentences
from npsgui.ui.theme import Theme


class Format(enum.StrEnum):
    """What a chart is saved as; the value is how the file's name ends."""

    PNG = "png"
    CSV = "csv"
    JSON = "json"


class ChartSaver(QObject):
    """Acts on one chart."""

    failed = Signal(str)
    """Why something was not saved, in words."""

    def __init__(self, theme: Theme, chart: TrafficChart, feed: ChartFeed) -> None:
        super().__init__(chart)
        self._theme, self._chart, self._feed = theme, chart, feed
        self._sentences, self._moments = Sentences(self), Moments(self)

    def save_as(self, form: Format) -> asyncio.Task[None]:
        """Ask where, and write it there: what is seen at this moment."""
        return spawn(self._ask_and_write(form, self._content(form)), "save chart")

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self._picture())

    async def write(self, path: Path, content: bytes) -> None:
        """Write a file; tells when it cannot be."""
        try:
            await asyncio.to_thread(save, path, content)
        except NpsError as error:
            self.failed.emit(self._sentences.of(error))

    async def _ask_and_write(self, form: Format, content: bytes) -> None:
        window = self._chart.window()
        path = await SaveDialog(form, self._file_name(form), window).ask()
        if path is None:
            return
        if path.exists():
            title = self.tr("Replace {name}?").format(name=path.name)
            text = self.tr("{folder} has such a file already.").format(folder=path.parent)
            if not await ConfirmDialog(window).ask(title, text, [], self.tr("Replace")):
                return
        await self.write(path, content)

    def _content(self, form: Format) -> bytes:
        if form is Format.PNG:
            return as_png(self._picture())
        write: Callable[[Sheet], str] = as_csv if form is Format.CSV else as_json
        # spreadsheets take a file without the mark for one in the code page of their country
        return write(self.sheet()).encode("utf-8-sig" if form is Format.CSV else "utf-8")

    def sheet(self) -> Sheet:
        """What is seen, in numbers."""
        chart, view = self._chart, self._chart.view
        history = chart.figure.history
        gaps = history.gaps if history is not None else []
        return Sheet(
            owner=str(self._feed.owner),
            name=self._feed.name,
            since=view.left,
            until=view.right,
            rows=chart.figure.rows(view, self.tr("others")),
            gaps=[gap for gap in gaps if gap[0] < view.right and gap[1] > view.left],
            events=[
                Happened(mark.at, mark.word, mark.text)
                for mark in chart.plot.marks.marks
                if view.left <= mark.at <= view.right
            ],
        )

    def _picture(self) -> QImage:
        view = self._chart.view
        title = self._sentences.name(self._feed.name, self._feed.owner) if self._feed.owner else ""
        span = self._moments.span(view.left, view.right, None)
        return picture(self._chart, title, span, self._theme.colors)

    def _file_name(self, form: Format) -> str:
        name = self._feed.name or str(self._feed.owner)
        plain = re.sub(r"[^\w.()-]+", "-", name).strip("-.") or "chart"
        return f"{plain[:60]}-{datetime.fromtimestamp(self._chart.view.right):%Y-%m-%d}.{form}"


class SaveDialog(QFileDialog):
    """Asks where a chart is to be saved. Whether a file is to be replaced, its caller asks."""

    def __init__(self, form: Format, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save the chart"))
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        # Qt's own question is a loop within the loop, which asyncio does not survive
        self.setOption(QFileDialog.Option.DontConfirmOverwrite)
        self.setDefaultSuffix(form)
        names = {
            Format.PNG: self.tr("Pictures"),
            Format.CSV: self.tr("Tables"),
            Format.JSON: self.tr("JSON files"),
        }
        self.setNameFilter(f"{names[form]} (*.{form})")
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        if Path(documents).is_dir():
            self.setDirectory(documents)
        self.selectFile(name)

    async def ask(self) -> Path | None:
        """Show the dialog; the file, or None if the user cancelled."""
        async with asked(self) as accepted:
            return Path(self.selectedFiles()[0]) if accepted else None
