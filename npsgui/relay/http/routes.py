"""Which host a request is for: by scheme, then the exact host before wildcards, then the longest location.

Pure. Source: design.md section 3; nps-formats.md section 7 for the meaning of the fields.
"""

from __future__ import annotations

from collections.abc import Iterable

from npsgui.model.entities import Host, Scheme


class Routes:
    """The hosts of a configuration, looked up by what a request says."""

    def __init__(self, hosts: Iterable[Host] = ()) -> None:
        self._exact: dict[str, list[Host]] = {}
        self._wild: dict[str, list[Host]] = {}
        """By the part behind ``*``, dot and all."""
        for host in sorted(hosts, key=lambda one: len(one.location), reverse=True):
            name = host.host.lower().rstrip(".")
            shelf, key = (self._wild, name[1:]) if name.startswith("*.") else (self._exact, name)
            shelf.setdefault(key, []).append(host)

    def find(self, scheme: str, name: str, path: str | None = None) -> Host | None:
        """The host for a request; without ``path``, the one whose certificate speaks for ``name``."""
        plain = name.lower().rstrip(".")
        for hosts in self._candidates(plain):
            for host in hosts:
                if host.scheme in (Scheme.ALL, scheme) and (path is None or path.startswith(host.location)):
                    return host
        return None

    def _candidates(self, name: str) -> Iterable[list[Host]]:
        if name in self._exact:
            yield self._exact[name]
        dot = name.find(".")
        while dot >= 0:  # the longest wildcard first
            if name[dot:] in self._wild:
                yield self._wild[name[dot:]]
            dot = name.find(".", dot + 1)
