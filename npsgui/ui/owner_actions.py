"""What can be done with the selected owners: one list for the toolbar, the menu and the keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.flow_rows import Line
from npsgui.ui.table_view import TableView


class OwnerActions(QObject):
    """Asks; each signal carries the owners as they were selected at that moment."""

    edit_asked = Signal(object)
    """A tuple of OwnerKeys to edit, together if they are several."""
    duplicate_asked = Signal(object)
    """The OwnerKey to make another of."""
    remove_asked = Signal(object)
    """A tuple of OwnerKeys."""
    enable_asked = Signal(object, bool)
    """A tuple of OwnerKeys, and whether they are wanted to run."""
    tunnel_asked = Signal(int)
    """A new tunnel for the client with this id."""
    host_asked = Signal(int)
    """A new host for it."""
    connect_asked = Signal(int)
    """To be told how an agent is connected for it."""
    client_asked = Signal(object)
    """The OwnerKey of the client that owns the selected tunnel or host."""

    def __init__(self, view: TableView[Line], kind: OwnerKind) -> None:
        super().__init__(view)
        self._view = view
        self._start = self._action(self.tr("Start"), "player-play", partial(self._enable, True))
        self._stop = self._action(self.tr("Stop"), "player-stop", partial(self._enable, False))
        self._edit = self._action(self.tr("Edit…"), "pencil", self._on_edit, "F2")
        self._duplicate = self._action(self.tr("Duplicate…"), "copy", self._on_duplicate, "Ctrl+D")
        self._remove = self._action(self.tr("Delete…"), "trash", self._on_remove, "Del")
        self._copy = self._action(self.tr("Copy"), "", view.copy, "Ctrl+C")
        of_client = (
            (self.tr("New tunnel…"), self.tunnel_asked),
            (self.tr("New host…"), self.host_asked),
            (self.tr("Connect an agent…"), self.connect_asked),
        )
        self._of_client = [
            self._action(text, "", partial(self.ask_for_client, asked))
            for text, asked in (of_client if kind is OwnerKind.CLIENT else ())
        ]
        self._client = self._action(self.tr("Show its client"), "", self._on_client)
        self._client.setVisible(kind is not OwnerKind.CLIENT)
        self.bar = [self._start, self._stop, self._edit, self._duplicate, self._remove]
        """Those that have a button."""
        view.edit_asked.connect(self._on_edit)
        view.duplicate_asked.connect(self._on_duplicate)
        view.remove_asked.connect(self._on_remove)
        view.menu_asked.connect(self.show_menu)

    def owners(self) -> tuple[OwnerKey, ...]:
        """The selected owners."""
        return tuple(line.flow.owner for line in self._view.selected())

    def refresh(self) -> None:
        """Offer what can be done with the selection as it is now."""
        chosen = self._view.selected()
        wanted = {getattr(line.owner, "enabled", False) for line in chosen}
        self._start.setEnabled(False in wanted)
        self._stop.setEnabled(True in wanted)
        for action in (self._edit, self._remove, self._copy):
            action.setEnabled(bool(chosen))
        for action in (self._duplicate, self._client, *self._of_client):
            action.setEnabled(len(chosen) == 1)

    def show_menu(self, at: QPoint) -> None:
        """Open the context menu at a point of the screen."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self._start, self._stop])
        menu.addSeparator()
        menu.addActions([self._edit, self._duplicate, self._remove])
        menu.addSeparator()
        menu.addActions([*self._of_client, self._client, self._copy])
        menu.addMenu(self._view.columns_menu(menu))
        menu.popup(at)

    def ask_for_client(self, asked: SignalInstance) -> None:
        """Emit a signal with the id of the selected client."""
        chosen = self.owners()
        if len(chosen) == 1:
            asked.emit(chosen[0].id)

    def _action(self, text: str, icon_name: str, slot: Callable[[], None], key: str = "") -> QAction:
        action = QAction(text, self)
        action.setData(icon_name)
        action.setToolTip(f"{text} ({key})" if key else text)
        # the table acts on its keys itself: this one is for the menu to show
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcut(key)
        action.triggered.connect(lambda: slot())
        return action

    def _enable(self, wanted: bool) -> None:
        self.enable_asked.emit(self.owners(), wanted)

    def _on_client(self) -> None:
        chosen = self._view.selected()
        if len(chosen) == 1:
            self.client_asked.emit(OwnerKey(OwnerKind.CLIENT, chosen[0].flow.client))

    def _on_edit(self) -> None:
        chosen = self.owners()
        if chosen:
            self.edit_asked.emit(chosen)

    def _on_duplicate(self) -> None:
        chosen = self.owners()
        if len(chosen) == 1:
            self.duplicate_asked.emit(chosen[0])

    def _on_remove(self) -> None:
        chosen = self.owners()
        if chosen:
            self.remove_asked.emit(chosen)
