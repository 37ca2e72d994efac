"""The rows and columns of the tables of events."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import QObject, QRectF

from npsgui.model.audit import OF_ALERTS, AuditEvent, Happening
from npsgui.ui.delegates import draw_shape
from npsgui.ui.sentences import Sentences
from npsgui.ui.table import Column
from npsgui.ui.table_view import PADDING, Cell, RowDelegate, TableView
from npsgui.ui.theme import Theme

_SHAPE = 10

_WARNINGS = (
    Happening.WARNED,
    Happening.REFUSED,
    Happening.CLOCK_JUMPED,
    Happening.AGENT_DOWN,
    Happening.ALERTED,
    *OF_ALERTS,
)
_GOOD = (Happening.STARTED, Happening.PORT_OPENED, Happening.BEGAN, Happening.AGENT_UP)


class Group(enum.Enum):
    """Kinds of events that are looked for together."""

    ALERTS = (
        Happening.ALERTED,
        Happening.EXPIRY_NEAR,
        Happening.UNUSUAL,
        Happening.SNOOZED,
        Happening.POSTED,
        Happening.POST_FAILED,
    )
    LIMITS = (
        Happening.CUT,
        Happening.WARNED,
        Happening.THROTTLED,
        Happening.ALTERNATIVE_ON,
        Happening.ALTERNATIVE_OFF,
    )
    VISITORS = (Happening.REFUSED, Happening.CLOSED)
    EDITS = (
        Happening.ADDED,
        Happening.EDITED,
        Happening.REMOVED,
        Happening.STARTED,
        Happening.STOPPED,
        Happening.IMPORTED,
    )
    PERIODS = (Happening.PERIOD_ENDED, Happening.RESET, Happening.RESUMED, Happening.ADJUSTED)
    AGENTS = (Happening.AGENT_UP, Happening.AGENT_DOWN)
    RUNS = (
        Happening.BEGAN,
        Happening.ENDED,
        Happening.RECOVERED,
        Happening.CLOCK_JUMPED,
        Happening.PORT_FAILED,
        Happening.PORT_OPENED,
    )


def look_of(what: Happening) -> tuple[str, str]:
    """The shape and the colour's token of a kind: bad ones stand out, others have a quiet ring."""
    if what in (Happening.CUT, Happening.PORT_FAILED, Happening.RECOVERED, Happening.POST_FAILED):
        return "square", "bad"
    if what in _WARNINGS:
        return "triangle", "warn"
    if what is Happening.THROTTLED:
        return "diamond", "warn"
    if what in _GOOD:
        return "circle", "ok"
    return "ring", "muted"


class EventLine(NamedTuple):
    """One row. ``number`` tells events of one moment apart, the newest being 0."""

    event: AuditEvent
    number: int

    @property
    def key(self) -> tuple[float, int]:
        """The same event has the same, however many older ones are loaded."""
        return self.event.at, self.number


def event_lines(events: Iterable[AuditEvent]) -> Iterator[EventLine]:
    """The lines of events, the newest first; so they come."""
    at, number = 0.0, 0
    for event in events:
        number = number + 1 if event.at == at else 0
        at = event.at
        yield EventLine(event, number)


class EventColumns(QObject):
    """Makes the columns, in the user's language."""

    def __init__(self, sentences: Sentences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences

    def all(self) -> list[Column[EventLine]]:
        """When, what, to whom, and the whole of it in words with its exact bytes."""
        made: list[tuple[str, str, Callable[[EventLine], str], int]] = [
            ("what", self.tr("What"), lambda line: self.kind(line.event.what), 150),
            ("owner", self.tr("Whose"), self._owner, 130),
            ("said", self.tr("What happened"), self.said, 300),
        ]
        return [
            Column(
                name="at",
                title=self.tr("When"),
                value=lambda line: (line.event.at, -line.number),
                text=_when,
                width=160,
            ),
            *(
                Column(
                    name=name,
                    title=title,
                    value=text,
                    text=text,
                    width=width,
                    cell_tip=self.said if name == "said" else None,
                )
                for name, title, text, width in made
            ),
        ]

    def said(self, line: EventLine) -> str:
        """The event in words."""
        return self._sentences.of(line.event.sentence())

    def group(self, group: Group) -> str:
        """Kinds that are looked for together, in a word or two."""
        return {
            Group.ALERTS: self.tr("Alerts"),
            Group.LIMITS: self.tr("At the limit"),
            Group.VISITORS: self.tr("Visitors"),
            Group.EDITS: self.tr("Edits"),
            Group.PERIODS: self.tr("Periods"),
            Group.AGENTS: self.tr("Agents"),
            Group.RUNS: self.tr("Ports and runs"),
        }[group]

    def kind(self, what: Happening) -> str:
        """The kind of an event in a word or two."""
        words = {
            Happening.CUT: self.tr("cut"),
            Happening.WARNED: self.tr("warned"),
            Happening.THROTTLED: self.tr("throttled"),
            Happening.ALTERNATIVE_ON: self.tr("alternative on"),
            Happening.ALTERNATIVE_OFF: self.tr("alternative off"),
            Happening.REFUSED: self.tr("refused"),
            Happening.CLOSED: self.tr("closed"),
            Happening.ADDED: self.tr("added"),
            Happening.EDITED: self.tr("edited"),
            Happening.REMOVED: self.tr("removed"),
            Happening.STARTED: self.tr("started"),
            Happening.STOPPED: self.tr("stopped"),
            Happening.IMPORTED: self.tr("imported"),
            Happening.PORT_FAILED: self.tr("not reachable"),
            Happening.PORT_OPENED: self.tr("reachable again"),
            Happening.AGENT_UP: self.tr("agent online"),
            Happening.AGENT_DOWN: self.tr("agent gone"),
            Happening.CLOCK_JUMPED: self.tr("clock jumped"),
            Happening.PERIOD_ENDED: self.tr("period ended"),
            Happening.RESET: self.tr("reset"),
            Happening.ADJUSTED: self.tr("adjusted"),
            Happening.BEGAN: self.tr("began"),
            Happening.ENDED: self.tr("ended"),
            Happening.RECOVERED: self.tr("recovered"),
            Happening.RESUMED: self.tr("resumed"),
            Happening.EXPIRY_NEAR: self.tr("expires soon"),
            Happening.UNUSUAL: self.tr("unusual traffic"),
            Happening.ALERTED: self.tr("alert"),
            Happening.SNOOZED: self.tr("snoozed"),
            Happening.POSTED: self.tr("posted"),
            Happening.POST_FAILED: self.tr("not posted"),
        }
        return words[what]

    def _owner(self, line: EventLine) -> str:
        return line.event.name or self._sentences.owner(line.event.owner)


class KindDelegate(RowDelegate):
    """The kind of an event: a shape, a colour and a word."""

    def __init__(self, theme: Theme, view: TableView[EventLine]) -> None:
        super().__init__(view)
        self._theme = theme

    def draw(self, cell: Cell, row: EventLine, text: str) -> None:
        """A shape before the text."""
        shape, token = look_of(row.event.what)
        top = cell.box.center().y() - _SHAPE / 2
        box = QRectF(cell.box.left() + PADDING, top, _SHAPE, _SHAPE)
        draw_shape(cell.painter, shape, getattr(self._theme.colors, token), box)
        cell.write(text, PADDING + _SHAPE + 8)


def _when(line: EventLine) -> str:
    return datetime.fromtimestamp(line.event.at).strftime("%Y-%m-%d %H:%M:%S")
