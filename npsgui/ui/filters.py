"""The language of the search box. Pure.

Plain words are looked for in name, port, remark and peer; ``port:8001`` in the port alone, ``client:nas`` in
the client's name alone; ``!`` before any of them, or before a state, leaves out what it would find; ``>1MB``
and ``<1GiB`` compare the bytes carried. Quotes hold words together, ``client:"my nas"``. All words must hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from npsgui.model.errors import FieldError
from npsgui.model.units import parse_bytes


class Facts(NamedTuple):
    """What a row can be found by. A tuple: a key of a search makes ten thousand."""

    text: str
    """All that plain words are looked for in."""
    states: tuple[str, ...] = ()
    """The words of its state, in English and as shown."""
    ports: tuple[int, ...] = ()
    size: int = 0
    """Bytes carried."""
    client: str = ""
    """The name of its client."""


Test = Callable[[Facts], bool]

_WORD = re.compile(r"""(?:["“”][^"“”]*(?:["“”]|$)|\S)+""")
_QUOTES = re.compile('["“”]')


def parse_search(text: str) -> Test | None:
    """The test that ``text`` stands for; None when it asks for nothing."""
    words = (_QUOTES.sub("", word) for word in _WORD.findall(text.casefold()))
    tests = [_parse_word(word) for word in words if word.strip()]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else lambda facts: all(test(facts) for test in tests)


def _parse_word(word: str) -> Test:
    if word[0] in "!！" and len(word) > 1:
        return _parse_exclusion(word[1:])
    field, colon, value = word.replace("：", ":").partition(":")
    if colon and field in ("port", "端口") and value.isdecimal():
        port = int(value)
        return lambda facts: port in facts.ports
    if colon and field in ("client", "客户端") and value:
        return lambda facts: value in facts.client.casefold()
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


def _parse_exclusion(word: str) -> Test:
    """Leaves out a state that begins so, and what else ``word`` would find."""
    if ":" in word or "：" in word or word[0] in "<>":
        found = _parse_word(word)
        return lambda facts: not found(facts)
    return lambda facts: (
        word not in facts.text.casefold()
        and not any(state.casefold().startswith(word) for state in facts.states)
    )
