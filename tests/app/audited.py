"""A program whose tunnel carries bytes to a target that reads everything, and what its audit trail says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from npsgui.app.program import Program
from npsgui.model.audit import AuditEvent, Happening, Search
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.events import Event, SessionClosed
from tests.relay.house import free_port, serving

CLIENT, TUNNEL = OwnerKey(OwnerKind.CLIENT, 1), OwnerKey(OwnerKind.TUNNEL, 1)


async def drain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A target that reads everything, and answers a line with a byte."""
    while data := await reader.read(65536):
        if data.endswith(b"\n"):
            writer.write(b".")


@asynccontextmanager
async def furnished(folder: Path, **limits: str) -> AsyncIterator[tuple[Program, int]]:
    """A program with a client and a tunnel to a target that reads everything; the tunnel's port."""
    async with serving(drain) as (target,):
        program = await Program.open(folder)
        port = free_port()
        await program.add(OwnerKind.CLIENT, {"remark": "home", **limits})
        values = {"client": "1", "port": str(port), "targets": str(target.port)}
        await program.add(OwnerKind.TUNNEL, {**values, "remark": "web"})
        try:
            yield program, port
        finally:
            await program.close()


async def trail(program: Program, *wanted: Happening) -> list[AuditEvent]:
    return [event for event in await program.audit(Search()) if event.what in wanted]


async def closed_session(program: Program) -> SessionClosed:
    """The next session that ends."""
    ended: asyncio.Future[SessionClosed] = asyncio.get_running_loop().create_future()

    def hear(event: Event) -> None:
        if isinstance(event, SessionClosed) and not ended.done():
            ended.set_result(event)

    forget = program.events.subscribe(hear)
    async with asyncio.timeout(10):
        try:
            return await ended
        finally:
            forget()
