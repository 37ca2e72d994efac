"""Where log records go: stderr, in words for a person or as JSON lines. Set up once, here.

What is logged never holds a key or a password: entities keep theirs out of their ``repr``.
"""

from __future__ import annotations

import contextlib
import datetime
import enum
import logging
import sys
from collections.abc import Iterator

import msgspec


class Form(enum.StrEnum):
    """How a record is written."""

    TEXT = "text"
    JSON = "json"


LEVELS = ("debug", "info", "warning", "error")
"""What may be asked for, the most talkative first."""


class JsonLines(logging.Formatter):
    """A record as one line: ``at`` in UTC, ``level``, ``logger``, ``text``, ``error`` if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


@contextlib.contextmanager
def written(form: str, level: str) -> Iterator[None]:
    """While this lasts, write our records of ``level`` and above to stderr, of others what is a warning.

    Without a ``form`` a terminal gets text and everything else JSON lines.
    """
    handler = logging.StreamHandler(sys.stderr)
    if (form or (Form.TEXT if sys.stderr.isatty() else Form.JSON)) == Form.JSON:
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    root, ours = logging.getLogger(), logging.getLogger("npsgui")
    root.addHandler(handler)
    ours.setLevel(level.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)
        ours.setLevel(logging.NOTSET)
