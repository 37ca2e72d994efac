"""A connection to a D-Bus: calls that are answered, signals that are heard. Nobody waits but who asks."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from npsgui.tasks import spawn

READ = 65_536

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
"""What the environment calls the session's bus."""

NOWHERE = "disabled:"
"""An address without a bus. libdbus, which Qt has loaded, starts one where there is no address at all."""

OnSignal = Callable[[str, tuple[Any, ...]], None]
"""Gets the name of a signal and what it says."""


def session_bus(environment: Mapping[str, str]) -> str:
    """The address of the session's bus; NOWHERE without one: Qt would wait 3 s until one is started."""
    if address := environment.get(ADDRESS):
        return address
    place = Path(environment.get("XDG_RUNTIME_DIR", ""), "bus")
    # a relative one counts for nothing: XDG Base Directory Specification
    return f"unix:path={place}" if place.is_absolute() and place.is_socket() else NOWHERE


class DBus:
    """``open`` makes one. jeepney has the bytes; here are the socket and who waits for what."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_signal: OnSignal
    ) -> None:
        self._jeepney = _jeepney()
        self._reader, self._writer = reader, writer
        self._on_signal = on_signal
        self._serial = 0
        self._waiting: dict[int, asyncio.Future[tuple[Any, ...]]] = {}
        self._hearing: asyncio.Task[None] | None = None
        self.lost = False

    @classmethod
    async def open(cls, address: str, on_signal: OnSignal) -> Self:
        """Connect to the bus at an address like ``unix:path=/run/user/1000/bus``. Raises OSError."""
        jeepney = _jeepney()
        try:
            place = jeepney.bus.get_bus(address)
        except (RuntimeError, ValueError, KeyError) as error:
            raise OSError(f"{address} is no address of a D-Bus") from error
        reader, writer = await asyncio.open_unix_connection(place)
        made = cls(reader, writer, on_signal)
        try:
            await made._begin()
        except BaseException:
            made.close()
            raise
        return made

    async def call(
        self, name: str, path: str, method: str, signature: str = "", arguments: tuple[Any, ...] = ()
    ) -> tuple[Any, ...]:
        """Call a method of what has this name, as has its interface; what it gives. Raises OSError."""
        place = self._jeepney.DBusAddress(path, bus_name=name, interface=name)
        return await self._ask(self._jeepney.new_method_call(place, method, signature or None, arguments))

    async def hear(self, name: str, path: str) -> None:
        """Have the signals of this interface told from now on. Raises OSError."""
        rule = self._jeepney.MatchRule(type="signal", interface=name, path=path)
        await self._ask(self._jeepney.message_bus.AddMatch(rule))

    def close(self) -> None:
        """Hang up."""
        self.lost = True
        if self._hearing is not None:
            self._hearing.cancel()
        self._writer.transport.abort()
        for reply in self._waiting.values():
            reply.cancel()

    async def _begin(self) -> None:
        proof = self._jeepney.auth.Authenticator()
        try:
            for said in proof:
                self._writer.write(said)
                proof.feed(await self._reader.readuntil(b"\r\n"))
        except (self._jeepney.auth.AuthenticationError, EOFError, ValueError) as error:
            raise OSError("the D-Bus lets us not in") from error
        self._writer.write(self._jeepney.auth.BEGIN)
        self._hearing = spawn(self._hear(), "D-Bus")
        await self._ask(self._jeepney.message_bus.Hello())

    async def _ask(self, message: Any) -> tuple[Any, ...]:
        if self.lost:
            raise OSError("the connection to the D-Bus is lost")
        self._serial += 1
        serial = self._serial
        reply: asyncio.Future[tuple[Any, ...]] = asyncio.get_running_loop().create_future()
        self._waiting[serial] = reply
        self._writer.write(message.serialise(serial))
        try:
            return await reply
        finally:
            self._waiting.pop(serial, None)

    async def _hear(self) -> None:
        parser = self._jeepney.Parser()
        try:
            while data := await self._reader.read(READ):
                parser.add_data(data)
                while (message := parser.get_next_message()) is not None:
                    self._take(message)
        except (OSError, ValueError):
            pass
        finally:
            self.lost = True
            for reply in self._waiting.values():
                if not reply.done():
                    reply.set_exception(OSError("the connection to the D-Bus is lost"))

    def _take(self, message: Any) -> None:
        kind, fields = message.header.message_type, message.header.fields
        kinds, names = self._jeepney.MessageType, self._jeepney.HeaderFields
        if kind is kinds.signal:
            self._on_signal(fields.get(names.member, ""), message.body)
            return
        reply = self._waiting.get(fields.get(names.reply_serial, 0))
        if reply is None or reply.done():
            return
        if kind is kinds.error:
            reply.set_exception(OSError(f"{fields.get(names.error_name)} {message.body}"))
        else:
            reply.set_result(message.body)


def _jeepney() -> Any:
    """Loaded when it is needed: it takes 50 ms."""
    return importlib.import_module("jeepney")
