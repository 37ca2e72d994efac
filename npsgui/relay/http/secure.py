"""TLS on a connection whose first bytes have been read already."""

from __future__ import annotations

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol

from npsgui.model.errors import ProtocolError
from npsgui.relay.prelude import SECONDS, Prelude


async def secured(prelude: Prelude, context: ssl.SSLContext) -> Prelude:
    """The same visitor, in plain text. Raises ProtocolError: when the handshake fails.

    ``loop.start_tls`` cannot be given bytes that were read before: this is what it does, with them.
    """
    loop = asyncio.get_running_loop()
    plain, done = Prelude(), loop.create_future()
    protocol = SSLProtocol(
        loop,
        plain,
        context,
        done,
        server_side=True,
        ssl_handshake_timeout=round(SECONDS),
        ssl_shutdown_timeout=round(SECONDS),
    )
    unread, transport = bytes(prelude.unread), prelude.transport
    if transport is None or not prelude.hand_over(protocol):
        raise ProtocolError("left before the TLS handshake")
    while unread:
        buffer = protocol.get_buffer(len(unread))
        count = min(len(buffer), len(unread))
        buffer[:count] = unread[:count]
        protocol.buffer_updated(count)
        unread = unread[count:]
    try:
        await done
    except (ssl.SSLError, OSError) as error:
        raise ProtocolError(f"failed the TLS handshake: {error}") from error
    finally:
        if plain.transport is None:
            transport.abort()
    if plain.transport is None:
        raise ProtocolError("left during the TLS handshake")
    return plain
