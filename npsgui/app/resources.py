"""Finds the files that are not code: icons and translations. Never writes."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """The path of a resource, ``icons/plus.svg``: in the package of a wheel, else in the source tree."""
    packed = _PACKAGE / "resources"
    return (packed if packed.is_dir() else _PACKAGE.parent / "resources") / name
