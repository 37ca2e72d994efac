"""The desktop's notifications against a real D-Bus, with a desktop of ten lines on it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from jeepney import DBusAddress, Message, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, open_dbus_connection
from jeepney.low_level import HeaderFields, MessageType

from npsgui.app.dbus import ADDRESS, NOWHERE, session_bus
from npsgui.app.notifications import NAME, PATH, Notifications

pytestmark = pytest.mark.asyncio

PLACE = DBusAddress(PATH, bus_name=NAME, interface=NAME)


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a D-Bus of our own."""
    address = f"unix:path={tmp_path_factory.mktemp('bus')}/bus"
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", f"--address={address}", "--print-address=1"],
        stdout=subprocess.PIPE,
    )
    assert daemon.stdout is not None
    daemon.stdout.readline()
    yield address
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


class Desktop:
    """Shows what it is told: keeps it, and answers with its number."""

    def __init__(self, connection: DBusConnection, *capabilities: str) -> None:
        self.connection = connection
        self.capabilities = list(capabilities)
        self.shown: list[tuple[Any, ...]] = []
        self.senders: set[str] = set()

    async def begin(self) -> None:
        await self.connection.send(message_bus.RequestName(NAME))

    async def serve(self) -> None:
        while True:
            asked = await self.connection.receive()
            if asked.header.message_type is MessageType.method_call:
                await self.connection.send(self.answer(asked))

    def answer(self, asked: Message) -> Message:
        if asked.header.fields[HeaderFields.member] == "GetCapabilities":
            return new_method_return(asked, "as", (self.capabilities,))
        self.shown.append(asked.body)
        self.senders.add(asked.header.fields[HeaderFields.sender])
        return new_method_return(asked, "u", (len(self.shown),))

    async def signal(self, name: str, signature: str, *said: object) -> None:
        await self.connection.send(new_signal(PLACE, name, signature, said))


@contextlib.asynccontextmanager
async def showing(bus: str, *capabilities: str) -> AsyncIterator[Desktop]:
    async with await open_dbus_connection(bus) as connection:
        desktop = Desktop(connection, *capabilities)
        await desktop.begin()
        serving = asyncio.ensure_future(desktop.serve())
        yield desktop
        serving.cancel()
        await asyncio.wait([serving])


async def test_two_that_are_told_at_once_come_by_one_connection(bus: str) -> None:
    notifications = Notifications(bus)
    async with showing(bus) as desktop:
        both = [notifications.tell("Title", text, {}, lambda _: None) for text in ("one", "two")]
        assert await asyncio.gather(*both) == [True, True]
        notifications.close()

    assert (len(desktop.shown), len(desktop.senders)) == (2, 1)


async def test_a_notification_is_shown_and_its_action_comes_back(bus: str) -> None:
    notifications, taken = Notifications(bus), asyncio.get_running_loop().create_future()
    async with showing(bus, "actions", "body-markup") as desktop:
        assert await notifications.tell("Title", "a < b", {"open": "Open"}, taken.set_result)
        await desktop.signal("ActionInvoked", "us", 7, "open")
        await desktop.signal("ActionInvoked", "us", 1, "open")
        assert await asyncio.wait_for(taken, 10) == "open"
        notifications.close()

    [(name, replaces, icon, title, text, actions, hints, _)] = desktop.shown
    assert (name, replaces, title) == ("npsgui", 0, "Title")
    assert Path(unquote(urlsplit(icon).path)).name == "npsgui.svg"
    assert (text, actions, hints) == ("a &lt; b", ["open", "Open"], {"desktop-entry": ("s", "npsgui")})


async def test_a_desktop_that_can_do_less_is_asked_for_less(bus: str) -> None:
    notifications = Notifications(bus)
    async with showing(bus) as desktop:
        assert await notifications.tell("Title", "a < b", {"open": "Open"}, lambda _: None)
        notifications.close()

    assert desktop.shown[0][4:6] == ("a < b", [])


async def test_it_is_told_that_there_is_none_and_found_once_it_is_there(bus: str) -> None:
    notifications = Notifications(bus)
    assert not await notifications.tell("Title", "", {}, lambda _: None)

    async with showing(bus) as desktop:
        assert await notifications.tell("Title", "", {}, lambda _: None)
        notifications.close()
    assert len(desktop.shown) == 1


@pytest.mark.parametrize(
    "address", [NOWHERE, "", "nonsense", "tcp:host=127.0.0.1", "unix:path=/nowhere/at/all"]
)
async def test_without_a_bus_there_is_none(address: str) -> None:
    assert not await Notifications(address).tell("Title", "", {}, lambda _: None)


async def test_a_bus_that_is_none_is_left(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"REJECTED EXTERNAL\r\n")
        await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        ended.set()

    async with await asyncio.start_unix_server(refuse, tmp_path / "bus"):
        assert not await Notifications(f"unix:path={tmp_path}/bus").tell("Title", "", {}, lambda _: None)
        await ended.wait()


def relative(place: str) -> str:
    """The same place, from where the tests run."""
    return os.path.relpath(place)


async def test_the_bus_is_the_one_that_is_named_or_else_the_users_or_none(bus: str, tmp_path: Path) -> None:
    there, elsewhere = str(Path(bus.partition("=")[2]).parent), str(tmp_path)

    assert session_bus({ADDRESS: "unix:path=/named", "XDG_RUNTIME_DIR": there}) == "unix:path=/named"
    assert session_bus({"XDG_RUNTIME_DIR": there}) == bus
    assert session_bus({"XDG_RUNTIME_DIR": elsewhere}) == session_bus({}) == NOWHERE
    assert session_bus({"XDG_RUNTIME_DIR": relative(there)}) == NOWHERE
