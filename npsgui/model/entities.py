"""What a user configures: clients, tunnels, hosts and their limits. Pure facts: frozen, no I/O.

Bytes, bytes per second and seconds everywhere, whatever the screen or NPS shows. 0 is unlimited.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from npsgui.model.flow import QuotaCounts
from npsgui.model.hours import ALWAYS, NEVER, Week
from npsgui.model.periods import LIFETIME, PeriodRule

NO_EXTRAS: Mapping[str, object] = MappingProxyType({})


class OwnerKind(enum.StrEnum):
    """What can own bytes and limits."""

    GLOBAL = "global"
    CLIENT = "client"
    TUNNEL = "tunnel"
    HOST = "host"

    __hash__ = str.__hash__
    """Enum's own is written in Python."""


class OwnerKey(NamedTuple):
    """Names one owner: its kind and its id. The one global owner has id 0.

    A tuple, because it is looked up for every owner every second: hashed and compared in C.
    """

    kind: OwnerKind
    id: int

    def __str__(self) -> str:
        return str(self.kind) if self.kind is OwnerKind.GLOBAL else f"{self.kind} {self.id}"


GLOBAL_KEY = OwnerKey(OwnerKind.GLOBAL, 0)


class Mode(enum.StrEnum):
    """What a tunnel's listening port speaks. The words are NPS's."""

    TCP = "tcp"
    UDP = "udp"
    HTTP_PROXY = "httpProxy"
    SOCKS5 = "socks5"
    SECRET = "secret"
    P2P = "p2p"
    FILE = "file"
    TCP_TRANS = "tcpTrans"


class Via(enum.StrEnum):
    """Who dials the target: this program, or the client's agent."""

    LOCAL = "local"
    AGENT = "agent"


class Scheme(enum.StrEnum):
    """Which shared port a host answers on."""

    ALL = "all"
    HTTP = "http"
    HTTPS = "https"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an owner may use. Bytes, bytes/s, sessions; 0 is unlimited.

    ``rate`` is shared by both directions; ``inlet_rate`` and ``export_rate`` hold apart, beside it.
    The ``alt_`` ones take the place of their namesakes while alternative limits are on; None: as usual.
    """

    quota: int = 0
    quota_counts: QuotaCounts = QuotaCounts.BOTH
    rate: int = 0
    inlet_rate: int = 0
    export_rate: int = 0
    connections: int = 0
    period: PeriodRule = LIFETIME
    """What the quota covers."""
    warn: int = 80
    """Percent of the quota from which it is near; 0 never."""
    throttle_at: int = 0
    """Percent of the quota from which ``throttle_rate`` holds; 0 never."""
    throttle_rate: int = 0
    """Bytes/s of both directions together."""
    blocked: tuple[str, ...] = ()
    """Addresses and networks of visitors who are not let in."""
    alt_rate: int | None = None
    alt_inlet_rate: int | None = None
    alt_export_rate: int | None = None
    alt_connections: int | None = None

    @property
    def has_alternative(self) -> bool:
        """Whether there is an alternative one among them."""
        set_ones = (self.alt_rate, self.alt_inlet_rate, self.alt_export_rate, self.alt_connections)
        return set_ones != _NONE_SET

    def in_force(self, alternative: bool) -> Limits:
        """These limits, or with the alternative ones in their places; itself when there are none."""
        if not (alternative and self.has_alternative):
            return self
        wanted = {name: getattr(self, f"alt_{name}") for name in ALTERNATED}
        found = {name: value for name, value in wanted.items() if value is not None}
        return replace(self, **found)


_NONE_SET = (None, None, None, None)

ALTERNATED = ("rate", "inlet_rate", "export_rate", "connections")
"""The limits that have an alternative, ``alt_`` and the name."""


class Alternative(enum.StrEnum):
    """When the alternative limits are on."""

    OFF = "off"
    ON = "on"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Account:
    """Who may use a proxy or a host, and the password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """Where the relay or the agent connects to."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """The global owner: what holds for all clients together, and the shared ports. Port 0 is closed."""

    limits: Limits = Limits(connections=10_000)
    http_bind: str = "127.0.0.1"
    """Address of the shared HTTP and HTTPS ports; empty is every interface."""
    http_port: int = 0
    https_port: int = 0
    bridge_port: int = 0
    """Where agents connect."""
    bridge_bind: str = ""
    """Its address; empty is every interface: agents come from elsewhere."""
    bridge_tls: bool = False
    """Whether all of that port is wrapped in TLS, which npsgui's agent speaks and npc does not."""
    public_key: str = field(default="", repr=False)
    """Lets agents without a client of their own in, to bring one; empty lets none."""
    disconnect_timeout: int = 60
    """Pings in a row, five seconds apart, without an answer: then an agent is taken for gone, as in NPS."""
    registered_only: bool = False
    """Whether visitors must have registered their address at the agents' port: NPS's ``ip_limit``."""
    timezone: str = ""
    """Whose clock hours mean, like ``Europe/Berlin``; empty is the system's."""
    alternative: Alternative = Alternative.OFF
    alternative_hours: Week = NEVER
    """When alternative limits are on by schedule."""
    paused: bool = False
    """Whether nothing is carried: visitors are turned away, what is enabled stays so."""

    @property
    def owner(self) -> OwnerKey:
        """Its key, which never changes."""
        return GLOBAL_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An account with a verify key and limits; owns tunnels and hosts."""

    id: int
    key: str = field(repr=False)
    remark: str = ""
    enabled: bool = True
    limits: Limits = Limits()
    tunnels: int = 0
    """How many tunnels and hosts it may have; 0 is unlimited."""
    accounts: tuple[Account, ...] = ()
    """Who may use those of its proxies and hosts that have none of their own. Without any nobody is asked."""
    expires: int = 0
    """Unix time, s, from which it is refused; 0 never."""
    hours: Week = ALWAYS
    """When it runs."""
    crypt: bool = False
    """Whether what goes through its agent is encrypted."""
    compress: bool = False
    """Whether it is compressed; means nothing with ``crypt``, as in NPS."""
    config_allowed: bool = True
    """Whether its agents may bring tunnels and hosts by their configuration file."""
    guest: bool = False
    """Whether an agent with the public key brought it: it goes when that agent goes."""
    nps: Mapping[str, object] = field(default_factory=lambda: NO_EXTRAS, hash=False, repr=False)
    """The NPS record it was imported from, verbatim: an export changes in it only what was edited since."""

    @property
    def owner(self) -> OwnerKey:
        """Its key in flows and in the ledger."""
        return OwnerKey(OwnerKind.CLIENT, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """One listening port in one mode."""

    id: int
    client: int
    remark: str = ""
    enabled: bool = True
    mode: Mode = Mode.TCP
    bind: str = "127.0.0.1"
    """Address to listen on; empty is every interface, as NPS means it."""
    ports: tuple[int, ...] = ()
    idle: int = 60
    """Seconds after which a UDP session ends that carries nothing."""
    folder: str = ""
    """What a file tunnel serves."""
    strip: str = ""
    """What all paths of a file tunnel begin with; it is left out."""
    password: str = field(default="", repr=False)
    """What a visitor of a secret tunnel must name; it has no port."""
    targets: tuple[Target, ...] = ()
    via: Via = Via.LOCAL
    limits: Limits = Limits()
    accounts: tuple[Account, ...] = ()
    expires: int = 0
    hours: Week = ALWAYS
    nps: Mapping[str, object] = field(default_factory=lambda: NO_EXTRAS, hash=False, repr=False)

    @property
    def owner(self) -> OwnerKey:
        """Its key in flows and in the ledger."""
        return OwnerKey(OwnerKind.TUNNEL, self.id)

    def targets_of(self, index: int) -> tuple[Target, ...]:
        """Where the port with this index leads: its own target if there are as many, else all in turn."""
        if len(self.ports) > 1 and len(self.targets) == len(self.ports):
            return self.targets[index : index + 1]
        return self.targets


SELF_SIGNED = "self-signed"
PASS_THROUGH = "pass-through"
"""What a host does with HTTPS without a certificate file: a certificate made here, which visitors must be
told to trust; or the target's own, TLS being carried as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A rule on the shared HTTP port: scheme, host, location."""

    id: int
    client: int
    remark: str = ""
    enabled: bool = True
    scheme: Scheme = Scheme.ALL
    host: str = ""
    location: str = "/"
    targets: tuple[Target, ...] = ()
    certificate: str = SELF_SIGNED
    """Path of a PEM file with the certificate chain; or one of the two words above."""
    certificate_key: str = ""
    """Path of a PEM file with the private key, if it is not in the other file."""
    host_change: str = ""
    """What the target is told as the host; empty is what the visitor said."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers that requests get in place of theirs: name and value."""
    via: Via = Via.LOCAL
    limits: Limits = Limits()
    accounts: tuple[Account, ...] = ()
    expires: int = 0
    hours: Week = ALWAYS
    nps: Mapping[str, object] = field(default_factory=lambda: NO_EXTRAS, hash=False, repr=False)

    @property
    def owner(self) -> OwnerKey:
        """Its key in flows and in the ledger."""
        return OwnerKey(OwnerKind.HOST, self.id)


Owner: TypeAlias = Everything | Client | Tunnel | Host
