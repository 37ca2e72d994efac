"""Writes the list of a bundle's parts, with their files and hashes, in CycloneDX's words.

The same bundle gives the same bytes. Usage: sbom.py BUNDLE TARGET    with the Python that made the bundle
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from components import Part, parts_of

from npsgui import __version__

Json: TypeAlias = dict[str, Any]

NAMESPACE = uuid.UUID("6f0c4f7e-6b0a-4f0e-9a52-3a1d1a8f9f63")
"""Of the serial numbers of these lists; drawn once."""
KEPT = ("type", "name", "version", "purl", "licenses", "hashes")
"""What is taken over of a component of a wheel's own list."""
OURS = f"pkg:generic/npsgui@{__version__}"


def bom(bundle: Path, parts: list[Part], made: datetime) -> Json:
    """The list. Source: CycloneDX 1.6."""
    ours = [path for path in sorted((bundle / "_internal/npsgui").rglob("*")) if path.is_file()]
    program = {
        "type": "application",
        "bom-ref": OURS,
        "name": "npsgui",
        "version": __version__,
        "purl": OURS,
        "licenses": [{"license": {"id": "MIT"}}],
        "components": [_file(path, bundle) for path in [bundle / "npsgui", *ours]],
    }
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"timestamp": f"{made:%Y-%m-%dT%H:%M:%SZ}", "component": program},
        "components": [_component(part, bundle) for part in parts],
        "dependencies": [{"ref": OURS, "dependsOn": sorted(part.purl for part in parts)}],
    }
    return {"serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, json.dumps(content))}", **content}


def _component(part: Part, bundle: Path) -> Json:
    files = [_file(bundle / "_internal" / file, bundle) for file in part.files]
    lists = [json.loads(sbom.read_text()) for sbom in part.sboms]
    inside = [_taken_over(found) for each in lists for found in each.get("components", [])]
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "licenses": [{"license": {"name": part.license or f"see components/{part.name}.txt"}}],
        "components": inside + _of_qt(part) + files,
    }


def _of_qt(part: Part) -> list[Json]:
    """Qt and ICU, which PySide6's wheel brings without telling of them: Qt's version is PySide6's."""
    if part.name != "PySide6_Essentials":
        return []
    icu = next(file.suffix[1:] for file in part.files if file.name.startswith("libicuuc"))
    return [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:generic/{name}@{version}"}
        for name, version in (("qt", part.version), ("icu", icu))
    ]


def _taken_over(component: Json) -> Json:
    return {key: component[key] for key in KEPT if key in component}


def _file(path: Path, bundle: Path) -> Json:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "type": "file",
        "name": str(path.relative_to(bundle)),
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


if __name__ == "__main__":
    made_at = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    whole = bom(Path(sys.argv[1]), parts_of(Path(sys.argv[1])), made_at)
    Path(sys.argv[2]).write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
