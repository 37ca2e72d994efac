"""The agent's file tunnels: connections of their own, whose streams carry HTTP at once, without a Link.

Source: nps-wire.md section 10.7.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from npsgui.bridge.frames import Bytes
from npsgui.bridge.mux import Channel
from npsgui.bridge.npc_conf import FileShare
from npsgui.bridge.outlet import OF_SERVER
from npsgui.bridge.streams import Stream
from npsgui.bridge.trunk import Trunk
from npsgui.model.flow import Direction, Flow
from npsgui.tasks import spawn

ServeFiles: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter, FileShare], Awaitable[None]]
"""Answers the HTTP requests of one connection until it ends."""


class _Counting(Stream):
    """A stream whose bytes are counted: what the files say."""

    flow: Flow

    def write(self, data: Bytes) -> None:
        if not self.is_closing():
            self.flow.add(Direction.EXPORT, len(data))
        super().write(data)


class _Visitor(asyncio.StreamReaderProtocol):
    """Counts what visitors say."""

    def __init__(
        self, flow: Flow, begin: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]
    ) -> None:
        super().__init__(asyncio.StreamReader(), begin)
        self._flow = flow

    def data_received(self, data: bytes) -> None:
        self._flow.add(Direction.INLET, len(data))
        super().data_received(data)


def file_trunk(
    share: FileShare, serve: ServeFiles, flow: Flow, on_lost: Callable[[Exception], None]
) -> Trunk:
    """A trunk whose streams are visitors of a share; ``flow`` counts what passes."""

    def asked(trunk: Trunk, channel: Channel) -> None:
        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            spawn(_serve(serve, reader, writer, share), "serve files")

        protocol = _Visitor(flow, begin)
        trunk.accept(channel)
        stream = _Counting(trunk, channel, protocol)
        stream.flow = flow
        trunk.carry(stream)
        protocol.connection_made(stream)

    return Trunk(asked, lambda _trunk, error: on_lost(error), endings=OF_SERVER)


async def _serve(
    serve: ServeFiles, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, share: FileShare
) -> None:
    try:
        await serve(reader, writer, share)
    finally:
        writer.close()
