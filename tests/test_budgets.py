"""Files, classes and functions stay small. Source: style.md; complexity is ruff's to check."""

from __future__ import annotations

import ast

import pytest

from tests.source import Source, sources

FILE_LINES = 400
CLASS_LINES = 250
METHODS = 20
FUNCTION_LINES = 50
FORBIDDEN_NAMES = {"utils", "util", "misc", "helpers", "helper", "common", "manager", "base"}

ALL = sources("npsgui", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def overspent(source: Source) -> list[str]:
    """The budgets that a file breaks, in words."""
    found = []
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        found.append(f"{lines} lines in a file")
    if source.module.rpartition(".")[2] in FORBIDDEN_NAMES:
        found.append("a name that says nothing")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            methods = sum(isinstance(part, Function) for part in node.body)
            if methods > METHODS:
                found.append(f"{methods} methods in {node.name}")
            if _lines(node) > CLASS_LINES:
                found.append(f"{_lines(node)} lines in {node.name}")
        elif isinstance(node, Function) and _lines(node) > FUNCTION_LINES:
            found.append(f"{_lines(node)} lines in {node.name}")
    return found


def _lines(node: ast.ClassDef | Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.module)
def test_a_file_keeps_to_its_budgets(source: Source) -> None:
    assert overspent(source) == []


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        ("npsgui.app.a", "x = 1\n" * 401, "401 lines in a file"),
        ("npsgui.app.utils", "", "a name that says nothing"),
        (
            "npsgui.app.a",
            "class A:\n" + "".join(f"    def f{i}(self): ...\n" for i in range(21)),
            "21 methods in A",
        ),
        ("npsgui.app.a", "class A:\n" + "    x = 1\n" * 250, "251 lines in A"),
        ("npsgui.app.a", "def f():\n" + "    pass\n" * 50, "51 lines in f"),
    ],
)
def test_an_overspent_budget_is_found(module: str, text: str, said: str) -> None:
    assert overspent(Source(module, text)) == [said]
