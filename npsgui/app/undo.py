"""What the user did, to be taken back and done again: edits of owners, resets and top-ups.

Kept while the program runs. A step that others have built upon since is refused, never guessed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from npsgui.app.desk import Desk
from npsgui.app.periods import Periods
from npsgui.app.rows import remark_of
from npsgui.model.audit import Happening
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Owner, OwnerKey
from npsgui.model.errors import NpsError
from npsgui.model.gate import Gate
from npsgui.model.periods import Beginning
from npsgui.model.rules import check
from npsgui.model.views import Sentence, Steps, named

MOST_STEPS = 100
"""How many steps can be taken back."""

SAID: Mapping[Happening, Sentence] = MappingProxyType(
    {
        Happening.ADDED: Sentence("add {owner}"),
        Happening.EDITED: Sentence("edit {owner}"),
        Happening.REMOVED: Sentence("delete {owner}"),
        Happening.STARTED: Sentence("start {owner}"),
        Happening.STOPPED: Sentence("stop {owner}"),
        Happening.RESET: Sentence("reset {owner}"),
        Happening.ADJUSTED: Sentence("adjust the period of {owner}"),
    }
)
"""What a step is called in the menu."""


def said(what: Happening, owner: OwnerKey, name: str, count: int = 1) -> Sentence:
    """The name of a step, of ``count`` owners."""
    who: object = named(owner, name)
    if count > 1:
        who = Sentence("{owner} and {count} more", (("owner", who), ("count", count - 1)))
    return Sentence(SAID[what].template, (("owner", who),))


class Step(Protocol):
    """One thing that was done, or taken back."""

    said: Sentence
    owner: OwnerKey
    """Whom it is about."""

    async def turn(self) -> None:
        """Take it back, or do it again if it was. Raises NpsError, and has then changed nothing."""


class UndoStack:
    """Makes the edits that can be taken back."""

    def __init__(self, desk: Desk, periods: Periods) -> None:
        self._desk = desk
        self._periods = periods
        self._done: deque[Step] = deque(maxlen=MOST_STEPS)
        self._undone: deque[Step] = deque()

    def steps(self) -> Steps:
        """What ``undo`` and ``redo`` would do."""
        return Steps(
            self._done[-1].said if self._done else None, self._undone[-1].said if self._undone else None
        )

    async def edit(self, change: Callable[[Configuration], Configuration], count: int = 1) -> None:
        """As ``Desk.edit``, to be taken back; ``count``: of how many owners the user asked for it."""
        made = await self._desk.edit(change)
        told = next((event for event in made.events if event.what in SAID), None)
        if told is not None:
            name = said(told.what, told.owner, told.name, count)
            self._put(EditStep(self._desk, name, told.owner, made.before, made.after, made.gone))

    async def reset(self, key: OwnerKey) -> None:
        """As ``Periods.reset``, to be taken back."""
        before = self._periods.running(key)
        await self._periods.reset(key, time.time())
        name = said(Happening.RESET, key, self._name(key))
        self._put(ResetStep(self._periods, name, key, before, self._periods.running(key)))

    async def adjust(self, key: OwnerKey, opening: int | None, top_up: int | None) -> None:
        """As ``Periods.adjust``, to be taken back."""
        before = self._periods.running(key)
        await self._periods.adjust(key, time.time(), opening, top_up)
        name = said(Happening.ADJUSTED, key, self._name(key))
        self._put(AdjustStep(self._periods, name, key, before, self._periods.running(key)))

    async def undo(self) -> OwnerKey:
        """Take the last step back; whom it was about. Raises NpsError: nothing has changed then."""
        if not self._done:
            raise NpsError("There is nothing to undo.")
        return await _turn(self._done, self._undone)

    async def redo(self) -> OwnerKey:
        """Do again what was taken back last; whom it is about. Raises NpsError: nothing has changed then."""
        if not self._undone:
            raise NpsError("There is nothing to do again.")
        return await _turn(self._undone, self._done)

    def _put(self, step: Step) -> None:
        self._done.append(step)
        self._undone.clear()

    def _name(self, key: OwnerKey) -> str:
        return remark_of(self._desk.configuration.find(key))


async def _turn(source: deque[Step], target: deque[Step]) -> OwnerKey:
    """Off its pile at once, for meanwhile another may be put there; back on it when the step fails."""
    step = source.pop()
    try:
        await step.turn()
    except BaseException:
        source.append(step)
        raise
    target.append(step)
    return step.owner


@dataclass(slots=True)
class EditStep:
    """Owners that were added, edited or removed; None where there was none, or is none."""

    desk: Desk
    said: Sentence
    owner: OwnerKey
    before: Mapping[OwnerKey, Owner | None]
    after: Mapping[OwnerKey, Owner | None]
    gates: Sequence[Gate]
    """The counters of those that are removed now."""

    async def turn(self) -> None:
        """Put them as they were before; after is before then."""
        made = await self.desk.edit(
            lambda configuration: turned(configuration, self.after, self.before), self.gates
        )
        self.before, self.after, self.gates = self.after, self.before, made.gone


def turned(
    configuration: Configuration,
    now: Mapping[OwnerKey, Owner | None],
    wanted: Mapping[OwnerKey, Owner | None],
) -> Configuration:
    """The same with these owners as ``wanted``. Raises NpsError: they are not as ``now`` any more."""
    there = {owner.owner: owner for owner in configuration.owners()}
    for key, owner in now.items():
        if there.get(key) is not owner:
            raise NpsError("{owner} was changed since: that is not undone.", owner=key)
    kept = there.keys() - now.keys()
    for key, owner in wanted.items():
        if owner is None and key in {one.owner for one in configuration.owners()}:
            configuration = configuration.without(key)
    for key in kept - {one.owner for one in configuration.owners()}:
        raise NpsError("{owner} was added since: that is not undone.", owner=key)
    for owner in wanted.values():
        if owner is not None:
            check(configuration, owner)
            configuration = configuration.with_owner(owner)
    return configuration


@dataclass(slots=True)
class ResetStep:
    """A period that the user began."""

    periods: Periods
    said: Sentence
    owner: OwnerKey
    before: Beginning
    after: Beginning | None
    """None while it is taken back."""

    async def turn(self) -> None:
        """Let the period before run on, or begin another."""
        if self.after is None:
            await self.periods.reset(self.owner, time.time())
            self.after = self.periods.running(self.owner)
        else:
            await self.periods.resume(self.owner, self.after, self.before, time.time())
            self.after = None


@dataclass(slots=True)
class AdjustStep:
    """An opening balance or a top-up that the user set."""

    periods: Periods
    said: Sentence
    owner: OwnerKey
    before: Beginning
    after: Beginning

    async def turn(self) -> None:
        """Set what was set before; after is before then."""
        if self.periods.running(self.owner) != self.after:
            raise NpsError("{owner} was changed since: that is not undone.", owner=self.owner)
        await self.periods.adjust(self.owner, time.time(), self.before.opening, self.before.top_up)
        self.before, self.after = self.after, self.before
