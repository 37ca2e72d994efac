"""All settings of the program, declared once: their file, their checks and their dialog are made of this.

A new one is a line here and its texts in ``resources/i18n``; who acts on it asks ``Settings.follow``.
"""

from __future__ import annotations

from npsgui.app.setting import SWITCH, Group, Interface, Kept, OneOf, Setting, Text, Whole, is_web_address
from npsgui.model.retention import AS_DESIGNED, DAY

_LOOK, _PORTS, _METRICS = Group.LOOK, Group.PORTS, Group.METRICS
_HISTORY, _SERVICE = Group.HISTORY, Group.SERVICE
_ALL = Kept.EVERYTHING

_THEMES = OneOf((("system", "As the system"), ("light", "Light"), ("dark", "Dark")))
_LANGUAGES = OneOf((("system", "As the system"), ("en", "English"), ("zh_CN", "简体中文")))
_TLS = OneOf((("no", "As each client wants it"), ("yes", "TLS for all that passes")))
_DAYS = Whole(1, 36_500, "days")
_PORT = Whole(0, 65_535)
_WEB = Text(is_web_address, "It must begin with http:// or https://.")

_MINUTES, _HOURS = str(AS_DESIGNED.minutes // DAY), str(AS_DESIGNED.hours // DAY)

SETTINGS: tuple[Setting, ...] = (
    Setting("theme", _LOOK, "Theme", "system", _THEMES),
    Setting("language", _LOOK, "Language", "system", _LANGUAGES),
    Setting("http_bind", _PORTS, "Hosts listen on", "127.0.0.1", Interface(), kept=_ALL),
    Setting("http_port", _PORTS, "HTTP port", "0", _PORT, "All hosts share it; 0 is none", _ALL),
    Setting("https_port", _PORTS, "HTTPS port", "0", _PORT, "All hosts share it; 0 is none", _ALL),
    Setting("bridge_bind", _PORTS, "Agents' port listens on", "", Interface(), kept=_ALL),
    Setting("bridge_port", _PORTS, "Agents' port", "0", _PORT, "Agents connect to it; 0 is none", _ALL),
    Setting(
        "bridge_tls",
        _PORTS,
        "Agents' encryption",
        "no",
        _TLS,
        "npsgui's agent can do both, NPS's npc only the first",
        _ALL,
    ),
    Setting(
        "keep_minutes_days",
        _HISTORY,
        "Keep minutes",
        _MINUTES,
        _DAYS,
        "Then they are summed up to hours, to the byte",
        at_start=True,
    ),
    Setting(
        "keep_hours_days",
        _HISTORY,
        "Keep hours",
        _HOURS,
        _DAYS,
        "Then they are summed up to days, which are kept for ever",
        at_start=True,
    ),
    Setting(
        "ipv6_peers_by_network",
        _HISTORY,
        "Count IPv6 peers by network",
        "false",
        SWITCH,
        "One line for a /64, not for each address in it",
        at_start=True,
    ),
    Setting(
        "ledger",
        _HISTORY,
        "Ledger elsewhere",
        "",
        Text(lambda text: not text or text.startswith("postgresql://"), "It must begin with postgresql://."),
        "The URL of a PostgreSQL database; empty is the file in the data folder",
        at_start=True,
    ),
    Setting(
        "node",
        _HISTORY,
        "Name in a shared ledger",
        "",
        Text(),
        "Whose books these are; empty is the name of this computer",
        at_start=True,
    ),
    Setting(
        "drain_seconds",
        _SERVICE,
        "Let connections end for",
        "2",
        Whole(0, 86_400, "seconds"),
        "Of a service that is told to end; then they are closed",
    ),
    Setting(
        "update_url",
        _SERVICE,
        "Look for updates at",
        "",
        _WEB,
        "A file that names the newest version; empty is nowhere, and nothing is downloaded",
    ),
    Setting("metrics_port", _METRICS, "Port for Prometheus", "0", _PORT, "It scrapes /metrics; 0 is none"),
    Setting("metrics_address", _METRICS, "Metrics listen on", "127.0.0.1", Interface()),
    Setting(
        "metrics_token",
        _METRICS,
        "Token",
        "",
        Text(secret=True),
        "What Prometheus must show; an address other than this computer's own needs one",
    ),
    Setting(
        "metrics_owners",
        _METRICS,
        "Told apart",
        "200",
        Whole(1, 100_000),
        "Clients, tunnels and hosts with numbers of their own, the busiest of each",
    ),
)
