"""A program with a client and a tunnel, real sockets and a real ledger; and what it has carried."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from npsgui.app.program import Program
from npsgui.model.entities import OwnerKey, OwnerKind, Target
from npsgui.model.views import Step
from tests.relay.house import free_port, hang_up

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)


TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)


async def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        await hang_up(await asyncio.open_connection("127.0.0.1", port))
    except OSError:
        return False
    return True


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Program]:
    program = await Program.open(folder)
    try:
        yield program
    finally:
        await program.close()


async def furnish(program: Program, target: Target) -> int:
    """Client 1 with tunnel 1 to ``target``; the tunnel's port."""
    port = free_port()
    await program.add(OwnerKind.CLIENT, {"remark": "home"})
    await program.add(OwnerKind.TUNNEL, {"client": "1", "port": str(port), "targets": str(target)})
    return port


async def carry(port: int, count: int) -> None:
    """Send bytes through a tunnel and have them back."""
    stream = await asyncio.open_connection("127.0.0.1", port)
    stream[1].write(bytes(count))
    await stream[0].readexactly(count)
    await hang_up(stream)


async def in_the_ledger(program: Program, owner: OwnerKey) -> tuple[int, int]:
    """What an owner carried in all the minutes on disk."""
    usages = await program.history(owner, 0, 2**40, Step.MINUTE)
    return sum(usage.inlet for usage in usages), sum(usage.export for usage in usages)
