"""What shells and readers are told of the command line: made from the parser, and right in a real shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from npsgui.cli.arguments import parser

ROOT = Path(__file__).parents[2]
ASK = """
compopt() { :; }
source "$1/completion.bash"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_npsgui
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run(
        [sys.executable, "packaging/linux/pages.py", folder],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
    )
    return folder


def completed(pages: Path, *words: str) -> list[str]:
    ran = subprocess.run(
        ["bash", "-c", ASK, "bash", pages, *words], capture_output=True, text=True, check=True
    )
    return ran.stdout.split()


def test_a_command_is_completed(pages: Path) -> None:
    assert completed(pages, "npsgui", "fl") == ["flows"]


def test_the_value_of_an_option_is_no_command(pages: Path) -> None:
    assert completed(pages, "npsgui", "--ledger", "verify", "hist") == ["history"]


def test_the_words_of_an_owner_are_completed(pages: Path) -> None:
    assert completed(pages, "npsgui", "set", "client", "3", "quota") == ["quota=", "quota_counts="]


def test_the_choices_of_an_option_are_completed(pages: Path) -> None:
    assert completed(pages, "npsgui", "history", "--step", "") == ["minute", "hour", "day"]


def test_folders_are_completed_where_one_is_wanted(pages: Path) -> None:
    assert completed(pages, "npsgui", "--data", str(pages.parent)[:-1]) != []


@pytest.mark.parametrize("page", ["completion.bash", "completion.zsh", "npsgui.1"])
def test_every_command_is_told(pages: Path, page: str) -> None:
    text = (pages / page).read_text("utf-8")
    usage = parser().format_help().partition("COMMAND\n")[2]
    commands = [line.split()[0] for line in usage.splitlines() if line.startswith("    ") and line[4] != " "]

    assert len(commands) > 10
    assert [command for command in commands if command not in text] == []
