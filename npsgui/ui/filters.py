"""The language of the search box. Pure.

Plain words are looked for in name, port, remark and peer; ``port:8001`` in the port alone; ``!stopped``
excludes a state; ``>1MB`` and ``<1GiB`` compare the bytes carried. All words must hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from npsgui.model.errors import FieldError
from npsgui.model.units import parse_bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row can be found by."""

    text: str
    """All that plain words are looked for in."""
    states: tuple[str, ...] = ()
    """The words of its state, in English and as shown."""
    ports: tuple[int, ...] = ()
    size: int = 0
    """Bytes carried."""


Test = Callable[[Facts], bool]


def parse_search(text: str) -> Test | None:
    """The test that ``text`` stands for; None when it asks for nothing."""
    tests = [_parse_word(word) for word in text.casefold().split()]
    if not tests:
        return None
    return lambda facts: all(test(facts) for test in tests)


def _parse_word(word: str) -> Test:
    if word[0] in "!！" and len(word) > 1:
        excluded = word[1:]
        return lambda facts: not any(state.casefold().startswith(excluded) for state in facts.states)
    if word.startswith("port:") and word[5:].isdecimal():
        port = int(word[5:])
        return lambda facts: port in facts.ports
    if word[0] in "<>" and len(word) > 1:
        try:
            size = parse_bytes(word[1:])
        except FieldError:
            return lambda facts: word in facts.text.casefold()
        if word[0] == ">":
            return lambda facts: facts.size > size
        return lambda facts: facts.size < size
    return lambda facts: (
        word in facts.text.casefold() or any(word in state.casefold() for state in facts.states)
    )
