"""What is measured and what it is measured against: relays that lead to the same services."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from npsgui.app.program import Program
from npsgui.model.entities import GLOBAL_KEY, OwnerKind
from tests.bench.processes import Child, python, running, until_open
from tests.relay.house import free_port

Ports = Mapping[str, int]
"""By what is served there: ``bulk`` iperf3, ``http`` kept alive, ``short`` a connection for each request."""

Words = Mapping[str, str]
NONE: Words = {}

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{http} backlog=4096; keepalive_requests 1000000000;
            location / {{ return 200 "ok"; }} }}
  server {{ listen 127.0.0.1:{short} backlog=4096; keepalive_timeout 0; location / {{ return 200 "ok"; }} }}
}}
"""

HAPROXY = """
global
  nbthread 1
  maxconn 4000
defaults
  mode tcp
  option splice-auto
  timeout connect 5s
  timeout client 60s
  timeout server 60s
"""

METER = {"quota": "1000TiB", "rate": "100GiB/s", "connections": "30000"}
"""Limits that no run reaches, so that all of metering is at work."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to reach the services."""

    name: str
    ports: Ports
    process: Child | None
    """The relay; None when there is none."""


@contextlib.contextmanager
def services(folder: Path) -> Iterator[Ports]:
    """iperf3 and nginx, which every contender leads to."""
    ports = {name: free_port() for name in ("bulk", "http", "short")}
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, **ports))
    with (
        running("nginx", "-c", str(config)),
        running("iperf3", "-s", "-B", "127.0.0.1", "-p", str(ports["bulk"]), "--logfile", "/dev/null"),
    ):
        for port in (ports["http"], ports["short"]):
            until_open(port)
        yield ports


def direct(to: Ports) -> Contender:
    """No relay at all."""
    return Contender("direct", to, None)


@contextlib.contextmanager
def haproxy(folder: Path, to: Ports) -> Iterator[Contender]:
    """HAProxy, one thread, which splices where it can."""
    ports = {name: free_port() for name in to}
    lines = [
        f"listen {name}\n  bind 127.0.0.1:{ports[name]}\n  server s 127.0.0.1:{to[name]}\n" for name in to
    ]
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY + "".join(lines))
    with running("haproxy", "-db", "-f", str(config)) as process:
        until_open(ports["http"])
        yield Contender("HAProxy", ports, process)


@contextlib.contextmanager
def streams(to: Ports) -> Iterator[Contender]:
    """What one would write first: asyncio streams on stock qasync."""
    ports = {name: free_port() for name in to}
    pairs = [f"{ports[name]}:{to[name]}" for name in to]
    with running(*python("tests.bench.streams", *pairs)) as process:
        process.hear()
        yield Contender("streams on qasync", ports, process)


@contextlib.contextmanager
def window(folder: Path, to: Ports) -> Iterator[Contender]:
    """npsgui, its window open."""
    ports = furnish(folder, to)
    with running(*python("tests.bench.inside", str(folder))) as process:
        process.hear()
        yield Contender("npsgui", ports, process)


@contextlib.contextmanager
def headless(folder: Path, to: Ports) -> Iterator[Contender]:
    """The same relay on plain asyncio: ``npsgui serve``."""
    ports = furnish(folder, to)
    with running(*python("npsgui", "--data", str(folder), "serve")) as process:
        until_open(ports["http"])
        yield Contender("npsgui serve", ports, process)


def furnish(
    folder: Path, to: Ports, client: Words = NONE, tunnel: Words = NONE, **everything: str
) -> dict[str, int]:
    """A data folder with a client whose tunnels lead to ``to``; their ports. The rest are words of each."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return asyncio.run(_furnish(folder, to, client, tunnel, everything))


async def _furnish(
    folder: Path, to: Ports, of_client: Words, of_tunnel: Words, everything: Words
) -> dict[str, int]:
    program = await Program.open(folder, relay=False)
    try:
        await program.set(GLOBAL_KEY, {"sessions": "30000", **everything})
        client = await program.add(OwnerKind.CLIENT, {"remark": "bench", **METER, **of_client})
        ports = {name: free_port() for name in to}
        for name, port in ports.items():
            values = {"remark": name, "client": str(client.owner.id), "mode": "tcp", "port": str(port)}
            await program.add(
                OwnerKind.TUNNEL, values | {"targets": f"127.0.0.1:{to[name]}"} | dict(of_tunnel)
            )
        return ports
    finally:
        await program.close()
