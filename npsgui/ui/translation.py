"""The texts of the window in another language, from one JSON file: English text to translated text.

A text without a translation stays English.
"""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, QTranslator

from npsgui.app.resources import resource


class Translation(QTranslator):
    """The translation into one language; empty where there is none."""

    def __init__(self, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        file = resource(f"i18n/{language}.json")
        self._texts: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}

    # Qt overrides

    def isEmpty(self) -> bool:  # noqa: N802
        return not self._texts

    def translate(
        self,
        context: str,
        sourceText: str,  # noqa: N803
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        return self._texts.get(sourceText, sourceText)
