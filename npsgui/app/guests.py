"""Guests: clients that agents with the public key bring. They go when their agent goes; their bytes stay.

Of one whose wish was refused, or whose agent did not come, nothing stays: npc tries again every five seconds.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from npsgui.app.nps_conf.owners import read_owner
from npsgui.bridge.config_mode import Record
from npsgui.model.configuration import Configuration
from npsgui.model.entities import NO_EXTRAS, Client, OwnerKey, OwnerKind
from npsgui.model.errors import NotFound, NpsError
from npsgui.model.events import AgentDown, AgentUp, Event, Events
from npsgui.model.rules import check
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)

MOST: Final = 100
"""At once."""

SECONDS: Final = 15.0
"""For its agent to come, once its last wish was granted. Source: nps-wire.md section 11, three pings."""

MOST_TUNNELS: Final = 100
"""Tunnels and hosts of one guest, who may wish for fewer."""

GRANTED: Final = ("Remark", "Cnf", "RateLimit", "MaxConn", "MaxTunnelNum")
"""What is read of a wish beside its quota: what a guest holds itself to harms nobody."""


class Guests:
    """Adds and removes guests."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        edit: Callable[[Callable[[Configuration], Configuration]], Awaitable[object]],
        erase: Callable[[OwnerKey], Awaitable[object]],
        events: Events,
        seconds: float = SECONDS,
    ) -> None:
        self._configuration = configuration
        self._edit = edit
        self._erase = erase
        """Forgets a removed client, unless it has carried something."""
        self._seconds = seconds
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._unseen: set[int] = set()
        """Whose agents have not been there yet: of them nothing is left when they go."""
        events.subscribe(self._on_event)

    async def invite(self, wish: Record) -> tuple[int, str] | None:
        """A new client's id and key; None: it is refused."""
        made: list[Client] = []

        def change(configuration: Configuration) -> Configuration:
            if sum(client.guest for client in configuration.clients.values()) >= MOST:
                raise NpsError("There are {count} guests.", count=MOST)
            client = _meant(wish, configuration.next_id(OwnerKind.CLIENT))
            check(configuration, client)
            made.append(client)
            return configuration.with_owner(client)

        try:
            await self._edit(change)
        except NpsError as error:
            _log.info("a guest is refused: %s", error)
            return None
        guest = made[0]
        self._unseen.add(guest.id)
        self._expect(guest.id)
        return guest.id, guest.key

    def granted(self, client: int) -> None:
        """A wish of this client was: the agent of a guest has as long as before to wish on, or to come."""
        if client in self._timers:
            self._expect(client)

    def refused(self, client: int) -> None:
        """A wish of this client was: a guest goes at once, for its agent comes again as another one."""
        found = self._configuration().clients.get(client)
        if found is not None and found.guest:
            self._dismiss(client)

    def dismiss_all(self) -> None:
        """At the start: whoever is left from the last run has no agent."""
        for client in self._configuration().clients.values():
            if client.guest:
                self._dismiss(client.id)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AgentUp):
            self._unseen.discard(event.client)
            self._expect_no_more(event.client)
        elif isinstance(event, AgentDown):
            client = self._configuration().clients.get(event.client)
            if client is None or not client.guest:
                return
            if event.replaced:
                self._expect(client.id)
            else:
                self._dismiss(client.id)

    def _expect(self, ident: int) -> None:
        """Its agent is on its way, and has so long to come."""
        self._expect_no_more(ident)
        loop = asyncio.get_running_loop()
        self._timers[ident] = loop.call_later(self._seconds, self._dismiss, ident)

    def _expect_no_more(self, ident: int) -> None:
        timer = self._timers.pop(ident, None)
        if timer is not None:
            timer.cancel()

    def _dismiss(self, ident: int) -> None:
        self._expect_no_more(ident)
        spawn(self._remove(OwnerKey(OwnerKind.CLIENT, ident)), f"guest {ident} leaves")

    async def _remove(self, guest: OwnerKey) -> None:
        try:
            await self._edit(lambda configuration: configuration.without(guest))
            if guest.id in self._unseen:
                self._unseen.discard(guest.id)
                await self._erase(guest)
        except NotFound:
            _log.info("%s is gone already", guest)
        except NpsError as error:
            _log.warning("%s stays: %s", guest, error)


def _meant(wish: Record, ident: int) -> Client:
    """The guest that is wished for. Raises NpsError: when the record means none."""
    record: dict[str, Any] = {name: wish[name] for name in GRANTED if name in wish}
    flow = wish.get("Flow")
    if isinstance(flow, dict) and "FlowLimit" in flow:
        record["Flow"] = {"FlowLimit": flow["FlowLimit"]}
    key = secrets.token_hex(8)
    found = read_owner(OwnerKind.CLIENT, record | {"Id": 1, "VerifyKey": key, "Status": True}, [])
    assert isinstance(found, Client)
    tunnels = min(found.tunnels or MOST_TUNNELS, MOST_TUNNELS)
    return replace(found, id=ident, tunnels=tunnels, guest=True, config_allowed=True, nps=NO_EXTRAS)
