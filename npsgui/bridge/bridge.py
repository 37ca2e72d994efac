"""The bridge: agents log in here, and streams are opened through them.

Runs on the loop of the thread that made it. Knows clients by their keys alone; what passes through the
streams is metered by whoever opened them.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
from collections.abc import Callable

from npsgui.bridge.config_mode import NoSteward, Steward, configure
from npsgui.bridge.crowd import Crowd
from npsgui.bridge.doorway import Caller, Porter
from npsgui.bridge.handshake import Errand, digest, registered_hours
from npsgui.bridge.login import Login, open_stream, start_trunk, stream_of
from npsgui.bridge.mux import MISSED_PINGS
from npsgui.bridge.port import Listen, Place, Port
from npsgui.bridge.trunk import Trunk
from npsgui.model.agents import AgentRow, Link, LinkKind
from npsgui.model.configuration import Configuration
from npsgui.model.errors import AgentLost, TargetUnreachable
from npsgui.model.events import AgentDown, AgentUp, Events, TargetHealth
from npsgui.model.views import Sentence
from npsgui.tasks import spawn

_log = logging.getLogger(__name__)

MOST_CONFIGURING = 128
MOST_CONFIGURING_PER_ADDRESS = 32
"""``conf`` connections at once. Each may send 64 KiB before it is judged; an agent needs one, for moments."""

PUBLIC = 0
"""Stands for the client of an agent that has shown the public key: it has none yet."""

OnSecret = Callable[[Caller], None]
"""Takes a visitor who names a secret by the MD5 of its password (``caller.purpose.argument``)."""


OnRegister = Callable[[str, int], None]
"""Told of the address, with its port, of a visitor who registers, and for how many hours."""


def _turn_away(caller: Caller) -> None:
    caller.transport.close()


class Bridge:
    """Listens for agents, and hands out streams through those that are online."""

    def __init__(
        self,
        events: Events,
        context: Callable[[], ssl.SSLContext],
        listen: Listen,
        *,
        on_secret: OnSecret = _turn_away,
        on_register: OnRegister = lambda _address, _hours: None,
        steward: Steward | None = None,
    ) -> None:
        """``steward`` decides what agents may bring; without one nothing."""
        self._events = events
        self._on_secret = on_secret
        self._on_register = on_register
        self._steward = steward or NoSteward()
        self._missed_pings = MISSED_PINGS
        self._porter = Porter(self._let_in)
        self._configuring = Crowd(MOST_CONFIGURING, MOST_CONFIGURING_PER_ADDRESS)
        self._logins: dict[int, Login] = {}
        self._files: dict[int, Trunk] = {}
        self._context = functools.cache(functools.partial(_certified, context))
        self._port = Port(listen, self._porter.doorway, self._context)

    # What the app calls

    def apply(self, configuration: Configuration) -> None:
        """Let in the agents of enabled clients by what is configured; end the logins of all others."""
        everything = configuration.everything
        before = {ident: found for found, ident in self._porter.keys}
        after = {client.id: digest(client.key) for client in configuration.clients.values() if client.enabled}
        if everything.public_key:
            after[PUBLIC] = digest(everything.public_key)
        self._porter.keys = tuple((found, ident) for ident, found in after.items())
        lost = AgentLost("The client was disabled or removed, or its key was changed.")
        for ident, close in self._closers():
            if after.get(ident) != before.get(ident):
                close(lost)
        self._missed_pings = everything.disconnect_timeout
        trunks = [login.trunk for login in self._logins.values() if login.trunk is not None]
        for trunk in [*trunks, *self._files.values()]:
            trunk.mux.missed_pings = self._missed_pings
        port = everything.bridge_port
        self._port.want(Place(everything.bridge_bind, port, everything.bridge_tls) if port else None)

    def try_to_listen(self) -> None:
        """Once a second: open the configured port, if that failed before."""
        self._port.try_again()

    def listener(self) -> Sentence | bool:
        """Whether agents can connect; why not, when they should and cannot."""
        return self._port.failed or bool(self._port.number)

    @property
    def port(self) -> int:
        """The port that it listens on; 0 when it does not."""
        return self._port.number

    def is_online(self, client: int) -> bool:
        """Whether streams can be opened through the agent of this client."""
        login = self._logins.get(client)
        return login is not None and login.online

    def agents(self) -> list[AgentRow]:
        """The agents that are online, by client."""
        return [login.row() for _client, login in sorted(self._logins.items()) if login.online]

    def open_stream(self, client: int, link: Link, protocol: asyncio.BaseProtocol) -> asyncio.Transport:
        """A stream to a target, connected to ``protocol`` at once; what is written waits for the agent.

        ``connection_lost`` gets a ConnectionRefusedError when the agent could not connect, or lost the target
        before a byte had passed, and an AgentLost when the agent itself is lost.
        Raises TargetUnreachable: when no agent of the client is online.
        """
        if link.kind is LinkKind.FILE:
            trunk = self._files.get(client)
            if trunk is None:
                raise TargetUnreachable("The agent of client {id} serves no files.", id=client)
            return open_stream(trunk, b"", False, None, protocol)
        return self._online(client).open_stream(link, protocol, self._context)

    async def dial(
        self, client: int, link: Link, protocol: asyncio.BaseProtocol, seconds: float
    ) -> asyncio.Transport:
        """A stream whose agent has its target, as far as that can be known, connected to ``protocol``.

        Raises TargetUnreachable: when no agent is online, or it could not connect within ``seconds``.
        """
        made = self.open_stream(client, link, asyncio.Protocol())
        made.pause_reading()
        try:
            async with asyncio.timeout(seconds):
                error = await stream_of(made).connected()
        except BaseException as failure:
            made.abort()
            if isinstance(failure, TimeoutError):
                raise _unreachable(client, link) from failure
            raise
        if error is not None:
            raise _unreachable(client, link) from error
        made.set_protocol(protocol)
        made.resume_reading()
        protocol.connection_made(made)
        return made

    def open_datagrams(
        self, client: int, link: Link, protocol: asyncio.DatagramProtocol
    ) -> asyncio.DatagramTransport:
        """A stream of datagrams, of a ``UDP`` or a ``SOCKS_UDP`` link; ``sendto`` ignores the address.

        Raises TargetUnreachable: when no agent of the client is online.
        """
        return self._online(client).open_datagrams(link, protocol, self._context)

    def close(self) -> None:
        """Listen no more, end every login."""
        self._port.close()
        self._porter.waiting.close()
        self._configuring.close()
        for _ident, close in self._closers():
            close(AgentLost("The bridge is closed."))

    # What the porter and the logins call

    def _let_in(self, caller: Caller) -> None:
        errand, public = caller.purpose.errand, caller.client == PUBLIC
        if errand is Errand.SECRET:
            self._on_secret(caller)
        elif errand is Errand.CONF:
            spawn(configure(caller, self._steward, self._configuring, public=public), "configure")
        elif errand in (Errand.MAIN, Errand.CHAN) and not public:
            self._take_login(caller)
        elif errand is Errand.FILE and not public:
            self._take_files(caller)
        else:
            if errand is Errand.REGISTER:
                self._on_register(caller.address, registered_hours(caller.purpose))
            # p2pm is left out: bytes that pass by us cannot be counted
            caller.transport.close()

    def _take_login(self, caller: Caller) -> None:
        """One of the two connections of an agent."""
        main = caller.purpose.errand is Errand.MAIN
        login = self._logins.get(caller.client)
        if login is None or not (login.wants_main if main else login.wants_chan):
            login = self._new_login(caller)
        if main:
            login.take_main(caller)
        else:
            login.take_chan(caller)

    def _new_login(self, caller: Caller) -> Login:
        before = self._logins.get(caller.client)
        if before is not None:
            before.take_over()
        login = Login(
            caller,
            missed_pings=self._missed_pings,
            on_up=self._on_up,
            on_down=self._on_down,
            on_health=lambda of, target, well: self._events.push(TargetHealth(of.client, target, well)),
        )
        self._logins[caller.client] = login
        return login

    def _take_files(self, caller: Caller) -> None:
        before = self._files.get(caller.client)
        if before is not None:
            before.close(AgentLost("Another file server of the agent took its place."))
        trunk = start_trunk(
            caller, self._missed_pings, lambda trunk, _error: self._forget_files(caller.client, trunk)
        )
        if not trunk.closed:
            self._files[caller.client] = trunk

    def _forget_files(self, client: int, trunk: Trunk) -> None:
        if self._files.get(client) is trunk:
            del self._files[client]

    def _on_up(self, login: Login) -> None:
        _log.info("agent of client %d is here: %s", login.client, login.address)
        self._events.push(AgentUp(login.client, login.address, login.version))

    def _on_down(self, login: Login, error: Exception) -> None:
        if self._logins.get(login.client) is login:
            del self._logins[login.client]
        if login.was_online:
            _log.info("agent of client %d is gone: %s", login.client, error)
            self._events.push(AgentDown(login.client, login.address, _reason(error), replaced=login.replaced))

    def _closers(self) -> list[tuple[int, Callable[[Exception], None]]]:
        """What ends each login and each file server, and whose it is."""
        found: list[tuple[int, Callable[[Exception], None]]] = []
        found += [(ident, login.close) for ident, login in self._logins.items()]
        found += [(ident, trunk.close) for ident, trunk in self._files.items()]
        return found

    def _online(self, client: int) -> Login:
        login = self._logins.get(client)
        if login is None or not login.online:
            raise TargetUnreachable("The agent of client {id} is not connected.", id=client)
        return login


def _certified(context: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """What ``context`` makes. Raises TargetUnreachable: when the certificate cannot be kept."""
    try:
        return context()
    except OSError as error:
        raise TargetUnreachable(
            "The certificate of the agents' port cannot be kept: {reason}.", reason=error.strerror or error
        ) from error


def _unreachable(client: int, link: Link) -> TargetUnreachable:
    return TargetUnreachable(
        "The agent of client {id} cannot connect to {target}.", id=client, target=link.target
    )


def _reason(error: Exception) -> Sentence:
    if isinstance(error, AgentLost):
        return Sentence.of(error)
    return Sentence("The connection to the agent is lost.")
