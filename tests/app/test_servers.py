"""This computer as the agent of other servers."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from npsgui.app.servers import Servers
from npsgui.model.errors import FieldError
from tests.bridge.town import KEY, town
from tests.relay.house import echo, serving
from tests.waiting import until


def test_it_serves_counts_and_is_remembered(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(echo) as (target,), town() as place, asyncio.timeout(30):
            servers = Servers(tmp_path)
            servers.add(str(place.server), KEY, tls=False)
            await until(lambda: bool(place.bridge.agents()))
            notes = place.visit(target)
            notes.stream.write(bytes(1000))
            await until(lambda: len(notes.data) == 1000)

            (row,) = servers.rows()
            assert (row.now.online, row.now.streams, row.now.inlet, row.now.export) == (True, 1, 1000, 1000)
            file = tmp_path / "servers.json"
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            await servers.close()
            await until(lambda: not place.bridge.agents())

            again = Servers(tmp_path)
            again.start()
            await until(lambda: bool(place.bridge.agents()))
            again.enable(1, False)
            await until(lambda: not place.bridge.agents())
            assert [row.server.enabled for row in Servers(tmp_path).rows()] == [False]
            again.remove(1)
            assert (again.rows(), Servers(tmp_path).rows()) == ([], [])
            await again.close()

    asyncio.run(body())


class Chest:
    """A vault; one that is locked keeps nothing and gives nothing."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.locked = False

    async def keep(self, name: str, secret: str) -> bool:
        if not self.locked:
            self.secrets[name] = secret
        return not self.locked

    async def find(self, name: str) -> str | None:
        return None if self.locked else self.secrets.get(name)

    async def forget(self, name: str) -> None:
        self.secrets.pop(name, None)


def test_a_key_is_kept_in_the_vault_and_no_longer_in_the_file(tmp_path: Path) -> None:
    async def body() -> None:
        chest, file = Chest(), tmp_path / "servers.json"
        async with town() as place, asyncio.timeout(30):
            servers = Servers(tmp_path, chest)
            servers.add(str(place.server), KEY, tls=False)
            await until(lambda: KEY not in file.read_text())
            assert list(chest.secrets.values()) == [KEY]
            await until(lambda: bool(place.bridge.agents()))
            await servers.close()
            await until(lambda: not place.bridge.agents())

            again = Servers(tmp_path, chest)
            again.start()
            await until(lambda: bool(place.bridge.agents()))
            assert KEY not in file.read_text()
            again.remove(1)
            await until(lambda: not chest.secrets)
            await again.close()

    asyncio.run(body())


def test_a_vault_that_is_locked_leaves_the_key_in_the_file_or_the_agent_without_one(tmp_path: Path) -> None:
    async def body() -> None:
        chest, file = Chest(), tmp_path / "servers.json"
        chest.locked = True
        servers = Servers(tmp_path, chest)
        servers.add("127.0.0.1:1", KEY, tls=False)
        await asyncio.sleep(0)
        await servers.close()
        assert KEY in file.read_text()

        chest.locked = False
        servers = Servers(tmp_path, chest)
        servers.start()
        await until(lambda: KEY not in file.read_text())
        await servers.close()

        chest.locked = True
        servers = Servers(tmp_path, chest)
        servers.start()
        await asyncio.sleep(0)
        (row,) = servers.rows()
        assert str(row.now.said) == "The keyring does not give its key."
        await servers.close()

    asyncio.run(body())


def test_what_is_no_server_is_refused_beside_its_field(tmp_path: Path) -> None:
    async def body() -> None:
        servers = Servers(tmp_path)
        servers.add("127.0.0.1:1", "k", tls=False)
        for address, key, field in (
            ("a b", "k", "server"),
            ("host", " ", "key"),
            ("127.0.0.1:1", "k", "server"),
        ):
            with pytest.raises(FieldError) as caught:
                servers.add(address, key, tls=False)
            assert caught.value.field == field
        await servers.close()

    asyncio.run(body())


def test_a_damaged_file_costs_what_is_in_it_and_not_the_start(tmp_path: Path) -> None:
    (tmp_path / "servers.json").write_text("{")

    assert Servers(tmp_path).rows() == []
