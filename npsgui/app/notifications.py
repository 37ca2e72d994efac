"""The desktop's notifications, as freedesktop.org has them on D-Bus. Where there are none, that is told.

Source: Desktop Notifications Specification 1.2. Not by QtDBus: it cannot send the unsigned number that
``Notify`` takes, and its calls stop the loop.
"""

from __future__ import annotations

import asyncio
import html
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from npsgui.app.dbus import ADDRESS, DBus
from npsgui.app.resources import resource

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""How long the desktop may take to answer, s: it may have to start what shows them."""

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"

DEFAULT = "default"
"""The action that a click on a notification is. Some desktops show it as a button, too."""

MOST = 20
"""Notifications whose actions are remembered."""

AS_THE_DESKTOP_LIKES = -1
"""How long it is shown."""


class Notifications:
    """Shows notifications by one connection, which is made when it is needed."""

    def __init__(self, address: str | None = None) -> None:
        """``address``: of a D-Bus other than the session's."""
        self._address = os.environ.get(ADDRESS, "") if address is None else address
        self._bus: DBus | None = None
        self._one_at_a_time = asyncio.Lock()
        """Held while the connection is made and asked: a second one would be made meanwhile."""
        self._can: frozenset[str] = frozenset()
        self._shown: dict[int, Callable[[str], None]] = {}

    async def tell(
        self, title: str, text: str, actions: Mapping[str, str], taken: Callable[[str], None]
    ) -> bool:
        """Show a notification. ``actions``: names and texts; ``taken`` gets the name of the chosen one.

        False: nothing on this desktop shows it.
        """
        if not self._address:
            return False
        try:
            async with asyncio.timeout(PATIENCE), self._one_at_a_time:
                number = await self._notify(title, text, actions)
        except (OSError, TimeoutError) as error:
            log.info("The desktop shows no notifications: %r", error)
            self.close()
            return False
        self._shown[number] = taken
        while len(self._shown) > MOST:
            del self._shown[next(iter(self._shown))]
        return True

    def close(self) -> None:
        """Hang up; what is shown stays, and its actions do nothing any more."""
        if self._bus is not None:
            self._bus.close()
        self._bus = None
        self._shown.clear()

    async def _notify(self, title: str, text: str, actions: Mapping[str, str]) -> int:
        """The number of the notification. Raises OSError."""
        bus = self._bus
        if bus is None or bus.lost:
            bus = self._bus = await DBus.open(self._address, self._on_signal)
            await bus.hear(NAME, PATH)
            [can] = await bus.call(NAME, PATH, "GetCapabilities")
            self._can = frozenset(can)
        if "body-markup" in self._can:
            text = html.escape(text, quote=False)
        offered = [part for both in actions.items() for part in both] if "actions" in self._can else []
        hints = {"desktop-entry": ("s", "npsgui")}
        arguments = ("npsgui", 0, _icon(), title, text, offered, hints, AS_THE_DESKTOP_LIKES)
        number: int
        [number] = await bus.call(NAME, PATH, "Notify", "susssasa{sv}i", arguments)
        return number

    def _on_signal(self, name: str, said: tuple[Any, ...]) -> None:
        if name == "ActionInvoked":
            number, action = said
            taken = self._shown.pop(number, None)
            if taken is not None:
                taken(action)
        elif name == "NotificationClosed":
            self._shown.pop(said[0], None)


def _icon() -> str:
    """The name of our icon where a package has installed it, else where its file is."""
    return "npsgui" if getattr(sys, "frozen", False) else resource("icons/npsgui.svg").as_uri()
