"""What may be configured. Pure. The dialogs, the command line and the import all ask here.

Each rule is one sentence beside one field; ``problems`` gives all that an owner breaks, in the order of
the fields of its dialog.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    ALTERNATED,
    Alternative,
    Client,
    Everything,
    Host,
    Limits,
    Mode,
    Owner,
    OwnerKey,
    OwnerKind,
    Scheme,
    Tunnel,
    Via,
)
from npsgui.model.errors import FieldError
from npsgui.model.hours import NEVER, is_zone
from npsgui.model.listening import (
    PORTLESS_MODES,
    TARGETED_MODES,
    is_address,
    leads_to_itself,
    same_port,
    shared_ports,
)
from npsgui.model.ports import format_ports
from npsgui.model.targets import is_host
from npsgui.model.views import Sentence, named

TEXT_LENGTH = 255
"""Longest remark, key or name, characters."""

CONTROL = frozenset({"Cc", "Cs"})
"""Categories of what is no text: control characters, and halves of characters."""

IDLE = range(1, 86_401)
"""Seconds."""

MISSED_PINGS = range(1, 10_001)

RUNNING_MODES = frozenset({Mode.TCP, Mode.UDP, Mode.SOCKS5, Mode.HTTP_PROXY, Mode.FILE, Mode.SECRET})
"""The kinds that this version runs."""

_FULL_PATH = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")


def problems(configuration: Configuration, owner: Owner) -> list[FieldError]:
    """Everything that keeps ``owner`` from being added to, or edited in, this Configuration."""
    if isinstance(owner, Client):
        found = _client_problems(configuration, owner)
    elif isinstance(owner, Tunnel):
        found = _tunnel_problems(configuration, owner)
    elif isinstance(owner, Host):
        found = _host_problems(configuration, owner)
    else:
        found = _everything_problems(configuration, owner)
    return [*found, *_account_problems(owner), *_limit_problems(owner.limits), *_hours_problems(owner)]


def check(configuration: Configuration, owner: Owner) -> None:
    """Raises FieldError: the first of the ``problems``."""
    for problem in problems(configuration, owner):
        raise problem


def unsupported(owner: Owner) -> Sentence | None:
    """Why this version keeps ``owner`` but does not run it; None when it does."""
    if not isinstance(owner, Tunnel):
        return None
    if owner.mode not in RUNNING_MODES:
        return Sentence("Tunnels of the kind {mode} do not run in this version.", (("mode", owner.mode),))
    if owner.mode is Mode.FILE and owner.via is Via.LOCAL and not owner.folder:
        return Sentence("A file tunnel needs a folder.")
    if owner.mode is Mode.SECRET and not owner.password:
        return Sentence("A secret tunnel needs a password.")
    return None


def is_full_path(text: str) -> bool:
    """Whether ``text`` is a path that means the same wherever the program was started."""
    return _FULL_PATH.match(text) is not None


def _client_problems(configuration: Configuration, client: Client) -> Iterator[FieldError]:
    yield from _remark_problems(client.remark)
    if not client.key.strip():
        yield FieldError("key", "A client needs a key.")
    elif client.key != client.key.strip() or not client.key.isprintable():
        yield FieldError("key", "A key has no spaces around it and no control characters.")
    yield from _text_problems("key", client.key)
    for other in configuration.clients.values():
        if other.key == client.key and other.id != client.id:
            yield FieldError("key", "This key is taken by {owner}.", owner=_called(other))
    if client.key and client.key == configuration.everything.public_key:
        yield FieldError("key", "This is the public key, of agents without a client of their own.")
    if client.tunnels < 0:
        yield FieldError("tunnels", "A limit cannot be negative.")


def _tunnel_problems(configuration: Configuration, tunnel: Tunnel) -> Iterator[FieldError]:
    yield from _owned_problems(configuration, tunnel)
    if tunnel.bind and not is_address(tunnel.bind):
        yield FieldError("bind", "“{bind}” is not an address of an interface.", bind=tunnel.bind)
    yield from _port_problems(configuration, tunnel)
    if tunnel.idle not in IDLE:
        yield FieldError("idle", "A UDP session may be idle for 1 to 86400 seconds.")
    yield from _secret_problems(configuration, tunnel)
    if tunnel.folder and tunnel.via is Via.LOCAL and not is_full_path(tunnel.folder):
        yield FieldError("folder", "Write the folder in full, from the root or the drive on.")
    if tunnel.mode in TARGETED_MODES and not tunnel.targets:
        yield FieldError("targets", "A tunnel needs a target, like 127.0.0.1:8080.")
    if leads_to_itself(tunnel):
        yield FieldError("targets", "This tunnel would lead to itself.")


def _port_problems(configuration: Configuration, tunnel: Tunnel) -> Iterator[FieldError]:
    if tunnel.mode in PORTLESS_MODES:
        return
    if not tunnel.ports:
        yield FieldError("port", "A tunnel needs a port from 1 to 65535.")
    for other in configuration.tunnels.values():
        if other.id != tunnel.id and same_port(tunnel, other):
            yield FieldError(
                "port",
                "Port {port} is taken by {owner}.",
                port=format_ports(tuple(port for port in tunnel.ports if port in other.ports)),
                owner=_called(other),
            )
    for _, port, sentence in shared_ports(configuration.everything, tunnel):
        yield FieldError("port", sentence, port=port)


def _secret_problems(configuration: Configuration, tunnel: Tunnel) -> Iterator[FieldError]:
    if tunnel.mode is not Mode.SECRET or not tunnel.password:
        return
    for other in configuration.tunnels.values():
        if (other.mode, other.password) == (Mode.SECRET, tunnel.password) and other.id != tunnel.id:
            yield FieldError("password", "This password is taken by {owner}.", owner=_called(other))


def _host_problems(configuration: Configuration, host: Host) -> Iterator[FieldError]:
    yield from _owned_problems(configuration, host)
    if not host.host:
        yield FieldError("host", "A host needs a name, like nas.example.org.")
    elif not is_host(host.host.removeprefix("*.")):
        yield FieldError("host", "“{host}” is not a host name.", host=host.host)
    if not host.location.startswith("/"):
        yield FieldError("location", "A location begins with “/”.")
    for other in configuration.hosts.values():
        if other.id != host.id and _same_place(host, other):
            yield FieldError("location", "This place is taken by {owner}.", owner=_called(other))
    if not host.targets:
        yield FieldError("targets", "A host needs a target, like 127.0.0.1:8080.")


def _called(owner: Client | Tunnel | Host) -> OwnerKey | Sentence:
    return named(owner.owner, owner.remark)


def _same_place(one: Host, other: Host) -> bool:
    """Whether requests would not know which of two hosts they are for."""
    schemes = {one.scheme, other.scheme}
    return (
        one.host.lower() == other.host.lower()
        and one.location == other.location
        and (Scheme.ALL in schemes or len(schemes) == 1)
    )


def _owned_problems(configuration: Configuration, owner: Tunnel | Host) -> Iterator[FieldError]:
    yield from _remark_problems(owner.remark)
    client = configuration.clients.get(owner.client)
    if client is None:
        yield FieldError("client", "There is no client {id}.", id=owner.client)
        return
    before = _owned_before(configuration, owner)
    if before is not None and before.client != owner.client:
        yield FieldError("client", "A tunnel or host stays with its client, so that the books stay right.")
    if before is None and 0 < client.tunnels <= len(configuration.owned_by(client.id)):
        yield FieldError(
            "client",
            "Client {id} has as many tunnels and hosts as it may have: {count}.",
            id=client.id,
            count=client.tunnels,
        )


def _owned_before(configuration: Configuration, owner: Tunnel | Host) -> Tunnel | Host | None:
    if owner.owner.kind is OwnerKind.TUNNEL:
        return configuration.tunnels.get(owner.id)
    return configuration.hosts.get(owner.id)


def _everything_problems(configuration: Configuration, everything: Everything) -> Iterator[FieldError]:
    for word in ("http_port", "https_port", "bridge_port"):
        if getattr(everything, word) not in range(65536):
            yield FieldError(word, "A port is a number from 1 to 65535, or 0 for none.")
    for word in ("http_bind", "bridge_bind"):
        bind = getattr(everything, word)
        if bind and not is_address(bind):
            yield FieldError(word, "“{bind}” is not an address of an interface.", bind=bind)
    if everything.http_port and everything.http_port == everything.https_port:
        yield FieldError("https_port", "HTTP and HTTPS need ports of their own.")
    yield from _bridge_problems(configuration, everything)
    for tunnel in configuration.tunnels.values():
        for word, port, _ in shared_ports(everything, tunnel):
            yield FieldError(word, "Port {port} is taken by {owner}.", port=port, owner=_called(tunnel))
    limits = everything.limits
    for word, most in (("sessions", limits.connections), ("alt_sessions", limits.alt_connections)):
        if most == 0:
            yield FieldError(
                word, "The number of sessions needs a limit, so that a flood costs refusals, not memory."
            )


def _bridge_problems(configuration: Configuration, everything: Everything) -> Iterator[FieldError]:
    if everything.bridge_port and everything.bridge_port in (everything.http_port, everything.https_port):
        yield FieldError("bridge_port", "Agents need a port of their own.")
    if everything.disconnect_timeout not in MISSED_PINGS:
        yield FieldError("disconnect_timeout", "An agent is gone after 1 to 10000 pings without an answer.")
    key = everything.public_key
    if key != key.strip() or not key.isprintable():
        yield FieldError("public_key", "A key has no spaces around it and no control characters.")
    yield from _text_problems("public_key", key)
    for client in configuration.clients.values():
        if key and client.key == key:
            yield FieldError("public_key", "This key is taken by {owner}.", owner=_called(client))


def _account_problems(owner: Owner) -> Iterator[FieldError]:
    users = [account.user for account in getattr(owner, "accounts", ())]
    for user in dict.fromkeys(user for user in users if users.count(user) > 1):
        yield FieldError(
            "accounts", "User “{user}” has two passwords; give each account its own user.", user=user
        )


def _limit_problems(limits: Limits) -> Iterator[FieldError]:
    for word in ("quota", *ALTERNATED, "throttle_rate", *(f"alt_{name}" for name in ALTERNATED)):
        value = getattr(limits, word) or 0
        if value < 0:
            yield FieldError(word, "A limit cannot be negative.")
        elif value > 2**63 - 1:
            yield FieldError(word, "This limit is too large.")
    for word in ("warn", "throttle_at"):
        if getattr(limits, word) not in range(101):
            yield FieldError(word, "A share of the quota is from 0 to 100 %.")
    if limits.throttle_at and not limits.throttle_rate:
        yield FieldError(
            "throttle_rate",
            "To be throttled from {percent} % on it needs a rate to be throttled to.",
            percent=limits.throttle_at,
        )


def _hours_problems(owner: Owner) -> Iterator[FieldError]:
    if not isinstance(owner, Everything):
        if owner.hours == NEVER:
            yield FieldError("hours", "Without any hours it would never run; stop it instead.")
        return
    if owner.timezone and not is_zone(owner.timezone):
        yield FieldError(
            "timezone",
            "“{name}” is no time zone; write it like Europe/Berlin, or system.",
            name=owner.timezone,
        )
    if owner.alternative is Alternative.SCHEDULE and owner.alternative_hours == NEVER:
        yield FieldError("alternative_hours", "A schedule of alternative limits needs hours.")


def _text_problems(field: str, text: str) -> Iterator[FieldError]:
    if len(text) > TEXT_LENGTH:
        yield FieldError(field, "At most {length} characters.", length=TEXT_LENGTH)


def _remark_problems(remark: str) -> Iterator[FieldError]:
    yield from _text_problems("remark", remark)
    if any(unicodedata.category(letter) in CONTROL for letter in remark):
        yield FieldError("remark", "This is one line of text, without control characters.")
