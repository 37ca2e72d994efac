"""An owner's settings and their values in the user's language: what an edit changed. Knows no widget."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from PySide6.QtCore import QLocale, QObject

from npsgui.model.audit import HIDDEN, Change
from npsgui.model.entities import PASS_THROUGH, SELF_SIGNED, Alternative, Mode, Scheme, Via
from npsgui.model.errors import FieldError
from npsgui.model.flow import QuotaCounts
from npsgui.model.periods import Every, PeriodRule, parse_period
from npsgui.model.units import parse_time
from npsgui.model.words import USUAL
from npsgui.ui.amounts import exact
from npsgui.ui.moments import Moments
from npsgui.ui.week_words import WeekTexts

_RATES = ("rate", "inlet_rate", "export_rate", "throttle_rate")
_COUNTS = ("connections", "sessions", "tunnels")
_PORTS = ("http_port", "https_port", "bridge_port", "port")
_BINDS = ("bind", "http_bind", "bridge_bind")
_FLAGS = ("enabled", "crypt", "compress", "config_allowed", "bridge_tls", "registered_only", "paused")
_UNIT = re.compile(r"(?<=\d)(?=[A-Za-z])")
"""Between a number and its unit."""

Tell = Callable[[str], str]


class SettingWords(QObject):
    """Names settings as the dialogs do. A word or value that it does not know is told as it is written."""

    def __init__(self, modes: Mapping[Mode, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._modes = modes
        self._moments = Moments(self)
        self._weeks = WeekTexts(self)

    def of(self, change: Change) -> str:
        """What was changed, from what to what."""
        name = self._labels.get(change.word, change.word)
        if change.new == HIDDEN:
            return f"{name} {HIDDEN}"
        return f"{name} {self._value(change.word, change.old)} → {self._value(change.word, change.new)}"

    def _value(self, word: str, value: object) -> str:
        if isinstance(value, int):  # of a period: exact bytes
            return f"{value:,}"
        text = str(value)
        tell = self._tellers.get(word.removeprefix("alt_"))
        if tell is not None:
            return tell(text)
        return text or self.tr("empty")

    @cached_property
    def _labels(self) -> dict[str, str]:
        return self._of_limits | self._of_owners | self._of_everything

    @cached_property
    def _of_limits(self) -> dict[str, str]:
        alternative = self.tr("Alternative: {limit}")
        rates = {
            "rate": self.tr("Shared rate"),
            "inlet_rate": self.tr("Inlet rate"),
            "export_rate": self.tr("Export rate"),
            "connections": self.tr("Connection limit"),
            "sessions": self.tr("Connection limit"),
        }
        others = {f"alt_{word}": alternative.format(limit=text) for word, text in rates.items()}
        return (
            rates
            | others
            | {
                "quota": self.tr("Quota"),
                "quota_counts": self.tr("What the quota counts"),
                "period": self.tr("Period"),
                "opening": self.tr("Opening balance"),
                "top_up": self.tr("Top-up"),
                "warn": self.tr("Warn from"),
                "throttle_at": self.tr("Throttle from"),
                "throttle_rate": self.tr("Throttle to"),
                "blocked": self.tr("Blocked"),
                "tunnels": self.tr("Tunnel limit"),
                "expires": self.tr("Expires"),
                "hours": self.tr("Hours"),
            }
        )

    @cached_property
    def _of_owners(self) -> dict[str, str]:
        return {
            "remark": self.tr("Name"),
            "key": self.tr("Verify key"),
            "enabled": self.tr("Started"),
            "accounts": self.tr("Accounts"),
            "crypt": self.tr("Encryption"),
            "compress": self.tr("Compression"),
            "config_allowed": self.tr("Its own tunnels"),
            "client": self.tr("Client"),
            "mode": self.tr("Kind"),
            "bind": self.tr("Listens on"),
            "port": self.tr("Ports"),
            "idle": self.tr("Idle time"),
            "folder": self.tr("Folder"),
            "strip": self.tr("Left out"),
            "password": self.tr("Password"),
            "targets": self.tr("Targets"),
            "via": self.tr("Connects from"),
            "scheme": self.tr("Scheme"),
            "host": self.tr("Host name"),
            "location": self.tr("Location"),
            "certificate": self.tr("Certificate"),
            "certificate_key": self.tr("Key file"),
            "host_change": self.tr("Host change"),
            "headers": self.tr("Headers"),
        }

    @cached_property
    def _of_everything(self) -> dict[str, str]:
        return {
            "http_bind": self.tr("Hosts listen on"),
            "http_port": self.tr("HTTP port"),
            "https_port": self.tr("HTTPS port"),
            "bridge_port": self.tr("Agents' port"),
            "bridge_bind": self.tr("Agents' port listens on"),
            "bridge_tls": self.tr("Agents' encryption"),
            "public_key": self.tr("Public key"),
            "disconnect_timeout": self.tr("Missed pings"),
            "registered_only": self.tr("Registered addresses only"),
            "timezone": self.tr("Time zone"),
            "alternative": self.tr("Alternative limits"),
            "alternative_hours": self.tr("Hours of alternative limits"),
            "paused": self.tr("Paused"),
        }

    @cached_property
    def _tellers(self) -> dict[str, Tell]:
        return {
            "quota": self._size,
            "warn": self._share,
            "throttle_at": self._share,
            "period": self._period,
            "expires": self._moment,
            "hours": self._weeks.spoken,
            "alternative_hours": self._weeks.spoken,
            **dict.fromkeys(_RATES, self._rate),
            **dict.fromkeys(_COUNTS, self._count),
            **dict.fromkeys(_PORTS, self._words({"0": self.tr("none"), "": self.tr("none")})),
            **dict.fromkeys(_BINDS, self._words({"": self.tr("Every interface")})),
            **dict.fromkeys(_FLAGS, self._words({"yes": self.tr("yes"), "no": self.tr("no")})),
            **self._choices,
        }

    @cached_property
    def _choices(self) -> dict[str, Tell]:
        """What is one of few words."""
        return {
            "quota_counts": self._words(
                {
                    QuotaCounts.BOTH: self.tr("inlet + export"),
                    QuotaCounts.INLET: self.tr("inlet only"),
                    QuotaCounts.EXPORT: self.tr("export only"),
                }
            ),
            "mode": self._words({str(mode): text for mode, text in self._modes.items()}),
            "via": self._words(
                {Via.LOCAL: self.tr("This computer"), Via.AGENT: self.tr("The client's agent")}
            ),
            "scheme": self._words(
                {
                    Scheme.ALL: self.tr("HTTP and HTTPS"),
                    Scheme.HTTP: self.tr("HTTP only"),
                    Scheme.HTTPS: self.tr("HTTPS only"),
                }
            ),
            "certificate": self._words(
                {
                    SELF_SIGNED: self.tr("Self-signed, made by npsgui"),
                    PASS_THROUGH: self.tr("The target's own, passed through"),
                }
            ),
            "timezone": self._words({"system": self.tr("this computer's")}),
            "alternative": self._words(
                {
                    Alternative.OFF: self.tr("Off"),
                    Alternative.ON: self.tr("On"),
                    Alternative.SCHEDULE: self.tr("By schedule"),
                }
            ),
        }

    def _words(self, words: Mapping[str, str]) -> Tell:
        """Tells these words; others as they are written."""
        said = {str(word): text for word, text in words.items()}
        return lambda text: said.get(text) or text or self.tr("empty")

    def _size(self, text: str) -> str:
        return self.tr("unlimited") if text == "0" else _spaced(exact(text))

    def _rate(self, text: str) -> str:
        if text in ("0", USUAL):
            return self._count(text)
        told = exact(text, per_second=True)
        return _spaced(told if told.endswith("/s") else f"{told}/s")

    def _count(self, text: str) -> str:
        if text == USUAL:
            return self.tr("as usual")
        return self.tr("unlimited") if text == "0" else text

    def _share(self, text: str) -> str:
        return self.tr("never") if text == "0" else f"{text} %"

    def _moment(self, text: str) -> str:
        try:
            return self._moments.moment(parse_time(text), None)
        except FieldError:
            return self.tr("never")

    def _period(self, text: str) -> str:
        try:
            rule = parse_period(text)
        except FieldError:
            return text
        kind = self._period_kind(rule)
        hour = f"{rule.hour:02}:00" if rule.hour else ""
        return " ".join(filter(None, (kind, hour, rule.zone)))

    def _period_kind(self, rule: PeriodRule) -> str:
        if rule.every is Every.WEEK:
            return self.tr("Every {day}").format(day=QLocale().standaloneDayName(rule.day))
        if rule.every is Every.MONTH:
            return self.tr("Monthly on day {day}").format(day=rule.day)
        if rule.every is Every.DAYS:
            return self.tr("Every {days} days from {first}").format(days=rule.day, first=rule.first)
        return self.tr("Daily") if rule.every is Every.DAY else self.tr("For ever")


def _spaced(text: str) -> str:
    """``10 GiB`` for ``10GiB``; bare bytes get their unit."""
    plain, slash, second = text.partition("/")
    return _UNIT.sub(" ", f"{plain}B" if plain.isdecimal() else plain) + slash + second
