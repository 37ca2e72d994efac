from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from npsgui.app.commands import execute
from npsgui.app.control import ControlServer
from npsgui.app.nps_conf.exchange import export_nps, import_nps
from npsgui.app.program import Program
from npsgui.model.entities import GLOBAL_KEY, OwnerKey, OwnerKind
from npsgui.model.errors import ImportFailed
from npsgui.model.views import State
from tests.app.nps_house import CLIENT, HOST, SEPARATOR, TASK, client, conf, flow, host, target, task, text
from tests.relay.house import free_port
from tests.source import ROOT

pytestmark = pytest.mark.asyncio

CLIENT_4 = OwnerKey(OwnerKind.CLIENT, 4)
TUNNEL_3 = OwnerKey(OwnerKind.TUNNEL, 3)
HOST_1 = OwnerKey(OwnerKind.HOST, 1)


@asynccontextmanager
async def opened(folder: Path, *, relay: bool = False) -> AsyncIterator[Program]:
    program = await Program.open(folder, relay=relay)
    try:
        yield program
    finally:
        await program.close()


def state(program: Program) -> tuple[object, ...]:
    """All that a second import must not change."""
    return program.configuration, program.flows(), program.flow(GLOBAL_KEY)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write((await reader.readexactly(4)).upper())
    writer.close()


async def test_an_imported_tunnel_runs_at_once_and_carries_on_its_counters(tmp_path: Path) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port, to = free_port(), server.sockets[0].getsockname()[1]
    folder = conf(
        tmp_path / "conf",
        text(client(Flow=flow(7, 7))),
        text(task(Port=port, Target=target(f"127.0.0.1:{to}"), Flow=flow(100, 50))),
    )
    async with server, opened(tmp_path / "data", relay=True) as program:
        await import_nps(program, folder)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"ping")
        said = await reader.read()
        writer.close()

        assert said == b"PING"
        for owner in (TUNNEL_3, CLIENT_4, GLOBAL_KEY):
            row = program.flow(owner)
            assert (row.inlet, row.export) == (104, 54)
        assert program.flow(TUNNEL_3).state is State.RUNNING
    async with opened(tmp_path / "data") as program:
        assert program.flow(CLIENT_4).inlet == 104
        assert await program.verify() == []


async def test_a_port_that_is_taken_is_told_of(tmp_path: Path) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR, text(task(Port=port, Remark="web")))
    async with server, opened(tmp_path / "data", relay=True) as program:
        said = await import_nps(program, folder)

    assert f"Not listening: tunnel 3 “web”. Port {port} on 127.0.0.1 is in use." in map(str, said)


async def test_what_does_not_run_yet_is_kept_and_says_why(tmp_path: Path) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR, TASK + SEPARATOR, HOST + SEPARATOR)
    async with opened(tmp_path / "data") as program:
        said = await import_nps(program, folder)
        rows = {row.owner: row for row in program.flows()}

    waiting = [owner for owner, row in rows.items() if row.state is State.WAITING]
    assert str(said[0]) == "Taken: clients 1, tunnels 1, hosts 1."
    for owner in waiting:
        reason = rows[owner].reason
        assert any(str(owner) in str(one) and str(reason) in str(one) for one in said)


async def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    folder = conf(
        tmp_path / "conf",
        text(CLIENT, client(Id=5), client(Id=6, VerifyKey="")),
        text(task(Flow=flow(100, 50)), task(Id=5, Port=21003)),
        text(host(Flow=flow(1, 2))),
    )
    async with opened(tmp_path / "data") as program:
        await import_nps(program, folder)
        first = state(program)
        await import_nps(program, folder)

        assert state(program) == first
    async with opened(tmp_path / "data") as program:
        said = await import_nps(program, folder)

        assert state(program) == first
        assert str(said[1]) == "Here already and not changed: clients 3, tunnels 1, hosts 1."
        assert await program.verify() == []


async def test_an_import_keeps_the_edits_made_since(tmp_path: Path) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR, text(task()))
    async with opened(tmp_path / "data") as program:
        await import_nps(program, folder)
        await program.set(CLIENT_4, {"key": "another", "quota": "1GiB"})
        await program.set(TUNNEL_3, {"port": "21999"})
        edited = state(program)
        await import_nps(program, folder)

        assert state(program) == edited


async def test_what_is_new_in_nps_is_added(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as program:
        await import_nps(program, conf(tmp_path / "conf", text(client()), text(task(Flow=flow(100, 50)))))
        tasks = text(task(Flow=flow(999, 999)), task(Id=8, Port=21008, Flow=flow(10, 1)))
        await import_nps(program, conf(tmp_path / "conf", text(client()), tasks))

        assert program.flow(TUNNEL_3).inlet == 100
        assert program.flow(CLIENT_4).inlet == 110
        assert await program.verify() == []


async def test_an_id_of_another_owner_refuses_all_of_it(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as program:
        for remark in ("mine", "more", "and", "nas"):
            await program.add(OwnerKind.CLIENT, {"remark": remark})
        before = state(program)
        folder = conf(tmp_path / "conf", text(client(Id=9, VerifyKey="k"), client(Remark="theirs")))

        with pytest.raises(ImportFailed, match="client 4 “theirs” than the client 4 “nas”"):
            await import_nps(program, folder)
        assert state(program) == before


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"clients.json": CLIENT + SEPARATOR + '{"Id":5,]'}, "clients.json, line 2, column 12: "),
        ({"tasks.json": '{"Id":3,\n "Port":\n}'}, "tasks.json, line 3, column 1: "),
        ({"hosts.json": HOST[:-1]}, f"hosts.json, line 1, column {len(HOST)}: "),
        ({"tasks.json": "[" * 100_000}, "tasks.json, line 1: brackets nested too deeply"),
        ({"hosts.json": b'{"Remark":"\xe5\xad"}'}, "hosts.json is not UTF-8 at byte 11"),
        ({"tasks.json": TASK.encode("utf-16")}, "tasks.json is not UTF-8 at byte 0"),
        ({"clients.json": None}, "There is no clients.json in "),
    ],
)  # fmt: skip
async def test_a_broken_file_is_named_with_its_place_and_nothing_is_taken(
    tmp_path: Path, files: dict[str, Any], said: str
) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR, TASK + SEPARATOR, HOST + SEPARATOR)
    for name, content in files.items():
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    async with opened(tmp_path / "data") as program:
        with pytest.raises(ImportFailed) as refused:
            await import_nps(program, folder)

        assert str(refused.value).startswith(said)
        assert program.flows() == []


async def test_a_folder_in_the_place_of_a_file_is_told_of(tmp_path: Path) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR)
    (folder / "tasks.json").mkdir()
    async with opened(tmp_path / "data") as program:
        with pytest.raises(ImportFailed, match=r"tasks\.json cannot be read: Is a directory"):
            await import_nps(program, folder)


async def test_an_export_comes_out_as_it_went_in(tmp_path: Path) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR, TASK + SEPARATOR, HOST + SEPARATOR)
    async with opened(tmp_path / "data") as program:
        await import_nps(program, folder)
    async with opened(tmp_path / "data") as program:
        await export_nps(program, tmp_path / "new" / "out")

    for file in folder.iterdir():
        assert (tmp_path / "new" / "out" / file.name).read_bytes() == file.read_bytes()


async def test_an_export_keeps_what_was_there_and_is_for_its_owner_only(tmp_path: Path) -> None:
    out = conf(tmp_path / "out", "old", "", "")
    async with opened(tmp_path / "data") as program:
        await program.add(OwnerKind.CLIENT, {})
        await export_nps(program, out)

    assert (out / "clients.json.bak").read_text("utf-8") == "old"
    assert (out / "clients.json").stat().st_mode & 0o777 == 0o600
    assert (out / "tasks.json").read_bytes() == b""


async def test_an_export_has_the_edits_and_the_counters_of_now(tmp_path: Path) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR, text(task(Flow=flow(100, 50))), HOST + SEPARATOR)
    async with opened(tmp_path / "data") as program:
        await import_nps(program, folder)
        await program.set(CLIENT_4, {"quota": "3GiB", "rate": "1500", "inlet_rate": "1KiB"})
        await program.enable(HOST_1, wanted=False)
        await program.set(TUNNEL_3, {"remark": "new"})
        said = await export_nps(program, tmp_path / "out")

    read = [
        json.loads((tmp_path / "out" / name).read_text("utf-8").removesuffix(SEPARATOR))
        for name in ("clients.json", "tasks.json", "hosts.json")
    ]
    assert read == [
        client(Flow=flow(100, 50, 3 * 1024), RateLimit=2),
        task(Flow=flow(100, 50), Remark="new"),
        host(IsClose=True),
    ]
    assert "NPS has no exact place for rate, inlet_rate of client 4." in map(str, said)


async def test_the_commands_answer_in_sentences(tmp_path: Path) -> None:
    folder = conf(tmp_path / "conf", CLIENT + SEPARATOR)
    async with opened(tmp_path / "data") as program:
        refused = await execute(program, "import", {"form": "nps", "folder": str(tmp_path)})
        taken = await execute(program, "import", {"form": "nps", "folder": str(folder)})
        written = await execute(program, "export", {"form": "nps", "folder": str(folder / "clients.json")})

    assert (refused.failed, refused.said) == (True, (f"There is no clients.json in {tmp_path}.",))
    assert (taken.failed, taken.said) == (False, ("Taken: clients 1, tunnels 0, hosts 0.",))
    assert written.failed
    assert "cannot be written" in written.said[0]


async def test_the_command_line_imports_live_from_a_folder_near_it(tmp_path: Path) -> None:
    folder = conf(
        tmp_path / "nps" / "conf", CLIENT + SEPARATOR, text(task(Port=free_port(), Flow=flow(100, 50)))
    )
    async with opened(tmp_path / "data", relay=True) as program:
        control = ControlServer(program)
        await control.start()
        asked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "npsgui", "--data", str(tmp_path / "data"), "import", "nps", "conf"),
            cwd=folder.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asked.communicate()
        await control.close()

        assert (asked.returncode, said) == (0, b"Taken: clients 1, tunnels 1, hosts 0.\n")
        assert program.flow(CLIENT_4).export == 50
