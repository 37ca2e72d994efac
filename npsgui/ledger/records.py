"""What goes into the ledger and comes out of it. Facts only: no database, no thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from npsgui.ledger.backlog import Backlog
from npsgui.model.accounts import Totals
from npsgui.model.audit import AuditEvent, Search
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Owner, OwnerKey
from npsgui.model.peers import PeerUsage
from npsgui.model.periods import Beginning, Period
from npsgui.model.retention import Retention
from npsgui.model.views import Sentence, Step, Usage


@dataclass(frozen=True, slots=True)
class Changes:
    """An edit of the configuration: all of it is saved, or nothing."""

    put: tuple[Owner, ...] = ()
    """Owners to add, or to put in the place of those with their keys."""
    removed: tuple[OwnerKey, ...] = ()
    """A client's tunnels and hosts go with it. What they carried stays."""
    revived: frozenset[OwnerKey] = frozenset()
    """Those of ``put`` that were removed and are put back: with their rows, totals and history. Another that
    is given the id of a removed owner begins at nothing."""
    opening: Mapping[OwnerKey, Totals] = field(default_factory=dict)
    """Bytes carried elsewhere before, added to the totals and to no minute. Of all owners in the chain."""
    periods: Mapping[OwnerKey, Beginning] = field(default_factory=dict)
    """Owners whose period ends, and how the next begins."""
    resumed: tuple[OwnerKey, ...] = ()
    """Owners whose running period never began: the one before runs on."""
    events: tuple[AuditEvent, ...] = ()
    """What the audit trail says of it, saved with it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the ledger held when it was opened."""

    configuration: Configuration
    totals: Mapping[OwnerKey, Totals]
    notes: tuple[Sentence, ...] = ()
    """What the user should be told: a damaged file was set aside."""
    periods: Mapping[OwnerKey, Beginning] = field(default_factory=dict)
    """How the running periods began; an owner that is not in it is in its first."""
    unclean_since: int | None = None
    """When the run before was last seen, Unix time, s, if it did not end as it should."""


class Store(Protocol):
    """The database as the writer thread sees it. Every method raises LedgerError when it fails."""

    opened: Opened
    sequence: int
    """Number of the last flush on disk when it was opened."""

    def write(self, backlog: Backlog) -> None:
        """Add a backlog, once: one that is on disk already is recognised by its numbers and left out."""

    def save(self, changes: Changes) -> None:
        """Save an edit, or nothing of it."""

    def erase(self, client: OwnerKey) -> None:
        """Forget a removed client that has carried nothing. Raises NotFound too."""

    def history(self, owner: OwnerKey, since: int, until: int, step: Step) -> list[Usage]:
        """The buckets that moved."""

    def carried(self, since: int, until: int) -> dict[OwnerKey, Totals]:
        """What each owner that is there carried."""

    def events(self, search: Search) -> list[AuditEvent]:
        """The audit trail, the oldest first."""

    def peers(self, owner: OwnerKey, since: int, until: int) -> list[PeerUsage]:
        """Bytes by peer and day. Raises NotFound too."""

    def periods(self, owner: OwnerKey) -> list[Period]:
        """The periods of an owner, the oldest first. Raises NotFound too."""

    def coverage(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans of minutes that have a flush."""

    def retain(self, retention: Retention) -> None:
        """Have ``tidy`` keep rows for so long."""

    def tidy(self) -> bool:
        """Do a little of what is due in the background; whether there is more to do."""

    def verify(self) -> list[Sentence]:
        """What does not add up."""

    def back_up(self, target: Path) -> None:
        """Copy all of it into a new file. In any thread."""

    def close(self) -> None:
        """Let go of the file."""
