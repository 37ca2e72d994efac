"""All settings of the program, declared once: their file, their checks and their dialog are made of this.

A new one is a line here and its texts in ``resources/i18n``; who acts on it asks ``Settings.follow``.
"""

from __future__ import annotations

from npsgui.app.setting import SWITCH, Group, Interface, Kept, OneOf, Setting, Text, Whole, is_web_address
from npsgui.model.alerts import TITLES, AlertKind, AlertRules
from npsgui.model.errors import FieldError
from npsgui.model.retention import AS_DESIGNED, DAY
from npsgui.model.units import Units, format_exact, parse_bytes

_LOOK, _PORTS, _METRICS = Group.LOOK, Group.PORTS, Group.METRICS
_HISTORY, _ALERTS, _SERVICE = Group.HISTORY, Group.ALERTS, Group.SERVICE
_ALL = Kept.EVERYTHING

_THEMES = OneOf((("system", "As the system"), ("light", "Light"), ("dark", "Dark")))
_LANGUAGES = OneOf((("system", "As the system"), ("en", "English"), ("zh_CN", "简体中文")))
_UNITS = OneOf(
    (
        (Units.IEC, "MiB and MiB/s"),
        (Units.SI, "MB and MB/s"),
        (Units.BITS, "MB and Mbit/s"),
    )
)
_ROWS = OneOf((("comfortable", "Comfortable"), ("compact", "Compact")))
_TLS = OneOf((("no", "As each client wants it"), ("yes", "TLS for all that passes")))
_CLOSING = OneOf((("ask", "Ask"), ("yes", "Keep in the tray"), ("no", "Quit")))
_DAYS = Whole(1, 36_500, "days")
_PORT = Whole(0, 65_535)
_WEB = Text(is_web_address, "It must begin with http:// or https://.")

_KEPT = (AS_DESIGNED.minutes, AS_DESIGNED.hours, AS_DESIGNED.events)
_MINUTES, _HOURS, _EVENTS = (str(seconds // DAY) for seconds in _KEPT)
_RULES = AlertRules()
_ALERT_HINTS = {
    AlertKind.WARNED: "From the share that its limits say",
    AlertKind.PORT_FAILED: "Its port, its folder or its certificate cannot be used",
    AlertKind.UNUSUAL: "An hour unlike the same hour of the eight weeks before; silent until four are known",
    AlertKind.QUIET: "Two hours with next to nothing, of a client that had much then in each of those weeks",
}
_OFF_AT_FIRST = frozenset({AlertKind.QUIET})
"""What is told only to those who ask for it: a holiday is quiet, too."""


def alert_switch(kind: AlertKind) -> str:
    """The name of the setting that says whether a kind of alert is told."""
    return f"alert_{kind.name.lower()}"


def _is_size(text: str) -> bool:
    try:
        parse_bytes(text)
    except FieldError:
        return False
    return True


SETTINGS: tuple[Setting, ...] = (
    Setting("theme", _LOOK, "Theme", "system", _THEMES),
    Setting("language", _LOOK, "Language", "system", _LANGUAGES),
    Setting(
        "units",
        _LOOK,
        "Units",
        Units.IEC,
        _UNITS,
        "A MiB is 1,048,576 bytes, a MB 1,000,000; with Mbit/s only rates are in bits, amounts stay in MB",
    ),
    Setting("rows", _LOOK, "Rows of tables", "comfortable", _ROWS, "Compact shows more of them at once"),
    Setting(
        "title_rates",
        _LOOK,
        "Rates in the window's title",
        "false",
        SWITCH,
        "Seen in the list of windows, too, where the desktop has no tray",
    ),
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
        loses="What is older is summed up to hours at once. Its minutes do not come back.",
    ),
    Setting(
        "keep_hours_days",
        _HISTORY,
        "Keep hours",
        _HOURS,
        _DAYS,
        "Then they are summed up to days, which are kept for ever",
        loses="What is older is summed up to days at once. Its hours do not come back.",
    ),
    Setting(
        "keep_events_days",
        _HISTORY,
        "Keep events",
        _EVENTS,
        _DAYS,
        "Then they are deleted",
        loses="Older events are deleted at once.",
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
    *(
        Setting(
            alert_switch(kind),
            _ALERTS,
            title.template,
            "false" if kind in _OFF_AT_FIRST else "true",
            SWITCH,
            _ALERT_HINTS.get(kind, ""),
        )
        for kind, title in TITLES.items()
    ),
    Setting(
        "alert_offline_minutes",
        _ALERTS,
        "Agent offline after",
        str(_RULES.offline_minutes),
        Whole(1, 10_080, "minutes"),
    ),
    Setting(
        "alert_expiry_days",
        _ALERTS,
        "Tell of an expiry before",
        str(_RULES.expiry_days),
        Whole(1, 365, "days"),
    ),
    Setting(
        "alert_unusual_times",
        _ALERTS,
        "Unusual is above the usual by",
        str(_RULES.unusual_times),
        Whole(1, 100, "times its spread"),
        "Half of the usual is the least spread",
    ),
    Setting(
        "alert_unusual_least",
        _ALERTS,
        "Never unusual below",
        format_exact(_RULES.unusual_least),
        Text(_is_size, "“{text}” is not a size; write it like 10GiB, 512KiB or 0."),
        "In an hour, inlet and export together",
    ),
    Setting("alert_snooze_minutes", _ALERTS, "Snooze for", "60", Whole(1, 10_080, "minutes")),
    Setting("desktop_notifications", _ALERTS, "Tell on the desktop", "true", SWITCH),
    Setting("webhook_url", _ALERTS, "Post to", "", _WEB, "A webhook that takes JSON; empty is nowhere"),
    Setting(
        "webhook_secret",
        _ALERTS,
        "Sign with",
        "",
        Text(secret=True),
        "The receiver's secret for HMAC-SHA256; empty is unsigned",
    ),
    Setting("tray", _SERVICE, "Show in the tray", "true", SWITCH, "Where the desktop has one"),
    Setting("close_to_tray", _SERVICE, "When the window is closed", "ask", _CLOSING),
    Setting(
        "start_at_login",
        _SERVICE,
        "Start hidden at login",
        "false",
        SWITCH,
        "In the tray; on a desktop without one the window is shown",
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
