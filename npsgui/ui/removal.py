"""What is asked before owners are deleted: which, and what that costs."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.front import Front
from npsgui.app.rows import remark_of
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.ui.confirm import ConfirmDialog
from npsgui.ui.sentences import Sentences

NAMED = 12
"""How many of the selected owners are named."""


class Removal(QObject):
    """Asks; who wants to know removes."""

    def __init__(self, program: Front, sentences: Sentences, window: QWidget) -> None:
        super().__init__(window)
        self._program = program
        self._sentences = sentences
        self._window = window

    async def is_wanted(self, owners: tuple[OwnerKey, ...]) -> bool:
        """Whether the user agrees to what deleting these costs."""
        names = [self._name(owner) for owner in owners]
        title = self.tr("Delete {name}?").format(name=names[0])
        text = self.tr("It is gone from the configuration at once. Ctrl+Z brings it back while npsgui runs.")
        if len(owners) > 1:
            title = self.tr("Delete these {count}?").format(count=f"{len(owners):,}")
            text = f"{', '.join(names[:NAMED])}{', …' if len(names) > NAMED else ''}"
        return await ConfirmDialog(self._window).ask(title, text, self._costs(owners), self.tr("Delete"))

    def _costs(self, owners: tuple[OwnerKey, ...]) -> list[str]:
        configuration = self._program.configuration
        going = set(owners)
        for owner in owners:
            if owner.kind is OwnerKind.CLIENT:
                going |= {owned.owner for owned in configuration.owned_by(owner.id)}
        tunnels = sum(owner.kind is not OwnerKind.CLIENT for owner in going)
        open_now = sum(row.owner in going for row in self._program.connections())
        costs = []
        if tunnels:
            costs.append(self.tr("Tunnels and hosts that stop: {count}").format(count=f"{tunnels:,}"))
        if open_now:
            costs.append(self.tr("Open connections that are cut off: {count}").format(count=f"{open_now:,}"))
        costs.append(self.tr("The bytes carried so far stay in the ledger."))
        return costs

    def _name(self, owner: OwnerKey) -> str:
        found = self._program.configuration.find(owner)
        return self._sentences.name(remark_of(found), owner)
