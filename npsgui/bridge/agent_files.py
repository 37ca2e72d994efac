"""The agent's file tunnels: connections of their own, whose streams carry HTTP at once, without a Link.

Source: nps-wire.md section 10.7.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from npsgui.bridge.mux import Channel
from npsgui.bridge.npc_conf import FileShare
from npsgui.bridge.outlet import OF_SERVER
from npsgui.bridge.streams import Stream
from npsgui.bridge.trunk import Trunk
from npsgui.tasks import spawn

ServeFiles: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter, FileShare], Awaitable[None]]
"""Answers the HTTP requests of one connection until it ends."""


def file_trunk(share: FileShare, serve: ServeFiles, on_lost: Callable[[Exception], None]) -> Trunk:
    """A trunk whose streams are visitors of a share."""

    def asked(trunk: Trunk, channel: Channel) -> None:
        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            spawn(_serve(serve, reader, writer, share), "serve files")

        protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader(), begin)
        trunk.accept(channel)
        stream = Stream(trunk, channel, protocol)
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
