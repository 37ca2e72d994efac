"""The last five minutes of every owner, a sample a second. Pure: no clock, no socket, no Qt."""

from __future__ import annotations

from array import array
from collections import deque

from npsgui.model.entities import OwnerKey
from npsgui.model.views import Sample

SECONDS = 300
"""How many samples are kept."""


class Ring:
    """The rates of one owner. Seconds in which it did not move cost nothing until it moves again."""

    __slots__ = ("_export", "_inlet", "last")

    def __init__(self, turn: int) -> None:
        self._inlet = array("f", bytes(4 * SECONDS))
        self._export = array("f", bytes(4 * SECONDS))
        self.last = turn
        """The turn that was written last."""

    def write(self, turn: int, inlet: float, export: float) -> None:
        """Set the rates of ``turn``, bytes/s; the turns since the one before were zero."""
        if turn - self.last > 1:
            for quiet in range(max(self.last + 1, turn - SECONDS), turn):
                self._inlet[quiet % SECONDS] = self._export[quiet % SECONDS] = 0.0
        place = turn % SECONDS
        self._inlet[place], self._export[place] = inlet, export
        self.last = turn

    def read(self, turn: int) -> tuple[float, float]:
        """The rates of one of the last ``SECONDS`` turns, bytes/s."""
        if turn > self.last:
            return 0.0, 0.0
        return self._inlet[turn % SECONDS], self._export[turn % SECONDS]


class Live:
    """The rings of all owners that have moved, and the times of their samples."""

    def __init__(self) -> None:
        self._rings: dict[OwnerKey, Ring] = {}
        self._times: deque[float] = deque(maxlen=SECONDS)
        self.turns = -1
        """The number of the running second."""

    def turn(self, at: float) -> None:
        """Begin the next second; it ends at ``at`` (Unix time, s)."""
        self.turns += 1
        self._times.append(at)

    def ring(self, owner: OwnerKey) -> Ring:
        """The ring of an owner that moves, made when it first does: its rates are written into it."""
        ring = self._rings.get(owner)
        if ring is None:
            ring = self._rings[owner] = Ring(self.turns)
        return ring

    def forget(self, owner: OwnerKey) -> None:
        """Drop the ring of an owner that is no more."""
        self._rings.pop(owner, None)

    def now(self, owner: OwnerKey) -> tuple[float, float]:
        """Inlet and export over the last second, bytes/s."""
        ring = self._rings.get(owner)
        return (0.0, 0.0) if ring is None else ring.read(self.turns)

    def samples(self, owner: OwnerKey) -> list[Sample]:
        """Every sample that is kept, the oldest first."""
        ring = self._rings.get(owner)
        first = self.turns - len(self._times) + 1
        if ring is None:
            return [Sample(at, 0.0, 0.0) for at in self._times]
        return [Sample(at, *ring.read(first + index)) for index, at in enumerate(self._times)]
