"""The rows and columns of the table of peers."""

from __future__ import annotations

import enum
import heapq
from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QObject, QRectF

from npsgui.model.peers import OTHERS, PEERS_A_DAY, PeerUsage
from npsgui.ui.amounts import amount
from npsgui.ui.delegates import draw_share
from npsgui.ui.table import Column, numeric
from npsgui.ui.table_view import PADDING, Cell, RowDelegate, TableView
from npsgui.ui.theme import Theme

DAY = 86400
MOST = 2000
"""How many addresses are listed."""

_BAR = 84


class Days(enum.Enum):
    """Days, UTC: the first and the one after the last, counted from today."""

    TODAY = (0, 1)
    YESTERDAY = (-1, 0)
    WEEK = (-6, 1)
    MONTH = (-29, 1)

    def span(self, now: float) -> tuple[int, int]:
        """From when until when, Unix times, s."""
        today = int(now) // DAY * DAY
        first, after = self.value
        return today + first * DAY, today + after * DAY


class PeerLine(NamedTuple):
    """What one peer came to, of ``whole`` bytes of all."""

    peer: str
    inlet: int
    export: int
    whole: int

    @property
    def both(self) -> int:
        """Inlet and export."""
        return self.inlet + self.export

    @property
    def share(self) -> float:
        """Its part of the whole, 0 to 1."""
        return self.both / self.whole if self.whole else 0.0


def peer_lines(usages: Iterable[PeerUsage]) -> list[PeerLine]:
    """The peers of several days, each once; together they are what was carried, to the byte.

    Of very many the lightest are among the others.
    """
    carried: dict[str, tuple[int, int]] = {}
    for usage in usages:
        inlet, export = carried.get(usage.peer, (0, 0))
        carried[usage.peer] = (inlet + usage.inlet, export + usage.export)
    whole = sum(map(sum, carried.values()))
    if len(carried) > MOST:
        told = heapq.nlargest(MOST, carried.keys() - {OTHERS}, key=lambda peer: sum(carried[peer]))
        rest = [carried[peer] for peer in carried.keys() - set(told)]
        carried = {peer: carried[peer] for peer in told}
        carried[OTHERS] = (sum(inlet for inlet, _ in rest), sum(export for _, export in rest))
    return [PeerLine(peer, inlet, export, whole) for peer, (inlet, export) in carried.items()]


class PeerColumns(QObject):
    """Makes the columns, in the user's language."""

    def all(self) -> list[Column[PeerLine]]:
        """Who, how much each way, and which part of all."""
        return [
            Column(
                name="peer",
                title=self.tr("Address"),
                # the others stand behind every address
                value=lambda line: (line.peer == OTHERS, line.peer),
                text=self.name,
                bold=True,
                width=180,
                cell_tip=self._tip,
            ),
            *self._numbers(),
            Column(
                name="share",
                title=self.tr("Share"),
                value=lambda line: line.share,
                text=lambda line: f"{line.share * 100:.1f} %",
                width=160,
            ),
        ]

    def _numbers(self) -> list[Column[PeerLine]]:
        inlet, export = (
            self.tr("Inlet: from visitors to targets"),
            self.tr("Export: from targets to visitors"),
        )
        numbers: list[tuple[str, str, Callable[[PeerLine], int], Callable[[int], str], str]] = [
            ("inlet", self.tr("Inlet"), lambda line: line.inlet, amount, inlet),
            ("export", self.tr("Export"), lambda line: line.export, amount, export),
            ("sum", self.tr("Sum"), lambda line: line.both, amount, ""),
            ("bytes", self.tr("Bytes"), lambda line: line.both, lambda count: f"{count:,}", ""),
        ]
        return [
            numeric(name, title, value, text, width=120 if name == "bytes" else 96, tip=tip)
            for name, title, value, text, tip in numbers
        ]

    def name(self, line: PeerLine) -> str:
        """The address, or the word for all that are not told apart."""
        return self.tr("others") if line.peer == OTHERS else line.peer

    def _tip(self, line: PeerLine) -> str:
        if line.peer != OTHERS:
            return ""
        text = self.tr("Beyond the first {count} addresses of a day, and bytes that belong to no visitor")
        return text.format(count=f"{PEERS_A_DAY:,}")


class ShareDelegate(RowDelegate):
    """A part of the whole: a bar and its percentage."""

    def __init__(self, theme: Theme, view: TableView[PeerLine]) -> None:
        super().__init__(view)
        self._theme = theme

    def draw(self, cell: Cell, row: PeerLine, text: str) -> None:
        """The bar, and the number behind it."""
        bar = QRectF(cell.box.left() + PADDING, cell.box.center().y() - 3, _BAR, 6)
        draw_share(cell.painter, min(row.share, 0.999), False, bar, self._theme.colors)
        cell.write(text, PADDING + _BAR + 10)
