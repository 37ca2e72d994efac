"""What the packages say of npsgui agrees with what it is. Builds none of them: packaging/prove-* try them."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from PySide6.QtGui import QImageReader

from npsgui import __version__
from tests.source import sources

ROOT = Path(__file__).parent.parent
PACKAGING = ROOT / "packaging"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
RECIPES = [path for path in sorted(PACKAGING.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
PINNED = dict(
    line.split("==") for line in (PACKAGING / "constraints.txt").read_text().splitlines() if "==" in line
)


def plain(name: str) -> str:
    """A distribution's name as all spellings of it have it. Source: PEP 503."""
    return re.sub("[-_.]+", "-", name).lower()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_recipe_names_only_files_that_exist(recipe: Path) -> None:
    named = re.findall(r"(?<![\w./-])((?:packaging|resources)/[\w./-]*\w)", recipe.read_text())

    assert [name for name in named if not (ROOT / name).exists() and not list(ROOT.glob(name + "*"))] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_version_stands_in_one_place(recipe: Path) -> None:
    examples = {"packaging/prove-windows", "packaging/windows/npsgui.nsi"}
    if str(recipe.relative_to(ROOT)) not in examples:
        assert not re.search(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])", recipe.read_text())


def test_what_starts_with_a_shebang_can_be_started() -> None:
    scripts = [path for path in RECIPES if path.read_text().startswith("#!")]

    assert [path.name for path in scripts if not path.stat().st_mode & 0o100] == []


def test_every_requirement_is_pinned_within_its_range() -> None:
    pinned = {plain(name): version for name, version in PINNED.items()}
    groups = [PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values()]
    wanted = [Requirement(text) for group in groups for text in group]
    wanted = [each for each in wanted if each.marker is None or each.marker.evaluate()]

    assert [str(each) for each in wanted if plain(each.name) not in pinned] == []
    assert [str(each) for each in wanted if pinned[plain(each.name)] not in each.specifier] == []


def test_the_bundle_leaves_nothing_out_that_is_imported() -> None:
    recipe = (PACKAGING / "npsgui.spec").read_text()
    excluded = tuple(re.findall(r'EXCLUDED = """(.*?)"""', recipe, re.DOTALL)[0].split())
    nodes = [node for source in sources("npsgui") for node in ast.walk(source.tree)]
    imported = {
        f"{node.module}.{one.name}."
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    imported |= {f"{one.name}." for node in nodes if isinstance(node, ast.Import) for one in node.names}

    assert "PySide6.QtWidgets.QWidget." in imported
    assert [name for name in imported if name.startswith(tuple(f"{one}." for one in excluded))] == []


def test_the_source_archive_has_what_it_lists() -> None:
    listed = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    packed = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert [name for name in [*listed, *packed] if not (ROOT / name).exists()] == []


def test_wheel_and_bundle_bring_all_resources() -> None:
    here = {f"resources/{path.name}" for path in (ROOT / "resources").iterdir()} - {"resources/screenshots"}
    packed = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    bundled = re.findall(r'"(resources/\w+)": "npsgui/\1"', (PACKAGING / "npsgui.spec").read_text())

    assert {source for source, target in packed.items() if target == f"npsgui/{source}"} == here
    assert set(bundled) == here


def test_the_menu_entry_starts_the_command_and_names_the_icon() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(PACKAGING / "linux/npsgui.desktop", encoding="utf-8")
    main = entry["Desktop Entry"]

    assert main["Exec"] in PROJECT["project"]["scripts"]
    assert (ROOT / f"resources/icons/{main['Icon']}.svg").exists()
    assert all(f"{key}[zh_CN]" in main for key in ("GenericName", "Comment", "Keywords"))
    assert {f"Desktop Action {name}" for name in main["Actions"].strip(";").split(";")} <= set(entry)


def test_the_pictures_of_the_metainfo_are_here_in_their_size() -> None:
    info = ElementTree.parse(PACKAGING / "linux/io.github.npsgui.npsgui.metainfo.xml")

    for image in info.iter("image"):
        path = ROOT / "resources" / (image.text or "").partition("/resources/")[2]
        size = QImageReader(str(path)).size()
        assert (str(size.width()), str(size.height())) == (image.get("width"), image.get("height"))
