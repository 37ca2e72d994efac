"""Tells what a bundle is made of: the licence texts that must go with it, and its parts for the SBOM.

Run with the Python that made the bundle. Usage:
components.py BUNDLE FOLDER    writes FOLDER/copyright and FOLDER/components/NAME.txt
components.py BUNDLE BOM.json  adds to a CycloneDX file what the machine that built it has given
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path
from typing import NamedTuple

from PyInstaller.archive.readers import CArchiveReader

QT_TEXTS = ("LGPL-3", "GPL-3")
"""PySide6's wheels name their licence and bring no text of it; Debian has it."""
COMMON = Path("/usr/share/common-licenses")


class Part(NamedTuple):
    """One component of the bundle."""

    name: str
    version: str
    license: str
    text: str
    debian: bool


def from_wheels(bundle: Path) -> list[Part]:
    """The Python distributions of which a module is in the bundle; and PyInstaller, whose starter is."""
    archive = CArchiveReader(str(bundle / "npsgui")).open_embedded_archive("PYZ.pyz")
    modules = {name.partition(".")[0] for name in archive.toc}
    modules |= {path.name.partition(".")[0] for path in (bundle / "_internal").iterdir()}
    wheels = {
        name for module, names in packages_distributions().items() if module in modules for name in names
    }
    return [
        _wheel(distribution(name)) for name in sorted(wheels - {"npsgui"} | {"pyinstaller"}, key=str.lower)
    ]


def _wheel(found: Distribution) -> Part:
    texts = [
        file.read_text()
        for file in sorted(found.files or ())
        if ".dist-info" in str(file) and re.search("licen|copying|notice|authors", file.name.lower())
    ]
    meta = found.metadata
    said = meta.get("License-Expression") or meta.get("License") or ""
    if not texts:
        said = said or "LGPL-3.0-only"
        if "LGPL" not in said:
            sys.exit(f"{found.name} brings no licence text")
        texts = [(COMMON / name).read_text() for name in QT_TEXTS]
    return Part(found.name, found.version, said.strip().partition("\n")[0], "\n\n".join(texts), debian=False)


def from_machine(bundle: Path) -> list[Part]:
    """The Debian packages whose libraries are in the bundle, the interpreter's among them."""
    files = [path.name for path in (bundle / "_internal").glob("lib*.so*") if not path.is_symlink()]
    owners = _run("dpkg", "-S", *(f"*/{name}" for name in files))
    names = {
        line.partition(":")[0]
        for line in owners.splitlines()
        if re.search(r"/lib/x86|/lib/aarch|/lib/lib", line)
    }
    names |= {"libpython3.11-stdlib"} if "libpython3.11" in names else set()
    return [_package(name) for name in sorted(names)]


def _package(name: str) -> Part:
    version = _run("dpkg-query", "-W", "-f", "${Version}\n", name).partition("\n")[0]
    text = (Path("/usr/share/doc") / name / "copyright").read_text()
    return Part(name, version, "see its text", text, debian=True)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def write_texts(parts: list[Part], folder: Path) -> None:
    """The machine-readable copyright file of the package, and the texts that it points to."""
    (folder / "components").mkdir(parents=True, exist_ok=True)
    said = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
        "Upstream-Name: npsgui",
        f"Source: {HOME}",
        "Comment: /usr/lib/npsgui holds a Python and libraries besides npsgui itself.",
        " They are listed below; their licences are in components/, beside this file.",
        "",
        "Files: *",
        "Copyright: 2026 The npsgui authors",
        "License: Expat",
        *_indented(Path("LICENSE").read_text().partition("\n\n")[2].partition("\n\n")[2]),
        "",
    ]
    for part in parts:
        (folder / "components" / f"{part.name}.txt").write_text(part.text)
    listed = [f" {part.name} {part.version}: {part.license}" for part in parts]
    said += [
        "Files: usr/lib/npsgui/_internal/*",
        "Copyright: as components/NAME.txt says of each",
        "License: various",
    ]
    said += [" Each under its own licence:", *listed, ""]
    said += [
        "Files: usr/lib/npsgui/_internal/npsgui/resources/icons/*",
        "Copyright: 2020 Paweł Kuna",
        "License: Expat",
        "Comment: Tabler icons.",
        "",
    ]
    (folder / "copyright").write_text("\n".join(said))


def _indented(text: str) -> list[str]:
    return [f" {line or '.'}" for line in text.strip().splitlines()]


def add_to_bom(parts: list[Part], bom: Path) -> None:
    """Add Debian's packages to the components of a CycloneDX file."""
    content = json.loads(bom.read_text())
    content["components"] += [
        {
            "type": "library",
            "bom-ref": f"debian:{part.name}",
            "name": part.name,
            "version": part.version,
            "purl": f"pkg:deb/debian/{part.name}@{part.version.replace('+', '%2B')}",
        }
        for part in parts
        if part.debian
    ]
    bom.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


HOME = "https://github.com/npsgui/npsgui"

if __name__ == "__main__":
    bundle, target = map(Path, sys.argv[1:])
    everything = from_wheels(bundle) + from_machine(bundle)
    if target.suffix == ".json":
        add_to_bom(everything, target)
    else:
        write_texts(everything, target)
