"""A window attached to a service, as the service sees it: told each second what changed, and answered."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from npsgui.app import wire
from npsgui.app.program import Program
from npsgui.app.rows_in_parts import PART
from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import NotFound, NpsError
from npsgui.model.events import ConfigurationChanged, Event
from npsgui.model.views import ConnectionRow, FlowRow
from npsgui.tasks import spawn

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_EVENTS = 500
"""Events told at a time, the newest: a flood of visitors is in the rows and in the audit trail."""


FAULT = "This failed by a fault of npsgui; the service's log tells more."

MOST_UNREAD = 1 << 25
"""Bytes that wait for a window that does not read, at most; all of ten thousand owners are a sixth of it."""


class Attachment:
    """Lives as long as the connection of the window."""

    def __init__(
        self,
        program: Program,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        most_unread: int = MOST_UNREAD,
    ) -> None:
        self._program = program
        self._reader = reader
        self._writer = writer
        self._most_unread = most_unread
        self._owners: dict[OwnerKey, Owner] = {}
        """What the window knows, here and in the next ones."""
        self._configuration: Configuration | None = None
        self._rows: dict[OwnerKey, FlowRow] = {}
        self._links: dict[int, ConnectionRow] = {}
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._wants_links = True
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Tell and answer until the window hangs up."""
        program = self._program
        unsubscribe = program.events.subscribe(self._on_event)
        program.windows += 1
        self._say(wire.Welcome(program.notes))
        telling = spawn(self._keep_telling(), "attached window")
        try:
            while True:
                self._hear(wire.from_window.decode(await wire.read_message(self._reader)))
        except (OSError, EOFError):
            pass
        except msgspec.MsgspecError as error:
            log.info("An attached window: %s", error)
        finally:
            program.windows -= 1
            unsubscribe()
            telling.cancel()

    def _hear(self, said: wire.Call | wire.Watch) -> None:
        if isinstance(said, wire.Call):
            spawn(self._answer(said), f"call of {said.name}")
        else:
            self._wants_links = said.connections

    async def _answer(self, call: wire.Call) -> None:
        # what a bug gets for an answer: whoever asks would wait for ever
        answer: wire.Reply | wire.Failure = wire.Failure.of(call.id, NpsError(FAULT))
        try:
            function, given = _asked(call)
            result = await function(self._program, **given)
            # whoever has edited finds his edit done
            await self._tell_owners()
            answer = wire.Reply(call.id, wire.packed(result))
        except NpsError as error:
            answer = wire.Failure.of(call.id, error)
        finally:
            self._say(answer)

    async def _keep_telling(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                turned = self._program.turned
                await self._tell_second()
                await self._writer.drain()
                await turned.wait()

    async def _tell_second(self) -> None:
        await self._tell_owners()
        async with self._one_at_a_time:
            for part in _parts([GLOBAL_KEY, *self._owners]):
                self._say_unless_empty(wire.Frame(rows=self._changed(part)))
                await asyncio.sleep(0)
            program = self._program
            second = wire.Second(
                time.time(),
                program.today(),
                program.alternative,
                program.health,
                program.agents(),
                program.bridge(),
                program.steps(),
                program.retention,
            )
            links, closed = self._changed_links() if self._wants_links else ([], [])
            self._say(wire.Frame(links=links, closed=closed, events=self._take_events(), second=second))

    async def _tell_owners(self) -> None:
        """Say which owners were edited, how they are now, and what happened."""
        async with self._one_at_a_time:
            wanted = self._program.configuration
            if wanted is not self._configuration:
                await self._tell_edits(wanted)
                self._configuration = wanted
            self._say_unless_empty(wire.Frame(events=self._take_events()))

    async def _tell_edits(self, wanted: Configuration) -> None:
        before, self._owners = self._owners, {owner.owner: owner for owner in wanted.owners()}
        gone = [key for key in before if key not in self._owners]
        for key in gone:
            self._rows.pop(key, None)
        last_ids = dict(wanted.last_ids)
        self._say(wire.Frame(gone=gone, last_ids=last_ids))
        edited = [owner for key, owner in self._owners.items() if before.get(key) is not owner]
        for part in _parts(edited):
            owners = [wire.Boxed(owner) for owner in part]
            self._say(wire.Frame(owners=owners, last_ids=last_ids, rows=self._changed(_concerned(part))))
            await asyncio.sleep(0)

    def _changed(self, keys: Iterable[OwnerKey]) -> list[FlowRow]:
        """The rows that are not as they were told."""
        changed = []
        for key in keys:
            with contextlib.suppress(NotFound):  # removed by now
                row = self._program.flow(key)
                if self._rows.get(key) != row:
                    self._rows[key] = row
                    changed.append(row)
        return changed

    def _changed_links(self) -> tuple[list[ConnectionRow], list[int]]:
        now, before = time.monotonic(), self._links
        self._links = {}
        for row in self._program.connections():
            known = before.get(row.id)
            self._links[row.id] = row._replace(seconds=known.seconds if known else now - row.seconds)
        changed = [row for id_, row in self._links.items() if before.get(id_) != row]
        return changed, [id_ for id_ in before if id_ not in self._links]

    def _take_events(self) -> list[tuple[str, msgspec.Raw]]:
        taken = [wire.packed_event(event) for event in self._events]
        self._events.clear()
        return taken

    def _on_event(self, event: Event) -> None:
        self._events.append(event)
        if isinstance(event, ConfigurationChanged):
            spawn(self._tell_owners(), "edit told to a window")

    def _say_unless_empty(self, frame: wire.Frame) -> None:
        if frame != wire.Frame():
            self._say(frame)

    def _say(self, said: wire.Reply | wire.Failure | wire.Welcome | wire.Frame) -> None:
        if self._writer.is_closing():
            return
        self._writer.write(wire.message(said))
        if self._writer.transport.get_write_buffer_size() > self._most_unread:
            log.warning("A window that does not read is cut off")
            self._writer.transport.abort()


def _asked(call: wire.Call) -> tuple[Callable[..., Awaitable[object]], dict[str, object]]:
    """What of CALLS is called, with which arguments. Raises NpsError: when there is nothing like it."""
    try:
        function = wire.CALLS[call.name]
        types = wire.types_of(function)
        given = {name: wire.unpacked(value, types[name]) for name, value in call.arguments.items()}
        inspect.signature(function).bind(None, **given)
    except (KeyError, TypeError, msgspec.MsgspecError) as error:
        raise NpsError("This is not a command: {error}.", error=str(error)) from error
    return function, given


def _parts(whole: Sequence[T]) -> Iterable[Sequence[T]]:
    for first in range(0, len(whole), PART):
        yield whole[first : first + PART]


def _concerned(owners: Iterable[Owner]) -> dict[OwnerKey, None]:
    """The owners and their clients, above first."""
    keys: dict[OwnerKey, None] = {}
    for owner in owners:
        if isinstance(owner, Tunnel | Host):
            keys[OwnerKey(OwnerKind.CLIENT, owner.client)] = None
        keys[owner.owner] = None
    return keys
