"""Every ledger test that can runs on a file and on a PostgreSQL server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.household import Place
from tests.ledger.server import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests; each takes a schema of its own."""
    with server() as made:
        yield made


class Places:
    """Makes places for ledgers: folders, or schemas on the server."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self._folder, self._server = folder, server
        self._numbers = itertools.count(1)

    def new(self) -> Place:
        """Where no ledger is yet."""
        if self._server is None:
            return self._folder / str(next(self._numbers))
        return self._server.place()


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Folders, then schemas."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return Places(tmp_path, server)


@pytest.fixture
def place(places: Places) -> Place:
    """A place for a new ledger."""
    return places.new()
