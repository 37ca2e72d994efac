from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from npsgui.app.program import Program
from npsgui.model.entities import OwnerKind
from tests.ledger.server import server

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ledger() -> Iterator[str]:
    """The URL of a ledger on a server of its own."""
    with server() as made:
        yield made.place()


async def test_programs_keep_their_books_in_one_database(tmp_path: Path, ledger: str) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "settings.toml").write_text(f'node = "{name}"\n')
    one = await Program.open(tmp_path / "one", ledger=ledger)
    two = await Program.open(tmp_path / "two", relay=False, ledger=ledger)
    await one.add(OwnerKind.CLIENT, {"remark": "home"})
    assert list(two.configuration.clients) == []
    await two.close()
    await one.close()

    (tmp_path / "two" / "settings.toml").write_text(f'node = "one"\nledger = "{ledger}"\n')
    moved = await Program.open(tmp_path / "two", relay=False)
    assert [client.remark for client in moved.configuration.clients.values()] == ["home"]
    assert await moved.verify() == []
    await moved.close()
    assert not (tmp_path / "two" / "ledger.db").exists()
