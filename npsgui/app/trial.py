"""Tries a tunnel as a visitor would, and says what came of it."""

from __future__ import annotations

import asyncio
import contextlib

from npsgui.model.entities import Tunnel
from npsgui.model.events import Event, Events, SessionOpened, TargetFailed, VisitorRefused
from npsgui.model.gate import Refusal
from npsgui.model.views import Sentence

PATIENCE = 5.0
"""How long a trial waits for the port and the target, s."""

_EVERY_INTERFACE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


async def try_tunnel(events: Events, tunnel: Tunnel, patience: float = PATIENCE) -> Sentence | None:
    """Connect to the first port of a TCP tunnel that runs; None when its target took the call, or why not."""
    came: asyncio.Future[Sentence | None] = asyncio.get_running_loop().create_future()

    def hear(event: Event) -> None:
        if came.done() or getattr(event, "owner", None) != tunnel.owner:
            return
        if isinstance(event, SessionOpened):
            came.set_result(None)
        elif isinstance(event, TargetFailed):
            came.set_result(event.reason)
        elif isinstance(event, VisitorRefused):
            came.set_result(Refusal(event.by, event.cause).sentence())

    unsubscribe = events.subscribe(hear)
    address, port = _EVERY_INTERFACE.get(tunnel.bind, tunnel.bind), tunnel.ports[0]
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(address, port)
            try:
                return await came
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except TimeoutError:
        return Sentence("Nothing answered within {seconds} s.", (("seconds", round(patience)),))
    except OSError as error:
        reason = error.strerror or str(error)
        return Sentence("Port {port} cannot be reached: {reason}.", (("port", port), ("reason", reason)))
    finally:
        unsubscribe()
