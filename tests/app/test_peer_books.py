from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.peers import PeerUsage
from tests.app.audited import CLIENT, TUNNEL, closed_session, furnished
from tests.ledger.pen import FOR_EVER

pytestmark = pytest.mark.asyncio


async def test_bytes_of_open_and_of_ended_sessions_are_told_by_address(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"12345\n")
        assert await reader.readexactly(1) == b"."
        other_reader, other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        ended = asyncio.ensure_future(closed_session(program))
        other.write(b"123\n")
        assert await other_reader.readexactly(1) == b"."
        other.close()
        await ended
        program._books.turn(time.time(), time.monotonic())

        told = await program.peers(TUNNEL, 0, FOR_EVER)
        day = int(time.time()) // 86400 * 86400

        assert [usage for usage in told if usage.day == day] == [
            PeerUsage(day, "127.0.0.1", 6, 1),
            PeerUsage(day, "127.0.0.2", 4, 1),
        ]
        assert (
            await program.peers(CLIENT, 0, FOR_EVER) == await program.peers(GLOBAL_KEY, 0, FOR_EVER) == told
        )
        writer.write(b"x\n")
        assert await reader.readexactly(1) == b"."
        await program.remove(TUNNEL)
        [last] = [usage for usage in await program.peers(TUNNEL, 0, FOR_EVER) if usage.peer == "127.0.0.1"]
        assert (last.inlet, last.export) == (8, 2)
        assert await program.verify() == []
        writer.close()
