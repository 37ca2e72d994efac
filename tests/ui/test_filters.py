from __future__ import annotations

import pytest

from npsgui.ui.filters import Facts, parse_search

NAS = Facts("home-nas 203.0.113.7:50001 8001", ("running",), (8001,), 2_000_000, "Home")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nas", True),
        ("NAS", True),
        ("nas lab", False),
        ("8001", True),
        ("203.0.113", True),
        ("running", True),
        ("port:8001", True),
        ("port:800", False),
        ("!running", False),
        ("!stopped", True),
        ("!stop nas", True),
        ("!stop !nas", False),
        ("!lab", True),
        ("client:home", True),
        ("client:nas", False),
        ("!client:home", False),
        ("!port:8001", False),
        ("!port:8002", True),
        ("客户端：home 端口:8001", True),
        ("client:", False),
        ("port:http", False),
        ("!>1MB", False),
        (">1MB", True),
        (">2MB", False),
        ("<2MB", False),
        ("<3MB", True),
        (">nonsense", False),
        ("!", False),
    ],
)
def test_the_search_finds_what_its_words_say(text: str, found: bool) -> None:
    test = parse_search(text)

    assert test is not None
    assert test(NAS) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('client:"my nas"', True),
        ("client:“my nas”", True),
        ("客户端：“my nas”", True),
        ('client:"nas my"', False),
        ('!client:"my nas"', False),
        ('client:"my nas" port:8002', False),
        ('"home-nas 203"', True),
        ('"203 home-nas"', False),
        ('client:"my na', True),
        ('client:"my lab', False),
    ],
)
def test_quotes_hold_words_together(text: str, found: bool) -> None:
    test = parse_search(text)

    assert test is not None
    assert test(NAS._replace(client="My NAS")) is found


@pytest.mark.parametrize("text", ["", "   ", "\t", '"', '""', "“ ”"])
def test_an_empty_search_asks_for_nothing(text: str) -> None:
    assert parse_search(text) is None
