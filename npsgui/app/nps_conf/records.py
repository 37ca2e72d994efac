"""The text of one of NPS's files to records and back. Pure: no file is opened here.

A file is JSON objects, each followed by a separator. Source: nps-formats.md section 7, lib/file/file.go.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from npsgui.model.errors import ImportFailed

SEPARATOR = "\n*#*"
DEEPEST = 32
"""Levels of a record that is kept; NPS's own have three."""

LONGEST_NUMBER = 20
"""Characters of a 64-bit number with its sign."""

_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
"""What Go's encoder escapes beside JSON's own."""


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of a file."""

    place: str
    """Where it begins: ``tasks.json:3`` is line 3."""
    fields: Mapping[str, Any] | None
    """None: it is JSON that no ledger can keep as a record."""


def parse(file: str, data: bytes) -> list[Record]:
    """The records of a file named ``file``. Raises ImportFailed: where it is not UTF-8 or not JSON."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFailed(
            "{file} is not UTF-8 at byte {byte}; nothing was taken.", file=file, byte=error.start
        ) from None
    records = []
    start, line = 0, 1
    for piece in text.split(SEPARATOR):
        body = piece.lstrip()
        if body:
            blank = piece[: len(piece) - len(body)]
            begins = line + blank.count("\n")
            fields = _parse_piece(file, text, start + len(blank), body)
            records.append(Record(f"{file}:{begins}", fields))
        start += len(piece) + len(SEPARATOR)
        line += piece.count("\n") + 1
    return records


def format_records(records: Iterable[Mapping[str, Any]]) -> str:
    """The text of a file as NPS writes it; the separator stands after the last record, too."""
    return "".join(_format(record) + SEPARATOR for record in records)


def _format(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _parse_piece(file: str, text: str, start: int, body: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(body, parse_int=_number)
    except json.JSONDecodeError as error:
        at = start + error.pos
        raise ImportFailed(
            "{file}, line {line}, column {column}: {reason}; nothing was taken.",
            file=file,
            line=text.count("\n", 0, at) + 1,
            column=at - text.rfind("\n", 0, at),
            reason=error.msg,
        ) from None
    except RecursionError:
        raise ImportFailed(
            "{file}, line {line}: brackets nested too deeply; nothing was taken.",
            file=file,
            line=text.count("\n", 0, start) + 1,
        ) from None
    return value if isinstance(value, dict) and _can_be_kept(value) else None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else math.inf


def _can_be_kept(value: object) -> bool:
    """Whether the ledger can hold it: 64-bit numbers, whole characters, few levels."""
    level: list[object] = [value]
    for _ in range(DEEPEST):
        if not all(map(_leaf_can_be_kept, level)):
            return False
        level = [part for node in level for part in _parts(node)]
        if not level:
            return True
    return False


def _parts(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return [*node, *node.values()]
    return node if isinstance(node, list) else ()


def _leaf_can_be_kept(value: object) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str) and not value.isascii():
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    return True
