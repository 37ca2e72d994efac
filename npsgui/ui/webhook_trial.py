"""The button beneath the settings of alerts that posts a test to the webhook, and what came of it."""

from __future__ import annotations

import shiboken6
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from npsgui.app.front import AlertDesk
from npsgui.model.errors import NpsError
from npsgui.tasks import spawn
from npsgui.ui.dialog_parts import button
from npsgui.ui.field_rows import say
from npsgui.ui.sentences import Sentences


class WebhookTrial(QWidget):
    """Posts by the program that posts alerts: of an attached window that is the service."""

    def __init__(self, desk: AlertDesk, sentences: Sentences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._sentences = sentences
        self.button = button(self.tr("Send a test"), self, self._on_clicked)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 12)
        row.setSpacing(12)
        row.addWidget(self.button)
        row.addWidget(self.said, 1)

    def _on_clicked(self) -> None:
        self.button.setEnabled(False)
        say(self.said, self.tr("Sending…"), "hint")
        spawn(self._try(), "webhook test")

    async def _try(self) -> None:
        said, style = self.tr("The webhook has taken it."), "good"
        try:
            await self._desk.try_webhook()
        except NpsError as error:
            said, style = self._sentences.of(error), "bad"
        if shiboken6.isValid(self):
            self.button.setEnabled(True)
            say(self.said, said, style)
