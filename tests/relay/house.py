"""A relay with everything real around it: loopback targets that count, visitors, a tunnel on a free port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

from npsgui.model.accounts import Accounts
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Limits, Owner, OwnerKey, OwnerKind, Target, Tunnel
from npsgui.model.events import Event, Events
from npsgui.model.flow import Flow
from npsgui.relay.dialing import Agents
from npsgui.relay.http.hosts import Contexts, no_certificates
from npsgui.relay.relay import HTTP_IDLE_SECONDS, Relay

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def free_port() -> int:
    """A port that nothing has, for TCP and UDP: at random, below those that the system gives out by itself.

    So neither an outgoing connection nor a test that runs beside this one takes it before it is listened on.
    """
    for port in random.sample(range(10_000, 32_000), 100):
        with contextlib.suppress(OSError):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(type=kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


@contextlib.contextmanager
def no_socket_left() -> Iterator[None]:
    """While this lasts, the process can open no file and no socket."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


class House:
    """One client with one tunnel, through a real relay."""

    def __init__(
        self,
        dial_seconds: float = 5.0,
        contexts: Contexts = no_certificates,
        agents: Agents | None = None,
        http_idle: float = HTTP_IDLE_SECONDS,
    ) -> None:
        self.accounts = Accounts(time.monotonic())
        self.events = Events()
        self.seen: list[Event] = []
        self.events.subscribe(self.seen.append)
        self.wall = time.time()
        """The wall clock of the relay, Unix time, s: stands still until a test sets it."""
        self.relay = Relay(
            self.accounts,
            self.events,
            dial_seconds,
            contexts,
            agents,
            http_idle=http_idle,
            drain_seconds=0.2,
            wall=lambda: self.wall,
        )
        self.configuration = Configuration()

    def apply(self, *owners: Owner) -> None:
        """Put these owners in force beside or in place of those that are."""
        for owner in owners:
            self.configuration = self.configuration.with_owner(owner)
        self.put_in_force()

    def remove(self, key: OwnerKey) -> None:
        """Remove an owner."""
        self.configuration = self.configuration.without(key)
        self.put_in_force()

    def put_in_force(self) -> None:
        self.accounts.apply(self.configuration, time.monotonic())
        self.relay.apply(self.configuration)

    def limit(self, key: OwnerKey, limits: Limits) -> None:
        """Edit the limits of an owner, live."""
        owner = self.configuration.find(key)
        self.apply(replace(owner, limits=limits))

    def flow(self, key: OwnerKey = TUNNEL) -> Flow:
        gate = self.accounts.gate(key)
        assert gate is not None
        return gate.flow

    async def visit(self, key: OwnerKey = TUNNEL) -> Stream:
        """A visitor's connection to a tunnel."""
        return await asyncio.open_connection("127.0.0.1", self.relay.port(key), limit=1 << 20)

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of one kind so far."""
        return [event for event in self.seen if isinstance(event, kind)]


@contextlib.asynccontextmanager
async def serving(*handlers: Serve, address: str = "127.0.0.1") -> AsyncIterator[list[Target]]:
    """Targets that serve each connection with a handler; all closed at the end."""
    async with contextlib.AsyncExitStack() as stack:
        targets = []
        for handler in handlers:
            tasks: set[asyncio.Task[Any]] = set()
            server = await asyncio.start_server(_kept(handler, tasks), address, 0, limit=1 << 20)
            stack.push_async_callback(_end, server, tasks)
            targets.append(Target(address, server.sockets[0].getsockname()[1]))
        yield targets


@contextlib.asynccontextmanager
async def house(
    *handlers: Serve,
    limits: Limits | None = None,
    everything: Limits | None = None,
    dial_seconds: float = 5.0,
    contexts: Contexts = no_certificates,
    agents: Agents | None = None,
    http_idle: float = HTTP_IDLE_SECONDS,
) -> AsyncIterator[House]:
    """A House whose tunnel leads to targets with these handlers."""
    async with serving(*handlers) as targets:
        made = House(dial_seconds, contexts, agents, http_idle)
        made.apply(
            Everything(limits=everything or Limits(connections=10_000)),
            Client(id=1, key="k"),
            Tunnel(id=1, client=1, ports=(free_port(),), targets=tuple(targets), limits=limits or Limits()),
        )
        try:
            yield made
        finally:
            await made.relay.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes, until EOF."""
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


async def send_all(stream: Stream, data: bytes) -> None:
    """Send, then EOF. A connection that was cut meanwhile is no failure."""
    with contextlib.suppress(ConnectionError):
        stream[1].write(data)
        await stream[1].drain()
        stream[1].write_eof()


async def read_all(stream: Stream) -> bytes:
    """Everything until the end, orderly or not."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := await stream[0].read(1 << 18):
            parts.append(part)
    return b"".join(parts)


async def hang_up(stream: Stream) -> None:
    """Close a visitor's connection and wait until it is closed."""
    stream[1].close()
    with contextlib.suppress(ConnectionError):
        await stream[1].wait_closed()


def _kept(
    handler: Serve, tasks: set[asyncio.Task[Any]]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await handler(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        # also when it is cancelled before its first step
        task.add_done_callback(lambda _: writer.transport.abort())

    return begin


async def _end(server: asyncio.Server, tasks: set[asyncio.Task[Any]]) -> None:
    """Close a target; handlers that serve a connection for ever are ended."""
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
