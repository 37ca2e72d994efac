"""What a setting of the program is, and what its value may be. Knows no setting: ``all_settings.py`` does."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from npsgui.model.errors import FieldError
from npsgui.model.listening import is_address


class Group(enum.StrEnum):
    """Settings that are shown together, and the title over them."""

    LOOK = "Appearance"
    PORTS = "Ports and addresses"
    HISTORY = "History"
    ALERTS = "Alerts"
    SERVICE = "Start and end"
    METRICS = "Metrics"


class Kept(enum.Enum):
    """Where the value of a setting is kept."""

    FILE = enum.auto()
    """In ``settings.toml``."""
    EVERYTHING = enum.auto()
    """As a word of the global owner, in the ledger, by whose rules it is checked; Ctrl+Z undoes it."""


class Rule(Protocol):
    """What a value may be; the window chooses by its kind what the value is edited in."""

    def check(self, text: str, field: str) -> None:
        """Raises FieldError: it is none."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several values, each with the text it is shown as."""

    choices: tuple[tuple[str, str], ...]

    def check(self, text: str, field: str) -> None:
        """Raises FieldError: it is none of them."""
        words = [value for value, _ in self.choices]
        if text not in words:
            raise FieldError(
                field, "“{text}” is not one of these: {words}.", text=text, words=", ".join(words)
            )


SWITCH = OneOf((("true", "Yes"), ("false", "No")))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    least: int
    most: int
    unit: str = ""
    """What is counted, in words."""

    def check(self, text: str, field: str) -> None:
        """Raises FieldError: it is no number, or out of bounds."""
        if not (text.isascii() and text.isdecimal()) or not self.least <= int(text) <= self.most:
            raise FieldError(
                field, "It must be a whole number from {least} to {most}.", least=self.least, most=self.most
            )


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; ``test``: whether one will do, ``needs``: the sentence for one that will not."""

    test: Callable[[str], bool] = lambda _: True
    needs: str = ""
    secret: bool = False
    """Not shown while it is not edited."""

    def check(self, text: str, field: str) -> None:
        """Raises FieldError: it does not pass the test."""
        if not self.test(text):
            raise FieldError(field, self.needs, text=text)


@dataclass(frozen=True, slots=True)
class Interface:
    """An address of this computer to listen on; empty is every interface."""

    def check(self, text: str, field: str) -> None:
        """Raises FieldError: it is no address."""
        if text and not is_address(text):
            raise FieldError(field, "“{bind}” is not an address of an interface.", bind=text)


def is_web_address(text: str) -> bool:
    """Whether it is empty or the address of something on the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not text or (parts.scheme in ("http", "https") and bool(parts.hostname))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Its texts are English; ``Sentences`` has them in the user's language."""

    name: str
    """In ``settings.toml``, or the word of everything."""
    group: Group
    label: str
    default: str
    rule: Rule
    hint: str = ""
    """What stands beneath it."""
    kept: Kept = Kept.FILE
    at_start: bool = False
    """Whether it holds from the next start on only."""
    loses: str = ""
    """What goes for good, at once, when its number becomes a smaller one: asked before."""

    def texts(self) -> list[str]:
        """All that is shown of it."""
        choices = [text for _, text in self.rule.choices] if isinstance(self.rule, OneOf) else []
        also = self.rule.unit if isinstance(self.rule, Whole) else ""
        return [text for text in (self.group, self.label, self.hint, *choices, also) if text]
