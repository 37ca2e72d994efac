"""Writes what a shell and a reader are told of the command line, from the parser itself.

Usage: pages.py FOLDER    completion.bash, completion.zsh, and npsgui.1 from npsgui.1.in
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from npsgui.cli.arguments import KINDS, parser
from npsgui.model.entities import OwnerKind
from npsgui.model.words import words_of

HERE = Path(__file__).parent
FOLDERS = {"DIR", "CONF_DIR"}
FILES = {"FILE"}


def commands(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of the commands, by name."""
    return next(a.choices for a in top._actions if isinstance(a, argparse._SubParsersAction))


def options(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """What may be given with a dash."""
    return [action for action in command._actions if action.option_strings]


def places(command: argparse.ArgumentParser) -> list[argparse.Action]:
    """What is given by its place."""
    return [
        action
        for action in command._actions
        if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
    ]


def keys(command: str) -> dict[str, list[str]]:
    """The words before ``=`` that a command takes, by kind of owner."""
    return {kind: list(words_of(OwnerKind(kind))) for kind in KINDS} if command in {"add", "set"} else {}


def bash(top: argparse.ArgumentParser) -> str:
    """The completion for bash."""
    cases = []
    for name, command in commands(top).items():
        words = _words(options(command))
        words += [str(choice) for action in places(command) for choice in action.choices or ()]
        cases.append(f'        {name}) words="{" ".join(words)}";;')
    kinds = [
        f'        {kind}) keys="{" ".join(f"{key}=" for key in found)}";;'
        for kind, found in keys("set").items()
    ]
    valued = {
        o: a
        for c in (top, *commands(top).values())
        for a in options(c)
        if a.nargs != 0
        for o in a.option_strings
    }
    values = [
        f"        {option}) {_bash_values(action)} return;;" for option, action in sorted(valued.items())
    ]
    return f"""# bash completion for npsgui, made by packaging/linux/pages.py from the parser

_npsgui() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
    local command= kind= words keys= word skip=
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        if [[ $skip ]]; then skip=; continue; fi
        case $word in
        {"|".join(sorted(valued))}) skip=1;;
        -*) ;;
        *) if [[ ! $command ]]; then command=$word; elif [[ ! $kind ]]; then kind=$word; fi;;
        esac
    done
    case $prev in
{chr(10).join(values)}
    esac
    case $command in
        "") words="{" ".join(_words(options(top)) + list(commands(top)))}";;
{chr(10).join(cases)}
    esac
    if [[ $command == @(import|export) && $kind ]]; then
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return
    elif [[ $command == @(add|set) && $kind ]]; then
        case $kind in
{chr(10).join(kinds)}
        esac
        compopt -o nospace; mapfile -t COMPREPLY < <(compgen -W "$keys" -- "$cur"); return
    elif [[ $kind && $cur != -* ]]; then
        return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}}
complete -F _npsgui npsgui
"""


def _bash_values(action: argparse.Action) -> str:
    if _metavar(action) in FOLDERS | FILES:
        kind = "-d" if _metavar(action) in FOLDERS else "-f"
        return f'compopt -o filenames; mapfile -t COMPREPLY < <(compgen {kind} -- "$cur");'
    words = " ".join(map(str, action.choices or ()))
    return f'mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$cur");' if words else ""


def zsh(top: argparse.ArgumentParser) -> str:
    """The completion for zsh."""
    listed = "\n".join(
        f"        {_quoted(f'{name}:{command.description}')}" for name, command in commands(top).items()
    )
    cases = "\n".join(
        f"        {name}) _arguments {' '.join(_zsh_arguments(name, command))};;"
        for name, command in commands(top).items()
    )
    return f"""#compdef npsgui
# made by packaging/linux/pages.py from the parser

_npsgui() {{
    local context state line
    local -a commands
    commands=(
{listed}
    )
    _arguments -C {" ".join(map(_zsh_option, options(top)))} \\
        '1:command:->command' '*::argument:->argument' && return
    case $state in
    command) _describe command commands;;
    argument)
        case $line[1] in
{cases}
        esac;;
    esac
}}

_npsgui "$@"
"""


def _zsh_arguments(name: str, command: argparse.ArgumentParser) -> Iterator[str]:
    yield from map(_zsh_option, options(command))
    for number, action in enumerate(places(command), 1):
        place = "*" if action.nargs in {"*", "+"} else str(number)
        words = sorted({f"{key}=" for found in keys(name).values() for key in found}) if place == "*" else []
        yield _quoted(f"{place}:{_plain(_metavar(action))}:{_zsh_values(action, words)}")


def _zsh_option(action: argparse.Action) -> str:
    option = action.option_strings[-1]
    value = "" if action.nargs == 0 else f":{_plain(_metavar(action))}:{_zsh_values(action, [])}"
    return _quoted(f"{option}[{_plain(_help(action))}]{value}")


def _zsh_values(action: argparse.Action, words: list[str]) -> str:
    if _metavar(action) in FOLDERS:
        return "_files -/"
    if _metavar(action) in FILES:
        return "_files"
    return f"({' '.join(map(str, action.choices or words))})"


def manual(top: argparse.ArgumentParser, template: str) -> str:
    """The page of the manual: the template, with the commands and options of the parser."""
    said = []
    for name, command in commands(top).items():
        usage = command.format_usage().split(None, 3)[3:] or [""]
        said += [
            ".TP",
            f".B npsgui {name} \\fR{_roff(' '.join(usage[0].split()))}",
            _roff(command.description or ""),
        ]
        said += _roff_options(command, indented=True)
    filled = template.replace("@OPTIONS@", "\n".join(_roff_options(top, indented=False)))
    words = [f".TP\n.B {kind}\n{_roff(', '.join(found))}" for kind, found in keys("set").items()]
    return filled.replace("@COMMANDS@", "\n".join(said)).replace("@WORDS@", "\n".join(words))


def _roff_options(command: argparse.ArgumentParser, *, indented: bool) -> list[str]:
    shared = {"--help", "--data", "--ledger"} if indented else set()
    said: list[str] = []
    for action in options(command):
        if shared & set(action.option_strings):
            continue
        value = "" if action.nargs == 0 else f" \\fI{_roff(_metavar(action))}\\fR"
        said += [".TP", f"\\fB{_roff(', '.join(action.option_strings))}\\fR{value}", _roff(_help(action))]
    return [".RS", *said, ".RE"] if indented and said else said


def _words(actions: list[argparse.Action]) -> list[str]:
    return [option for action in actions for option in action.option_strings]


def _metavar(action: argparse.Action) -> str:
    return str(
        action.metavar or (",".join(map(str, action.choices)) if action.choices else action.dest.upper())
    )


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%(default)s", str(action.default))


def _plain(text: str) -> str:
    """Without what ends a part of a specification of _arguments."""
    return text.replace("[", "(").replace("]", ")").replace(":", " ")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _roff(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace(" .", " \\&.")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    whole = parser()
    (folder / "completion.bash").write_text(bash(whole))
    (folder / "completion.zsh").write_text(zsh(whole))
    (folder / "npsgui.1").write_text(manual(whole, (HERE / "npsgui.1.in").read_text()))
