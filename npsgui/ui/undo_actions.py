"""Undo and redo, in the menu and on their keys, named by what they would do. Emits; the window decides."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from npsgui.model.views import Steps
from npsgui.ui.sentences import Sentences


class UndoActions(QObject):
    """Two actions that work in the whole window; a text field that is edited undoes its own typing first."""

    def __init__(self, sentences: Sentences, window: QWidget) -> None:
        super().__init__(window)
        self._sentences = sentences
        self.undo = QAction(self)
        self.redo = QAction(self)
        self.undo.setShortcut(QKeySequence("Ctrl+Z"))
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        window.addActions([self.undo, self.redo])
        self.show_steps(Steps())

    def show_steps(self, steps: Steps) -> None:
        """Say what each would do; one that would do nothing is disabled."""
        self.undo.setEnabled(steps.undo is not None)
        self.redo.setEnabled(steps.redo is not None)
        self.undo.setText(self.tr("Undo"))
        self.redo.setText(self.tr("Redo"))
        if steps.undo is not None:
            self.undo.setText(self.tr("Undo: {what}").format(what=self._sentences.of(steps.undo)))
        if steps.redo is not None:
            self.redo.setText(self.tr("Redo: {what}").format(what=self._sentences.of(steps.redo)))
