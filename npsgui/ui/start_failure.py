"""Why npsgui cannot start, told in a dialog: who started it from a menu sees no terminal."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel

from npsgui.model.errors import NpsError
from npsgui.ui.asking import asked
from npsgui.ui.dialog_parts import column_in
from npsgui.ui.sentences import Sentences
from npsgui.ui.translation import Translation


class StartFailure(QDialog):
    """Shows the reason, in the system's language: the user's choice may be what cannot be read."""

    def __init__(self, error: NpsError) -> None:
        super().__init__()
        self.setMinimumWidth(440)
        self.setWindowTitle(self.tr("npsgui cannot start"))
        self.reason = QLabel(Sentences(self).of(error), self)
        self.reason.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = column_in(self, 16)
        layout.addWidget(self.reason)
        layout.addWidget(buttons)


async def tell_failure(app: QApplication, error: NpsError) -> None:
    """Show the reason until it is closed."""
    words = Translation(QLocale.system().name(), app)
    app.installTranslator(words)
    try:
        async with asked(StartFailure(error)):
            pass
    finally:
        app.removeTranslator(words)
