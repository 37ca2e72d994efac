"""The commands of the command line: JSON in, JSON out; live and on a closed ledger the same code."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from npsgui.app.nps_conf.exchange import export_nps
from npsgui.app.program import Program
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.events import ShowWindow
from npsgui.model.units import format_time, parse_bytes, parse_time
from npsgui.model.views import ConnectionRow, FlowRow, State, Step, Usage


class Arguments(TypedDict, total=False):
    """What stands behind a command's name, as ``cli/arguments.py`` reads it; each command takes its own."""

    kind: str
    id: int | None
    ids: list[int]
    values: dict[str, str]
    since: str
    until: str
    step: str
    form: str
    folder: str
    file: str
    version: str
    hidden: bool


_WITH_REASON = frozenset({State.FAILED, State.WAITING, State.THROTTLED, State.OUTSIDE_HOURS})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gives: rows to show, or sentences to print. ``failed`` makes the exit code 1."""

    rows: list[dict[str, Any]] | None = None
    said: tuple[str, ...] = ()
    failed: bool = False


def owner_key(kind: str, id_: int | None) -> OwnerKey:
    """The owner that the words of a command name."""
    if kind == OwnerKind.GLOBAL:
        return GLOBAL_KEY
    return OwnerKey(OwnerKind(kind), id_ or 0)


async def _flows(program: Program, arguments: Arguments) -> Answer:
    return Answer([_flow(row) for row in program.flows()])


async def _connections(program: Program, arguments: Arguments) -> Answer:
    return Answer([_connection(row) for row in program.connections()])


async def _close(program: Program, arguments: Arguments) -> Answer:
    ids = set(arguments["ids"])
    unknown = sorted(ids - {row.id for row in program.connections()})
    closed = program.close_connections(ids)
    if unknown:
        return Answer(said=(f"There is no connection {', '.join(map(str, unknown))}.",), failed=True)
    return Answer(said=(f"Closed: {closed}.",))


async def _history(program: Program, arguments: Arguments) -> Answer:
    step = Step(arguments["step"])
    until = parse_time(arguments["until"], "until") if arguments["until"] else int(time.time()) + 60
    since = parse_time(arguments["since"], "since") if arguments["since"] else until - 86400
    usages = await program.history(owner_key(arguments["kind"], arguments["id"]), since, until, step)
    # in a thread: three months of minutes would hold up every session for half a second
    return Answer(await asyncio.to_thread(_buckets, usages))


async def _add(program: Program, arguments: Arguments) -> Answer:
    added = await program.add(OwnerKind(arguments["kind"]), arguments["values"])
    return Answer(said=(f"Added {added.owner}.",))


async def _set(program: Program, arguments: Arguments) -> Answer:
    key = owner_key(arguments["kind"], arguments["id"])
    await program.set(key, arguments["values"])
    return Answer(said=(f"Set {key}.",))


async def _remove(program: Program, arguments: Arguments) -> Answer:
    key = owner_key(arguments["kind"], arguments["id"])
    await program.remove(key)
    return Answer(said=(f"Removed {key}; its bytes stay in the ledger.",))


async def _start(program: Program, arguments: Arguments) -> Answer:
    key = owner_key(arguments["kind"], arguments["id"])
    await program.enable(key, wanted=True)
    row = program.flow(key)
    if row.state is State.FAILED and row.reason is not None:
        return Answer(said=(str(row.reason),), failed=True)
    return Answer(said=(f"Started {key}.",))


async def _stop(program: Program, arguments: Arguments) -> Answer:
    key = owner_key(arguments["kind"], arguments["id"])
    await program.enable(key, wanted=False)
    return Answer(said=(f"Stopped {key}.",))


async def _reset(program: Program, arguments: Arguments) -> Answer:
    key = owner_key(arguments["kind"], arguments["id"])
    await program.reset(key)
    return Answer(said=(f"Reset {key}: a new period began; the one before is kept.",))


async def _adjust(program: Program, arguments: Arguments) -> Answer:
    key, values = owner_key(arguments["kind"], arguments["id"]), dict(arguments["values"])
    opening, top_up = (_bytes(values.pop(word, None), word) for word in ("opening", "top_up"))
    if values:
        word = next(iter(values))
        raise FieldError(word, "A period has no “{word}”; it has: opening, top_up.", word=word)
    await program.adjust(key, opening=opening, top_up=top_up)
    return Answer(said=(f"Adjusted the running period of {key}.",))


def _bytes(text: str | None, word: str) -> int | None:
    return None if text is None else parse_bytes(text, word)


async def _verify(program: Program, arguments: Arguments) -> Answer:
    differences = await program.verify()
    if differences:
        return Answer(said=tuple(map(str, differences)), failed=True)
    return Answer(said=("The ledger adds up.",))


async def _backup(program: Program, arguments: Arguments) -> Answer:
    await program.back_up(Path(arguments["file"]))
    return Answer(said=(f"The ledger was copied to {arguments['file']}.",))


async def _restore(program: Program, arguments: Arguments) -> Answer:
    return Answer(said=(f"npsgui runs on {program.folder}; end it, then restore.",), failed=True)


async def _import(program: Program, arguments: Arguments) -> Answer:
    return Answer(said=tuple(map(str, await program.import_nps(Path(arguments["folder"])))))


async def _export(program: Program, arguments: Arguments) -> Answer:
    return Answer(said=tuple(map(str, await export_nps(program, Path(arguments["folder"])))))


async def _show(program: Program, arguments: Arguments) -> Answer:
    if not arguments.get("hidden"):
        program.events.push(ShowWindow())
    return Answer(failed=not program.windows)


async def _settings(program: Program, arguments: Arguments) -> Answer:
    """What stands in the settings file by now: for a window in another process, that has written it."""
    await program.settings.put_in_force(sorted(program.settings.read_again()))
    return Answer()


COMMANDS: Mapping[str, Callable[[Program, Arguments], Awaitable[Answer]]] = {
    "flows": _flows,
    "connections": _connections,
    "close": _close,
    "history": _history,
    "add": _add,
    "set": _set,
    "remove": _remove,
    "start": _start,
    "stop": _stop,
    "reset": _reset,
    "adjust": _adjust,
    "verify": _verify,
    "backup": _backup,
    "restore": _restore,
    "import": _import,
    "export": _export,
    "show": _show,
    "settings": _settings,
}


async def execute(program: Program, command: str, arguments: Arguments) -> Answer:
    """Run one command; a sentence that a user may read is an answer, too."""
    found = COMMANDS.get(command)
    if found is None:
        return Answer(said=(f"There is no command {command}.",), failed=True)
    try:
        return await found(program, arguments)
    except NpsError as error:
        return Answer(said=(str(error),), failed=True)


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["start", "inlet", "export"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flow(row: FlowRow) -> dict[str, Any]:
    state = f"{row.state}: {row.reason}" if row.state in _WITH_REASON else str(row.state)
    return {
        "kind": str(row.kind),
        "id": row.owner.id,
        "client": row.client,
        "remark": row.remark,
        "inlet": row.inlet,
        "export": row.export,
        "quota": row.quota,
        "rate": row.rate,
        "connections": row.connections,
        "state": state,
    }


def _buckets(usages: Iterable[Usage]) -> list[dict[str, Any]]:
    return [
        {"start": format_time(usage.start), "inlet": usage.inlet, "export": usage.export} for usage in usages
    ]


def _connection(row: ConnectionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": str(row.owner.kind),
        "owner": row.owner.id,
        "client": row.client,
        "peer": row.peer,
        "target": row.target,
        "seconds": round(row.seconds, 3),
        "inlet": row.inlet,
        "export": row.export,
    }
