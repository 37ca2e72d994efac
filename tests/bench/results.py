"""What a bar is, and the table of all of them. Pure: no clock, no process."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AtMost:
    """A bar that a figure must not pass."""

    limit: float
    unit: str = "x"

    def holds(self, figure: float) -> bool:
        """Whether ``figure`` meets it."""
        return figure <= self.limit

    def __str__(self) -> str:
        return f"<= {self.limit:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A bar that a figure must reach."""

    limit: float
    unit: str = "x"

    def holds(self, figure: float) -> bool:
        """Whether ``figure`` meets it."""
        return figure >= self.limit

    def __str__(self) -> str:
        return f">= {self.limit:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar and what was measured. ``figure`` and ``spread`` are in the unit of ``bar``."""

    what: str
    bar: AtMost | AtLeast
    figure: float
    spread: tuple[float, float]
    """The least and the largest of the runs."""
    told: str
    """What the figure comes from."""

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.bar.holds(self.figure)


def compared(
    what: str,
    bar: AtMost | AtLeast,
    ours: Sequence[float],
    peer: str,
    theirs: Sequence[float],
    form: str,
) -> Row:
    """The median of the ratios of runs that were made in turn: what disturbs one disturbs both.

    ``form`` formats a figure with its unit, for instance ``{:.2f} GB/s``.
    """
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    told = f"{form.format(statistics.median(ours))}; {peer}: {form.format(statistics.median(theirs))}"
    return Row(what, bar, statistics.median(ratios), (min(ratios), max(ratios)), told)


def measured(what: str, bar: AtMost | AtLeast, figures: Sequence[float], told: str) -> Row:
    """The median of absolute figures, in the unit of ``bar``."""
    return Row(what, bar, statistics.median(figures), (min(figures), max(figures)), told)


def percentile(gaps: list[float], share: float) -> float:
    """What ``share`` of ``gaps`` does not pass."""
    return sorted(gaps)[min(len(gaps) - 1, int(share * len(gaps)))]


HEADER = ("bar", "wanted", "measured", "least .. largest", "", "from")


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, aligned to be read as it is."""
    cells = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADER))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        str(row.bar),
        f"{row.figure:.3g} {row.bar.unit}",
        f"{row.spread[0]:.3g} .. {row.spread[1]:.3g}",
        "met" if row.met else "MISSED",
        row.told,
    )
