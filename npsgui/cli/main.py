"""The command line: asks the npsgui that runs on the data folder, else opens the ledger itself."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from npsgui.app import logs
from npsgui.app.commands import Answer, Arguments, as_csv, execute
from npsgui.app.control import ask
from npsgui.app.program import Program
from npsgui.app.restoring import restore_ledger
from npsgui.cli.agent import serve_as_agent
from npsgui.cli.arguments import parse
from npsgui.cli.serve import serve
from npsgui.cli.table import table
from npsgui.model.errors import AlreadyRunning, NpsError
from npsgui.model.units import format_bytes, format_rate

HEADERS = {
    "flows": ("kind", "id", "client", "remark", "inlet", "export", "quota", "rate", "connections", "state"),
    "connections": ("id", "kind", "owner", "client", "peer", "target", "seconds", "inlet", "export"),
    "history": ("start", "inlet", "export"),
}
LEFT = frozenset({"kind", "remark", "state", "peer", "target", "start"})
BYTES = frozenset({"inlet", "export", "quota"})

STARTING_SECONDS = 5.0
"""How long an npsgui that holds the folder may take until it answers: it may just be starting."""
BETWEEN = 0.1
"""Between two questions to it, s."""


def main(
    argv: Sequence[str], open_window: Callable[[Path, str, bool], int], open_demo: Callable[[Path], int]
) -> int:
    """Run one command, or the window if there is none; the exit code: 0 done, 1 refused or failed.

    ``open_window`` gets the data folder, the URL of a ledger elsewhere and whether it is hidden at first,
    ``open_demo`` the file for a picture where nobody sees the window. Exits with 2 on bad usage.
    """
    given = parse(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # as stderr has it: a name may have letters that the terminal's encoding lacks
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if given.demo:
            return open_demo(given.picture)
        if not given.command:
            return open_window(given.data, given.ledger, given.hidden)
        if given.command in ("serve", "agent"):
            with logs.written(given.log, given.log_level):
                return asyncio.run(_stay(given))
        answer = asyncio.run(_answer(given))
    except NpsError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return _print(given, answer)
    except BrokenPipeError:
        # whoever read us has enough; Python must not meet the pipe again when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


async def _stay(given: argparse.Namespace) -> int:
    """Run a command that ends when it is told to."""
    if given.command == "serve":
        return await serve(given.data, given.ledger)
    return await serve_as_agent(given.server, given.key, given.tls, given.config)


async def _answer(given: argparse.Namespace) -> Answer:
    """What a running npsgui says; without one, what its ledger says. One that is just starting is awaited."""
    arguments = msgspec.convert(vars(given), Arguments)
    deadline = time.monotonic() + STARTING_SECONDS
    while True:
        answer = await ask(given.data, given.command, arguments)
        if answer is not None:
            return answer
        try:
            return await _answer_alone(given, arguments)
        except AlreadyRunning:
            if time.monotonic() >= deadline:
                raise AlreadyRunning(
                    "The npsgui that uses {folder} does not answer.", folder=str(given.data)
                ) from None
        await asyncio.sleep(BETWEEN)


async def _answer_alone(given: argparse.Namespace, arguments: Arguments) -> Answer:
    """Run a command on a data folder that nobody uses. Raises AlreadyRunning: somebody does."""
    if given.command == "restore":
        return await restore_ledger(given.data, Path(given.file), given.ledger)
    program = await Program.open(given.data, relay=False, ledger=given.ledger)
    try:
        answer = await execute(program, given.command, arguments)
        if not program.notes:
            return answer
        # a ledger that was set aside is no success, whatever was done on the new one
        return replace(answer, said=(*map(str, program.notes), *answer.said), failed=True)
    finally:
        await program.close()


def _print(given: argparse.Namespace, answer: Answer) -> int:
    if answer.rows is not None:
        print(_shown(given, answer.rows))
    for sentence in answer.said:
        print(sentence, file=sys.stderr if answer.failed else sys.stdout)
    sys.stdout.flush()
    return 1 if answer.failed else 0


def _shown(given: argparse.Namespace, rows: list[dict[str, Any]]) -> str:
    if given.json:
        return _as_json(rows)
    if getattr(given, "csv", False):
        return as_csv(rows).rstrip("\n")
    header = HEADERS[given.command]
    right = frozenset(column for column, name in enumerate(header) if name not in LEFT)
    return table(header, [[_cell(name, row[name]) for name in header] for row in rows], right)


def _as_json(rows: list[dict[str, Any]]) -> str:
    """As text; in ASCII where the terminal's encoding lacks a letter."""
    text = msgspec.json.encode(rows).decode()
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return json.dumps(rows)
    return text


def _cell(name: str, value: Any) -> str:
    if name in BYTES:
        return format_bytes(value) if value or name != "quota" else "unlimited"
    if name == "rate":
        return format_rate(value) if value else "unlimited"
    return f"{value:.0f}" if name == "seconds" else str(value)
