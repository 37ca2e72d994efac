"""What the tests of the window share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from npsgui.ui.translation import Translation


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[Translation]:
    """The window's language is Simplified Chinese."""
    words = Translation("zh_CN")
    qapp.installTranslator(words)
    yield words
    qapp.removeTranslator(words)
