"""What the running period of an owner is credited with: what was used elsewhere, what is granted on top."""

from __future__ import annotations

import asyncio
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from npsgui.model.entities import Owner, OwnerKey
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.periods import Period
from npsgui.model.units import format_exact, parse_bytes
from npsgui.model.views import FlowRow
from npsgui.tasks import spawn
from npsgui.ui.amounts import format_bytes
from npsgui.ui.field_rows import Field, FieldColumn
from npsgui.ui.limit_input import BYTES, LimitInput
from npsgui.ui.sentences import Sentences

OPENING, TOP_UP = "opening", "top_up"


class BalanceSource(Protocol):
    """The part of Program that it needs."""

    async def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner, the oldest first."""

    async def adjust(self, owner: OwnerKey, *, opening: int | None = None, top_up: int | None = None) -> None:
        """Set them in the running period."""


class Balance(QWidget):
    """Two fields, once the ledger has said what stands in them; nothing can be edited before."""

    changed = Signal()

    def __init__(self, program: BalanceSource, owner: Owner, row: FlowRow | None, parent: QWidget) -> None:
        """``row``: what is used now; None for an owner that is not there yet."""
        super().__init__(parent)
        self._program, self._key, self._row = program, owner.owner, row
        self._limits = owner.limits
        self._known = (0, 0)
        self._column: FieldColumn | None = None
        self._wanted = ""
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._loading: asyncio.Task[None] | None = None
        if row is None:
            self._fill((0, 0))
        else:
            self._loading = spawn(self._load(), "balance")

    def consider(self, owner: Owner) -> None:
        """Say what they do with the limits of ``owner``, or what is wrong with them."""
        self._limits = owner.limits
        column = self._column
        if column is None:
            return
        hints = {OPENING: self.tr("Used elsewhere in this period; it counts, too"), TOP_UP: self._left()}
        for word, hint in hints.items():
            try:
                parse_bytes(self._text(word), word)
                column.say(word, hint, "hint")
            except FieldError as error:
                column.say(word, Sentences(self).of(error), "bad")

    def problem(self) -> FieldError | None:
        """What keeps them from being applied."""
        try:
            self._read()
        except FieldError as error:
            return error
        return None

    async def apply(self, owner: OwnerKey) -> None:
        """Set them, if they are not as they were. Raises NpsError."""
        wanted = self._read()
        if wanted != self._known:
            await self._program.adjust(owner, opening=wanted[0], top_up=wanted[1])

    def focus(self, word: str) -> None:
        """Bring the keys to a field, at once or when it is there."""
        self._wanted = word
        if self._column is not None and word in self._column.inputs:
            self._column.inputs[word].setFocus()

    def stop(self) -> None:
        """Nobody looks any more."""
        if self._loading is not None:
            self._loading.cancel()

    def input_of(self, word: str) -> LimitInput:
        """The widget that one of them is edited in."""
        assert self._column is not None
        found = self._column.inputs[word]
        assert isinstance(found, LimitInput)
        return found

    async def _load(self) -> None:
        try:
            running = (await self._program.periods(self._key))[-1]
        except NpsError as error:
            failed = QLabel(Sentences(self).of(error), self)
            failed.setObjectName("bad")
            failed.setWordWrap(True)
            self._rows.addWidget(failed, 0, Qt.AlignmentFlag.AlignTop)
            return
        self._fill((running.opening, running.top_up))
        self.focus(self._wanted)

    def _fill(self, known: tuple[int, int]) -> None:
        self._known = known
        fields = (
            Field(OPENING, self.tr("Opening balance"), make=self._input),
            Field(TOP_UP, self.tr("Top-up"), make=self._input),
        )
        values = dict(zip((OPENING, TOP_UP), map(format_exact, known), strict=True))
        self._column = FieldColumn(fields, values, self)
        self._column.edited.connect(self.changed)
        self._rows.addWidget(self._column)
        self.changed.emit()

    def _input(self, text: str, parent: QWidget) -> LimitInput:
        return LimitInput(text, BYTES, parent, nothing=self.tr("none"))

    def _text(self, word: str) -> str:
        return self.input_of(word).text().strip()

    def _read(self) -> tuple[int, int]:
        """As they are written. Raises FieldError."""
        if self._column is None:
            return self._known
        return parse_bytes(self._text(OPENING), OPENING), parse_bytes(self._text(TOP_UP), TOP_UP)

    def _left(self) -> str:
        quota = self._limits.quota
        said = self.tr("On top of the quota, in this period only")
        if not quota or self.problem() is not None:
            return said
        opening, top_up = self._read()
        used = opening + (self._row.used - self._known[0] if self._row is not None else 0)
        left = format_bytes(max(0, quota + top_up - used))
        return f"{said} · {self.tr('{left} left then').format(left=left)}"
