"""Writes the licence texts that must go with a bundle: FOLDER/copyright and FOLDER/components/NAME.txt.

Usage: licences.py BUNDLE FOLDER    with the Python that made the bundle
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from components import Part, parts_of

HOME = "https://github.com/npsgui/npsgui"  # a placeholder


def machine_readable(parts: list[Part]) -> Iterator[str]:
    """The lines of Debian's copyright file. Source: the DEP-5 format, 1.0."""
    yield "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    yield "Upstream-Name: npsgui"
    yield f"Source: {HOME}"
    yield "Comment: /usr/lib/npsgui holds a Python and libraries besides npsgui itself."
    yield " They are listed below; their licences are in components/, beside this file."
    yield ""
    yield "Files: *"
    yield "Copyright: 2026 The npsgui authors"
    yield "License: Expat"
    yield from _indented(Path("LICENSE").read_text().partition("\n\n")[2].partition("\n\n")[2])
    yield ""
    yield "Files: usr/lib/npsgui/_internal/*"
    yield "Copyright: as components/NAME.txt says of each"
    yield "License: various"
    yield " Each under its own licence:"
    for part in parts:
        yield f" {part.name} {part.version}: {part.license or 'see its text'}"
    yield ""
    yield "Files: usr/lib/npsgui/_internal/npsgui/resources/icons/*"
    yield "Copyright: 2020 Paweł Kuna"
    yield "License: Expat"
    yield "Comment: Tabler icons."
    yield ""


def _indented(text: str) -> list[str]:
    return [f" {line or '.'}" for line in text.strip().splitlines()]


if __name__ == "__main__":
    bundle, folder = map(Path, sys.argv[1:])
    everything = parts_of(bundle)
    (folder / "components").mkdir(parents=True, exist_ok=True)
    for each in everything:
        (folder / "components" / f"{each.name}.txt").write_text(each.text)
    (folder / "copyright").write_text("\n".join(machine_readable(everything)))
