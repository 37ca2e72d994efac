"""Finds what a bundle is made of, by the files and modules that are in it: every one has somebody it is from.

Runs with the Python that made the bundle, on the Debian that it was made on. Writes nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution, distributions, packages_distributions
from pathlib import Path

from PyInstaller.archive.readers import CArchiveReader

QT_TEXTS = ("LGPL-3", "GPL-3")
"""PySide6's wheels name their licence and bring no text of it; Debian has it."""
COMMON = Path("/usr/share/common-licenses")
ADDED = Path(__file__).parent / "texts"
"""Texts of our own gathering, NAME.txt, for wheels that do not tell of all that they bring."""
MADE = Path("shiboken6/files.dir")
"""What npsgui.spec makes from what the wheel of the same name brings."""
STARTER = "pyinstaller"
"""The distribution whose program starts the bundle, and is in it without a module of its own."""


@dataclass(slots=True)
class Part:
    """One component of the bundle."""

    name: str
    version: str
    license: str
    """An SPDX expression, or what it calls its licence; empty: only its text says."""
    text: str
    purl: str
    files: list[Path] = field(default_factory=list)
    """Its files beneath the bundle's ``_internal``. Python modules are none: the program holds them."""
    sboms: list[Path] = field(default_factory=list)
    """CycloneDX files that it brings, of what was compiled into it. Source: PEP 770."""


def parts_of(bundle: Path) -> list[Part]:
    """All components but npsgui itself, those from wheels first. Exits on a file that is from nowhere."""
    inner = bundle / "_internal"
    files = [path.relative_to(inner) for path in sorted(inner.rglob("*")) if _is_content(path)]
    files = [path for path in files if path.parts[0] != "npsgui"]
    wheels = _from_wheels(_modules(bundle), files)
    known = {file for part in wheels for file in part.files}
    return wheels + _from_machine([file for file in files if file not in known])


def _is_content(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _modules(bundle: Path) -> set[str]:
    """The top names of the Python modules that are packed into the program."""
    archive = CArchiveReader(str(bundle / "npsgui")).open_embedded_archive("PYZ.pyz")
    return {name.partition(".")[0] for name in archive.toc}


def _from_wheels(modules: set[str], files: list[Path]) -> list[Part]:
    """The Python distributions that a module or a file of the bundle is from; and PyInstaller."""
    found = packages_distributions()
    names = {name for module in modules for name in found.get(module, ())} - {"npsgui"} | {STARTER}
    places = {Path(str(file)): found.name for found in distributions() for file in found.files or ()}
    owned = defaultdict(list)
    for file in files:
        if name := MADE.parts[0] if file.is_relative_to(MADE) else places.get(file):
            owned[name].append(file)
    return [_wheel(distribution(name), owned[name]) for name in sorted(names | set(owned), key=str.lower)]


def _wheel(found: Distribution, files: list[Path]) -> Part:
    inner = [file for file in sorted(found.files or ()) if ".dist-info" in str(file)]
    legal = re.compile("licen|copying|notice|authors", re.IGNORECASE)
    texts = [file.read_text() for file in inner if legal.search(file.name)]
    said = _license(found)
    if not texts:
        if "LGPL" not in said:
            sys.exit(f"{found.name} brings no licence text")
        texts = [(COMMON / name).read_text() for name in QT_TEXTS]
    texts += [path.read_text() for path in ADDED.glob(f"{found.name}.txt")]
    sboms = [Path(str(file.locate())) for file in inner if "sboms" in file.parts]
    purl = f"pkg:pypi/{re.sub('[-_.]+', '-', found.name).lower()}@{found.version}"
    return Part(found.name, found.version, said, "\n\n".join(texts), purl, files, sboms)


def _license(found: Distribution) -> str:
    meta = found.metadata
    said = meta.get("License-Expression") or meta.get("License") or ""
    classes = [text.rpartition(" :: ")[2] for text in meta.get_all("Classifier", []) if "License" in text]
    return said.strip().partition("\n")[0] or ", ".join(classes)


def _from_machine(files: list[Path]) -> list[Part]:
    """What Debian's packages have given, or a Python that is none of them."""
    owners = _debian_owners({file.name for file in files} | {Path(os.__file__).name})
    owned = defaultdict(list)
    for file in files:
        # the archive of the modules that Python starts with is made here
        name = owners.get(Path(os.__file__).name if file.name == "base_library.zip" else file.name)
        if name is None and not _is_of_python(file):
            sys.exit(f"Nobody knows where {file} is from")
        owned[name or ""].append(file)
    return [_package(name, of) if name else _python(of) for name, of in sorted(owned.items())]


def _is_of_python(file: Path) -> bool:
    return file.name.startswith(("libpython", "base_library")) or "lib-dynload" in file.parts


def _debian_owners(names: set[str]) -> dict[str, str]:
    """The packages that have libraries, or modules of this Python, of these names."""
    asked = [f"*/{name}" for name in sorted(names)]
    answer = subprocess.run(["dpkg", "-S", *asked], capture_output=True, text=True, check=False)
    found = [line.partition(": ") for line in answer.stdout.splitlines()]
    place = re.compile(rf"(/usr)?/lib/([^/]+-linux-gnu/)?[^/]+|{re.escape(sysconfig.get_path('stdlib'))}/.+")
    return {Path(path).name: name.partition(":")[0] for name, _, path in found if place.fullmatch(path)}


def _package(name: str, files: list[Path]) -> Part:
    asked = ["dpkg-query", "-W", "-f", "${Version} ${Architecture}\n", name]
    version, arch = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()[:2]
    text = (Path("/usr/share/doc") / name / "copyright").read_text()
    purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B')}?arch={arch}"
    return Part(name, version, "", text, purl, files)


def _python(files: list[Path]) -> Part:
    version = ".".join(map(str, sys.version_info[:3]))
    text = (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt").read_text()
    return Part("python", version, "PSF-2.0", text, f"pkg:generic/python@{version}", files)
