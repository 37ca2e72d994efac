"""Writes into a store without the writer thread, and does its chores step by step."""

from __future__ import annotations

from npsgui.ledger.backlog import Backlog, Batch
from npsgui.ledger.opening import open_store
from npsgui.ledger.records import Changes
from npsgui.model.accounts import Totals
from npsgui.model.retention import AS_DESIGNED, Retention
from npsgui.model.views import Step, Usage
from tests.ledger.household import CLIENT, Household, Place, execute, tunnel

FOR_EVER = 2**40


class Pen:
    """A furnished ledger, a household that carries bytes, and what should be found of them."""

    def __init__(self, place: Place, *ids: int, retention: Retention = AS_DESIGNED) -> None:
        self.place, self.retention = place, retention
        self.house = Household()
        self.expected: dict[int, tuple[int, int]] = {}
        """Inlet and export of the client by minute."""
        self.store = open_store(place, retention)
        self.number = self.store.sequence
        """Of the last flush."""
        self.store.save(Changes(put=(CLIENT, *map(tunnel, ids))))

    def reopen(self) -> None:
        """As after a crash: what was being done is forgotten."""
        self.store.close()
        self.store = open_store(self.place, self.retention)
        self.number = self.store.sequence

    def write(self, minute: int, inlet: int = 0, export: int = 0, id_: int = 1) -> None:
        """A flush in ``minute``: tunnel ``id_`` carried bytes, or nobody did."""
        batch = Batch(minute, minute + 1.0, ())
        if inlet or export:
            batch = self.house.batch(id_, inlet, export, minute)
            before = self.expected.get(minute, (0, 0))
            self.expected[minute] = (before[0] + inlet, before[1] + export)
        backlog = Backlog(self.number)
        backlog.add(batch)
        self.write_backlog(backlog)

    def write_backlog(self, backlog: Backlog) -> None:
        """Write a backlog that was begun with ``number``."""
        self.store.write(backlog)
        self.number = backlog.last

    def execute(self, text: str) -> int:
        """Change the database behind the store's back; how many rows there were."""
        return execute(self.place, text)

    def tidy(self, steps: int = 10_000) -> int:
        """Do what is due, at most ``steps`` of it; how many there were."""
        done = 0
        while done < steps and self.store.tidy():
            done += 1
        return done

    def read(self, step: Step, since: int = 0, until: int = FOR_EVER) -> list[Usage]:
        """What the client carried."""
        return self.store.history(CLIENT.owner, since, until, step)

    @property
    def carried(self) -> Totals:
        """All bytes of the client."""
        return self.house.totals.get(CLIENT.owner, Totals())

    def summed(self, seconds: int) -> list[Usage]:
        """What ``read`` should give in buckets of this length."""
        sums: dict[int, tuple[int, int]] = {}
        for minute, (inlet, export) in sorted(self.expected.items()):
            start = minute // seconds * seconds
            before = sums.get(start, (0, 0))
            sums[start] = (before[0] + inlet, before[1] + export)
        return [Usage(start, *moved) for start, moved in sums.items()]
