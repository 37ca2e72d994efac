"""The words of the command line. Source: design.md section 6, a contract with other programs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import platformdirs

from npsgui import __version__
from npsgui.app.logs import LEVELS, Form
from npsgui.model.entities import OwnerKind
from npsgui.model.views import Step

Add: TypeAlias = Callable[[str, str], argparse.ArgumentParser]

OWNED = [OwnerKind.CLIENT.value, OwnerKind.TUNNEL.value, OwnerKind.HOST.value]
KINDS = [*OWNED, OwnerKind.GLOBAL.value]


def parser() -> argparse.ArgumentParser:
    """The whole command line; exits with 2 on bad usage."""
    top = argparse.ArgumentParser(
        "npsgui", parents=[_data()], description="Runs network tunnels and shows who used how much of them."
    )
    top.set_defaults(data=Path(platformdirs.user_data_dir("npsgui", appauthor=False)), ledger="", command="")
    top.add_argument("--version", action="version", version=f"npsgui {__version__}")
    top.add_argument(
        "--demo",
        action="store_true",
        help="the window in a throw-away folder, with targets and visitors of its own; "
        "without a display it runs unseen for 30 seconds, prints the flows and leaves a picture",
    )
    top.add_argument(
        "--picture",
        type=Path,
        metavar="FILE",
        default=Path("npsgui-demo.png"),
        help="where --demo leaves the picture (default: %(default)s)",
    )
    top.add_argument("--hidden", action="store_true", help="the window in the tray, where there is one")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[_data()])

    _logs(add("serve", "Run the tunnels without a window; prints “ready” when they are open."))
    _agent(add)
    _reports(add)
    _edits(add)
    _exchanges(add)
    add("verify", "Check that the ledger adds up.")
    _copies(add)
    return top


def _data() -> argparse.ArgumentParser:
    """``--data`` and ``--ledger``, before or after the command.

    One of its own for each: set_defaults changes shared ones.
    """
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="data folder (default: the user's own)",
    )
    data.add_argument(
        "--ledger",
        metavar="URL",
        default=argparse.SUPPRESS,
        help="a ledger on PostgreSQL: postgresql://user@host/database (default: a file in the data folder)",
    )
    return data


def _logs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--log",
        choices=[form.value for form in Form],
        default="",
        help="how to write the log to stderr (default: text on a terminal, else JSON lines)",
    )
    command.add_argument(
        "--log-level", choices=LEVELS, default="info", help="what to log (default: %(default)s)"
    )


def _agent(add: Add) -> None:
    agent = add("agent", "Serve the tunnels of a remote server, npsgui's or NPS's, from this computer.")
    agent.add_argument("--server", metavar="HOST:PORT", default="", help="the server's bridge; port 8024")
    agent.add_argument("--key", default="", help="the client's verify key")
    agent.add_argument(
        "--config", type=Path, metavar="FILE", help="an npc.conf: server, key, and tunnels to bring along"
    )
    _logs(agent)
    agent.add_argument("--tls", action="store_true", help="the bridge is wrapped in TLS")


def _reports(add: Add) -> None:
    for name, text in (("flows", "Bytes and limits of every owner."), ("connections", "Who is connected.")):
        add(name, text).add_argument("--json", action="store_true")
    close = add("close", "Close connections.")
    close.add_argument("ids", metavar="ID", type=int, nargs="+")
    history = add("history", "What an owner carried, bucket by bucket, in UTC.")
    _owner(history, KINDS)
    history.add_argument("--since", metavar="T", default="", help="ISO 8601; default a day before --until")
    history.add_argument("--until", metavar="T", default="", help="ISO 8601; default now")
    history.add_argument("--step", choices=[step.value for step in Step], default=Step.MINUTE.value)
    shape = history.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true")
    shape.add_argument("--csv", action="store_true")


def _edits(add: Add) -> None:
    new = add("add", "Add a client, tunnel or host: add client remark=home quota=10GiB")
    new.add_argument("kind", choices=OWNED, metavar="KIND")
    new.add_argument("values", nargs="*", type=_pair, metavar="key=value")
    for name, text in (
        ("set", "Edit an owner, live: set client 3 rate=512KiB/s"),
        ("adjust", "Adjust the running period: adjust client 3 opening=12GiB top_up=5GiB"),
    ):
        edit = add(name, text)
        edit.add_argument("kind", choices=KINDS, metavar="KIND")
        edit.add_argument("words", nargs="+", metavar="[ID] key=value")
    _owner(add("reset", "Begin a new period: the quota counts from nothing again."), KINDS)
    for name, text in (("remove", "Remove"), ("start", "Start"), ("stop", "Stop")):
        _owner(add(name, f"{text} a client, tunnel or host."), OWNED)


def _exchanges(add: Add) -> None:
    for name, text in (
        ("import", "Take clients, tunnels and hosts from NPS's conf folder; what is here stays as it is."),
        ("export", "Write clients, tunnels and hosts into a conf folder for NPS."),
    ):
        command = add(name, text)
        command.add_argument("form", choices=["nps"], metavar="nps")
        command.add_argument("folder", type=_absolute, metavar="CONF_DIR")


def _copies(add: Add) -> None:
    for name, text in (
        ("backup", "Copy the whole ledger into a new file, while npsgui runs."),
        ("restore", "Put a backup in the place of the ledger, which is set aside."),
    ):
        add(name, text).add_argument("file", type=_absolute, metavar="FILE")


def _absolute(text: str) -> str:
    """The folder or file as a program with another working folder finds it."""
    return str(Path(text).absolute())


def _owner(command: argparse.ArgumentParser, kinds: list[str]) -> None:
    command.add_argument("kind", choices=kinds, metavar="KIND")
    command.add_argument("id", type=int, nargs="?" if OwnerKind.GLOBAL.value in kinds else None, metavar="ID")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"“{text}” is not key=value")
    return name, value


def _values(top: argparse.ArgumentParser, pairs: list[tuple[str, str]]) -> dict[str, str]:
    values = dict(pairs)
    for name in values:
        if sum(name == other for other, _value in pairs) > 1:
            top.error(f"{name} is given twice")
    return values


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What is asked for. Exits with 2 on bad usage.

    argparse gives an ID or a key=value that may be left out up when an option stands before it: it is put
    behind the KIND, where it is taken.
    """
    top = parser()
    for word in argv:
        if not word.isascii() and any("\ud800" <= letter <= "\udfff" for letter in word):
            top.error(f"{word!a} is not text in the encoding of this terminal")
    given, late = top.parse_known_args(argv)
    if late and hasattr(given, "kind") and not any(word.startswith("-") for word in late):
        words = list(argv)
        for word in late:
            words.remove(word)
        behind = words.index(given.kind) + 1
        given = top.parse_args([*words[:behind], *late, *words[behind:]])
    elif late:
        top.error(f"unrecognized arguments: {' '.join(late)}")
    if given.demo and (given.command or given.data != top.get_default("data")):
        top.error("--demo takes no command and no --data: its folder is thrown away")
    if given.command == "agent" and not (given.config or (given.server and given.key)):
        top.error("agent needs --server and --key, or --config")
    _settle_values(top, given)
    _check_id(top, given)
    return given


def _settle_values(top: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """Put the words of an edit in their places: an ID, and values by key."""
    if given.command in ("set", "adjust"):
        words = list(given.words)
        given.id = int(words.pop(0)) if words[0].isdecimal() else None
        try:
            given.values = _values(top, [_pair(word) for word in words])
        except argparse.ArgumentTypeError as error:
            top.error(str(error))
        if not given.values:
            top.error(f"{given.command} needs at least one key=value")
    elif given.command == "add":
        given.values = _values(top, given.values)


def _check_id(top: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """An ID is there where one is needed, and nowhere else."""
    kind = getattr(given, "kind", OwnerKind.GLOBAL.value)
    if kind == OwnerKind.GLOBAL.value:
        if getattr(given, "id", None) is not None:
            top.error("global has no ID")
    elif given.command != "add" and given.id is None:
        top.error(f"{given.command} {kind} needs an ID")
