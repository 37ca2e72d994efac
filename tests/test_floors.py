"""The floors hold: who may import whom, and what each floor must never touch. Reads the source with ast."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest

from tests.source import Source, imports, sources

UNDER = {
    "model": set(),
    "relay": {"model"},
    "bridge": {"model"},
    "ledger": {"model"},
    "app": {"model", "relay", "bridge", "ledger"},
    "cli": {"model", "app"},
    "ui": {"model", "app"},
}
"""What each floor may import beside itself. What lies under all of them is in UNDER_ALL."""

UNDER_ALL = {"npsgui", "npsgui.tasks", "npsgui.transports"}
TOP = "npsgui.__main__"

QT = {"PySide6", "qasync", "pyqtgraph"}

PURE_STANDARD = {
    "__future__", "array", "collections", "collections.abc", "dataclasses", "datetime", "decimal", "enum",
    "functools", "ipaddress", "itertools", "json", "math", "re", "types", "typing", "unicodedata", "zoneinfo",
}  # fmt: skip
"""All that the model may import of the standard library: no I/O and no clock among them. The rules of
time zones are facts, which a system keeps in files."""

LATE_IMPORTS = {
    "npsgui.app.certificates",
    "npsgui.app.dbus",
    "npsgui.app.interfaces",
    "npsgui.app.port_holders",
    "npsgui.app.metrics_port",
    "npsgui.app.settings",
    "npsgui.app.vault",
    "npsgui.bridge.codecs",
    "npsgui.ledger.dialect",
    "npsgui.ledger.ledger",
    "npsgui.ledger.opening",
    TOP,
}
"""Where ``importlib`` loads something on purpose: not before first paint, or only when it is needed."""

PROGRAM = sources("npsgui")


def floor_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def breaches(source: Source) -> list[str]:
    """The rules of ARCHITECTURE.md that a file breaks, in words."""
    found = [*_import_breaches(source), *_name_breaches(source)]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and any(imports(node)):
            found.append("imports inside a function")
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            found.append("imports under TYPE_CHECKING")
    return found


def _import_breaches(source: Source) -> Iterable[str]:
    floor = floor_of(source.module)
    for name in imports(source.tree):
        top = name.partition(".")[0]
        if name == "importlib" and source.module not in LATE_IMPORTS:
            yield "uses importlib"
        if top in QT and floor != "ui":
            yield f"imports {name}: Qt is only in ui"
        if floor == "model" and top != "npsgui" and name not in PURE_STANDARD:
            yield f"imports {name}: the model is pure"
        if top == "npsgui" and name not in UNDER_ALL and source.module != TOP:
            target = floor_of(name)
            if not floor or (target != floor and target not in UNDER[floor]):
                yield f"imports {name}: not on a floor under it"


def _name_breaches(source: Source) -> Iterable[str]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in {"create_task", "ensure_future"} and source.module != "npsgui.tasks":
            yield f"calls {node.attr}: tasks are made by npsgui.tasks.spawn"
        if node.attr in {"exec", "exec_"} and source.module != "npsgui.ui.loop":
            yield f"calls {node.attr}: a nested loop loses tasks"


def cycle(files: Iterable[Source]) -> list[str]:
    """Modules that import one another in a ring, or an empty list."""
    known = {source.module: set(imports(source.tree)) for source in files}
    done: set[str] = set()

    def search(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done or module not in known:
            return []
        for name in sorted(known[module]):
            found = search(name, [*path, module])
            if found:
                return found
        done.add(module)
        return []

    for module in sorted(known):
        found = search(module, [])
        if found:
            return found
    return []


@pytest.mark.parametrize("source", PROGRAM, ids=lambda source: source.module)
def test_a_file_keeps_to_its_floor(source: Source) -> None:
    assert breaches(source) == []


def test_no_modules_import_one_another_in_a_ring() -> None:
    assert cycle(PROGRAM) == []


def test_every_package_is_a_known_floor() -> None:
    assert {floor_of(source.module) for source in PROGRAM} <= {*UNDER, "__main__", *map(floor_of, UNDER_ALL)}


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        ("npsgui.model.a", "import time", "pure"),
        ("npsgui.model.a", "from npsgui.app.b import c", "under it"),
        ("npsgui.relay.a", "from npsgui.ledger.ledger import Ledger", "under it"),
        ("npsgui.ui.a", "from npsgui.relay.relay import Relay", "under it"),
        ("npsgui.app.a", "from PySide6.QtCore import QObject", "Qt"),
        ("npsgui.app.a", "import importlib", "importlib"),
        ("npsgui.app.a", "def f():\n    import os", "function"),
        (
            "npsgui.app.a",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os",
            "TYPE_CHECKING",
        ),
        ("npsgui.app.a", "loop.create_task(f())", "spawn"),
        ("npsgui.ui.a", "dialog.exec()", "nested"),
    ],
)
def test_a_breach_is_found(module: str, text: str, said: str) -> None:
    found = breaches(Source(module, text))

    assert len(found) == 1
    assert said in found[0]


def test_a_ring_is_found() -> None:
    ring = [Source("npsgui.app.a", "import npsgui.app.b"), Source("npsgui.app.b", "import npsgui.app.a")]

    assert cycle(ring) == ["npsgui.app.a", "npsgui.app.b", "npsgui.app.a"]
