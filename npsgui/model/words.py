"""The words of settings, declared once: ``quota=10GiB``. Pure.

The command line, the control socket and the dialogs' field names share them. To add a setting: a field
in ``entities.py``, a line here, a rule in ``rules.py`` if it has one, and a row in its dialog.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from npsgui.model.blocking import parse_blocked
from npsgui.model.entities import (
    PASS_THROUGH,
    SELF_SIGNED,
    Account,
    Alternative,
    Mode,
    Owner,
    OwnerKind,
    Scheme,
    Target,
    Via,
)
from npsgui.model.errors import FieldError
from npsgui.model.flow import QuotaCounts
from npsgui.model.hours import NEVER_WORDS, format_week, parse_week
from npsgui.model.periods import parse_period
from npsgui.model.ports import format_ports, parse_ports
from npsgui.model.rules import is_full_path
from npsgui.model.targets import parse_targets
from npsgui.model.units import UNLIMITED_WORDS, format_exact, format_time, parse_bytes, parse_rate, parse_time

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""RFC 9110 section 5.6.2."""

_CLIENT = frozenset({OwnerKind.CLIENT})
_TUNNEL = frozenset({OwnerKind.TUNNEL})
_HOST = frozenset({OwnerKind.HOST})
_GLOBAL = frozenset({OwnerKind.GLOBAL})
_OWNED = _TUNNEL | _HOST
_NAMED = _CLIENT | _OWNED
_ALL = _NAMED | _GLOBAL


USUAL = "usual"
"""The word for an alternative limit that is as the limit itself."""

_USUAL_WORDS = frozenset({"", USUAL, "与常用相同"})
_YES_WORDS = frozenset({"true", "yes", "on", "1", "是", "开"})
_NO_WORDS = frozenset({"false", "no", "off", "0", "否", "关"})


@dataclass(frozen=True, slots=True)
class Word:
    """One setting: how its text is read and written, and which kinds of owner have it."""

    name: str
    kinds: frozenset[OwnerKind]
    parse: Callable[[str, str], Any]
    """(text, field name) -> value. Raises FieldError(field name)."""
    show: Callable[[Any], str] = str
    limit: bool = False
    """Whether it lives in the owner's ``limits``."""
    attribute: str = ""
    """Where it lives, if not under its own name."""

    def read(self, owner: Owner) -> Any:
        """The value that ``owner`` has."""
        return getattr(owner.limits if self.limit else owner, self.attribute or self.name)


def _text(text: str, field: str) -> str:
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        raise FieldError(field, "This cannot hold line breaks or other control characters.")
    return text


def _count(text: str, field: str) -> int:
    plain = text.strip().lower()
    if plain in UNLIMITED_WORDS:
        return 0
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 12:
        raise FieldError(field, "“{text}” is not a whole number.", text=text)
    return int(plain)


def _percent(text: str, field: str) -> int:
    plain = text.strip().removesuffix("%").rstrip()
    if plain.lower() in {"", "off", *NEVER_WORDS}:
        return 0
    if not (plain.isascii() and plain.isdecimal()) or len(plain) > 3 or int(plain) > 100:
        raise FieldError(field, "“{text}” is not a percentage from 0 to 100.", text=text)
    return int(plain)


def _or_usual(parse: Callable[[str, str], int]) -> Callable[[str, str], int | None]:
    return lambda text, field: None if text.strip().lower() in _USUAL_WORDS else parse(text, field)


def _usual_or(show: Callable[[int], str]) -> Callable[[int | None], str]:
    return lambda value: USUAL if value is None else show(value)


def _flag(text: str, field: str) -> bool:
    plain = text.strip().lower()
    if plain in _YES_WORDS:
        return True
    if plain in _NO_WORDS:
        return False
    raise FieldError(field, "“{text}” is neither yes nor no.", text=text)


def _moment(text: str, field: str) -> int:
    """0 is never; what is past is past, were it the first second of 1970."""
    return 0 if text.strip().lower() in {"0", "", *NEVER_WORDS} else max(1, parse_time(text, field))


def _choice(kind: type[StrEnum]) -> Callable[[str, str], StrEnum]:
    by_name = {str(member).lower(): member for member in kind}

    def parse(text: str, field: str) -> StrEnum:
        found = by_name.get(text.strip().lower())
        if found is None:
            words = ", ".join(kind)
            raise FieldError(field, "“{text}” is none of: {words}.", text=text, words=words)
        return found

    return parse


def _zone(text: str, field: str) -> str:
    return "" if text.strip().lower() == "system" else text.strip()


_ACCOUNT = re.compile(r"(?:\\.|[^,\r\n])+")
"""Up to a comma or the end of a line; a backslash takes the meaning from a comma, a colon or another."""


def _accounts(text: str, field: str) -> tuple[Account, ...]:
    found: dict[str, Account] = {}
    for part in _ACCOUNT.findall(text):
        if not part.strip():
            continue
        pair = re.fullmatch(r"((?:\\.|[^:\\])+):(.+)", part.strip())
        user, password = (re.sub(r"\\([\\,:])", r"\1", one) for one in pair.groups()) if pair else ("", "")
        if not pair or max(len(user.encode()), len(password.encode())) > 255:
            raise FieldError(field, "Write accounts as user:password, with commas between them.")
        found[user] = Account(user, password)
    return tuple(found.values())


def _accounts_text(accounts: tuple[Account, ...]) -> str:
    pairs = ((account.user, account.password) for account in accounts)
    return ",".join(":".join(re.sub(r"[\\,:]", r"\\\g<0>", one) for one in pair) for pair in pairs)


def parse_headers(text: str, field: str = "headers") -> tuple[tuple[str, str], ...]:
    """Names and values from ``Name: value``, one a line. Raises FieldError."""
    found = []
    for line in re.split(r"[\r\n]+", text):
        if line.strip():
            name, colon, value = line.partition(":")
            if not colon or _HEADER_NAME.fullmatch(name.strip()) is None or not value.isprintable():
                raise FieldError(field, "Write headers as Name: value, one a line.")
            found.append((name.strip(), value.strip()))
    return tuple(found)


def _headers_text(headers: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)


def _path(text: str, field: str) -> str:
    plain = text.strip()
    if plain and not is_full_path(plain):
        raise FieldError(field, "Write the file in full, from the root or the drive on.")
    return plain


def _certificate(text: str, field: str) -> str:
    known = text.strip().lower()
    return known if known in {SELF_SIGNED, PASS_THROUGH} else _path(text, field) or SELF_SIGNED


def _targets(text: str, field: str) -> tuple[Target, ...]:
    return parse_targets(text)


def _targets_text(targets: tuple[Target, ...]) -> str:
    return ",".join(map(str, targets))


def _flag_text(value: bool) -> str:
    return "yes" if value else "no"


def _moment_text(value: int) -> str:
    return format_time(value) if value else "never"


WORDS: tuple[Word, ...] = (
    Word("remark", _NAMED, _text),
    Word("key", _CLIENT, _text),
    Word("enabled", _NAMED, _flag, _flag_text),
    Word("quota", _ALL, parse_bytes, format_exact, limit=True),
    Word("quota_counts", _ALL, _choice(QuotaCounts), limit=True),
    Word("period", _ALL, parse_period, limit=True),
    Word("rate", _ALL, parse_rate, format_exact, limit=True),
    Word("inlet_rate", _ALL, parse_rate, format_exact, limit=True),
    Word("export_rate", _ALL, parse_rate, format_exact, limit=True),
    Word("connections", _NAMED, _count, limit=True),
    Word("warn", _ALL, _percent, limit=True),
    Word("throttle_at", _ALL, _percent, limit=True),
    Word("throttle_rate", _ALL, parse_rate, format_exact, limit=True),
    Word("blocked", _ALL, parse_blocked, ",".join, limit=True),
    Word("alt_rate", _ALL, _or_usual(parse_rate), _usual_or(format_exact), limit=True),
    Word("alt_inlet_rate", _ALL, _or_usual(parse_rate), _usual_or(format_exact), limit=True),
    Word("alt_export_rate", _ALL, _or_usual(parse_rate), _usual_or(format_exact), limit=True),
    Word("alt_connections", _NAMED, _or_usual(_count), _usual_or(str), limit=True),
    Word("tunnels", _CLIENT, _count),
    Word("accounts", _NAMED, _accounts, _accounts_text),
    Word("expires", _NAMED, _moment, _moment_text),
    Word("hours", _NAMED, parse_week, format_week),
    Word("crypt", _CLIENT, _flag, _flag_text),
    Word("compress", _CLIENT, _flag, _flag_text),
    Word("config_allowed", _CLIENT, _flag, _flag_text),
    Word("client", _OWNED, _count),
    Word("mode", _TUNNEL, _choice(Mode)),
    Word("bind", _TUNNEL, _text),
    Word("port", _TUNNEL, parse_ports, format_ports, attribute="ports"),
    Word("idle", _TUNNEL, _count),
    Word("folder", _TUNNEL, _text),
    Word("strip", _TUNNEL, _text),
    Word("password", _TUNNEL, _text),
    Word("targets", _OWNED, _targets, _targets_text),
    Word("via", _OWNED, _choice(Via)),
    Word("scheme", _HOST, _choice(Scheme)),
    Word("host", _HOST, _text),
    Word("location", _HOST, _text),
    Word("certificate", _HOST, _certificate),
    Word("certificate_key", _HOST, _path),
    Word("host_change", _HOST, _text),
    Word("headers", _HOST, parse_headers, _headers_text),
    Word("http_bind", _GLOBAL, _text),
    Word("http_port", _GLOBAL, _count),
    Word("https_port", _GLOBAL, _count),
    Word("bridge_port", _GLOBAL, _count),
    Word("bridge_bind", _GLOBAL, _text),
    Word("bridge_tls", _GLOBAL, _flag, _flag_text),
    Word("public_key", _GLOBAL, _text),
    Word("disconnect_timeout", _GLOBAL, _count),
    Word("registered_only", _GLOBAL, _flag, _flag_text),
    Word("sessions", _GLOBAL, _count, limit=True, attribute="connections"),
    Word("alt_sessions", _GLOBAL, _or_usual(_count), _usual_or(str), limit=True, attribute="alt_connections"),
    Word("timezone", _GLOBAL, _zone, lambda name: name or "system"),
    Word("alternative", _GLOBAL, _choice(Alternative)),
    Word("alternative_hours", _GLOBAL, parse_week, format_week),
    Word("paused", _GLOBAL, _flag, _flag_text),
)


def words_of(kind: OwnerKind) -> dict[str, Word]:
    """The words that an owner of this kind has, in the order of its dialog."""
    return {word.name: word for word in WORDS if kind in word.kinds}


def edited(owner: Owner, values: Mapping[str, str]) -> Owner:
    """``owner`` with ``values`` read and put in; it is not checked against the rules.

    Raises FieldError: for an unknown word, naming the words that would do, or a value that cannot be read.
    """
    words = words_of(owner.owner.kind)
    changes: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for name, text in values.items():
        word = words.get(name)
        if word is None:
            raise FieldError(
                name,
                "A {kind} has no “{name}”; it has: {words}.",
                kind=owner.owner.kind,
                name=name,
                words=", ".join(words),
            )
        shelf = limits if word.limit else changes
        shelf[word.attribute or name] = word.parse(text, name)
    if limits:
        changes["limits"] = replace(owner.limits, **limits)
    return replace(owner, **changes)


def changes(was: Owner, owner: Owner) -> dict[str, str]:
    """The words of ``owner`` that were otherwise, as the texts that would set them."""
    before = shown(was)
    return {name: text for name, text in shown(owner).items() if text != before[name]}


def shown(owner: Owner) -> dict[str, str]:
    """Every word of ``owner`` as the text that would set it."""
    return {name: word.show(word.read(owner)) for name, word in words_of(owner.owner.kind).items()}
