"""Rows as a text table whose columns line up, Chinese too. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> str:
    """Lines of text; the columns in ``right`` are aligned to the right."""
    lines = [header, *rows]
    widths = [max(width(line[column]) for line in lines) for column in range(len(header))]

    def cell(line: Sequence[str], column: int) -> str:
        space = " " * (widths[column] - width(line[column]))
        return space + line[column] if column in right else line[column] + space

    return "\n".join("  ".join(cell(line, column) for column in range(len(line))).rstrip() for line in lines)
