"""``npsgui agent``: this computer serves the tunnels of a remote server."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from npsgui.app.agent import AgentHandle, parse_server, read_npc_conf
from npsgui.model.units import format_bytes
from npsgui.model.views import Sentence
from npsgui.tasks import spawn


async def serve_as_agent(server: str, key: str, tls: bool, config: Path | None) -> int:
    """Run until SIGINT or SIGTERM, then 0; on a terminal the counters move. Raises NpsError.

    What is not given is taken from ``config``.
    """
    conf = None if config is None else read_npc_conf(config)
    if conf is not None:
        server, key, tls = server or conf.server, key or conf.key, tls or conf.tls
        if conf.skipped:
            print(f"Left out: {', '.join(conf.skipped)}", file=sys.stderr)
    live = sys.stdout.isatty()

    def say(said: Sentence) -> None:
        print(("\r\x1b[K" if live else "") + str(said), flush=True)

    agent = AgentHandle(parse_server(server), key, tls=tls, conf=conf, on_change=say)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    running = spawn(agent.run(), "agent")
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 1.0 if live else None)
        if live:
            print("\r\x1b[K" + _counters(agent), end="", flush=True)
    running.cancel()
    await asyncio.wait([running])
    if live:
        print()
    print(_counters(agent))
    return 0


def _counters(agent: AgentHandle) -> str:
    now = agent.reading()
    return f"{now.streams} streams, inlet {format_bytes(now.inlet)}, export {format_bytes(now.export)}"
