"""The field of an address to listen on: who can reach it, in words."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from npsgui.app.interfaces import own_addresses
from npsgui.model.entities import Owner
from npsgui.model.listening import is_loopback, is_wildcard
from npsgui.ui.field_rows import Field
from npsgui.ui.inputs import ChoiceOr
from npsgui.ui.limit_hints import Hint


class BindFields(QObject):
    """Makes the field, in the user's language."""

    def field(self, word: str, label: str) -> Field:
        """The field of this word."""
        return Field(word, label, make=self.make_input, advise=partial(self._advise, word))

    def make_input(self, text: str, parent: QWidget) -> ChoiceOr:
        """What the address is edited in."""
        choices = [
            ("127.0.0.1", self.tr("This computer only")),
            ("", self.tr("Every interface")),
            *((address, f"{address}  ({name})") for address, name in own_addresses()),
        ]
        return ChoiceOr(text, choices, self.tr("Another address"), parent)

    def _advise(self, word: str, owner: Owner) -> Hint:
        bind = getattr(owner, word, "")
        if is_wildcard(bind):
            return Hint(self.tr("Whoever reaches this computer over a network can connect."), warns=True)
        if is_loopback(bind):
            return Hint(self.tr("Only programs on this computer can connect"))
        return Hint(self.tr("Whoever reaches this address can connect"))
