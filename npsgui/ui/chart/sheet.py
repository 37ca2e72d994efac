"""What is seen on a chart, as rows for other programs: CSV and JSON. Pure: no Qt, reads the time zone only.

Times are ISO 8601, in UTC and by the clock of this machine; bytes are whole and exact.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from npsgui.ui.chart.data import Span

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How what a spreadsheet takes for a formula begins."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Bars or samples: the start of each (Unix time, s), its bytes, and the parts where it is stacked.

    ``rates``: bytes a second and not bytes.
    """

    seconds: int
    rates: bool
    starts: Sequence[float]
    inlet: Sequence[int]
    export: Sequence[int]
    parts: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Happened:
    """What is marked: when, and in words."""

    at: float
    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Whose chart it is, and all that is seen of it."""

    owner: str
    """``client 3``."""
    name: str
    since: float
    until: float
    rows: Rows
    gaps: Sequence[Span] = ()
    """When the program did not run."""
    events: Sequence[Happened] = ()


def as_csv(sheet: Sheet) -> str:
    """A row a bar, under a head; the file also opens in a spreadsheet."""
    rows, text = sheet.rows, io.StringIO()
    per = "_per_second" if rows.rates else ""
    writer = csv.writer(text, lineterminator="\r\n")
    head = ("start_utc", "start_local", "seconds", f"inlet{per}", f"export{per}")
    writer.writerow([*head, *(_plain(name) for name in rows.parts)])
    columns = zip(rows.starts, rows.inlet, rows.export, *rows.parts.values(), strict=True)
    for start, *values in columns:
        writer.writerow([_utc(start, rows), _local(start, rows), rows.seconds, *values])
    return text.getvalue()


def as_json(sheet: Sheet) -> str:
    """The same with gaps and events."""
    rows = sheet.rows
    buckets = []
    for at, start in enumerate(rows.starts):
        bucket: dict[str, Any] = {
            "start": _utc(start, rows),
            "start_local": _local(start, rows),
            "inlet": rows.inlet[at],
            "export": rows.export[at],
        }
        if rows.parts:
            bucket["parts"] = {name: values[at] for name, values in rows.parts.items()}
        buckets.append(bucket)
    told = {
        "owner": sheet.owner,
        "name": sheet.name,
        "since": _utc(sheet.since, rows),
        "until": _utc(sheet.until, rows),
        "unit": "bytes per second" if rows.rates else "bytes",
        "seconds": rows.seconds,
        "buckets": buckets,
        "not_running": [{"since": _utc(begin, rows), "until": _utc(end, rows)} for begin, end in sheet.gaps],
        "events": [
            {"at": _utc(one.at, rows), "at_local": _local(one.at, rows), "what": one.word, "text": one.text}
            for one in sheet.events
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _plain(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name


def _utc(moment: float, rows: Rows) -> str:
    at = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
    return at.isoformat(timespec=_precision(rows)) + "Z"


def _local(moment: float, rows: Rows) -> str:
    return datetime.fromtimestamp(moment).astimezone().isoformat(timespec=_precision(rows))


def _precision(rows: Rows) -> str:
    return "milliseconds" if rows.rates else "seconds"
