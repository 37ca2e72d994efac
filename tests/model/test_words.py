from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.entities import (
    Account,
    Alternative,
    Client,
    Everything,
    Host,
    Limits,
    Mode,
    Owner,
    OwnerKind,
    Scheme,
    Target,
    Tunnel,
    Via,
)
from npsgui.model.errors import FieldError
from npsgui.model.flow import QuotaCounts
from npsgui.model.hours import Week
from npsgui.model.words import edited, shown, words_of

CLIENT = Client(id=1, key="k")
TUNNEL = Tunnel(id=1, client=1)
PLAIN: dict[OwnerKind, Owner] = {
    OwnerKind.GLOBAL: Everything(),
    OwnerKind.CLIENT: CLIENT,
    OwnerKind.TUNNEL: TUNNEL,
    OwnerKind.HOST: Host(id=1, client=1),
}

BYTES = st.integers(0, 2**63 - 1)
COUNTS = st.integers(0, 999_999_999)
PORT = st.integers(1, 65_535)
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
SECRET = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=10) | st.text(
    "\\,:a", min_size=1, max_size=6
)
NAME = st.text("abcdefghij0123456789", min_size=1, max_size=20)
ADDRESS = st.ip_addresses().map(str) | NAME.map(lambda name: f"{name}.example")
LIMITS = st.builds(
    Limits,
    quota=BYTES,
    quota_counts=st.sampled_from(QuotaCounts),
    rate=BYTES,
    inlet_rate=BYTES,
    export_rate=BYTES,
    connections=COUNTS,
    warn=st.integers(0, 100),
    throttle_at=st.integers(0, 100),
    throttle_rate=BYTES,
    alt_rate=st.none() | BYTES,
    alt_inlet_rate=st.none() | BYTES,
    alt_export_rate=st.none() | BYTES,
    alt_connections=st.none() | COUNTS,
)
WEEKS = st.tuples(*[st.integers(0, 2**48 - 1)] * 7).map(Week)
OWNED = {
    "id": st.just(1),
    "remark": TEXT,
    "enabled": st.booleans(),
    "limits": LIMITS,
    "accounts": st.lists(st.builds(Account, SECRET, SECRET), unique_by=lambda one: one.user, max_size=3).map(
        tuple
    ),
    "expires": st.integers(0, 253_402_300_799),
    "hours": WEEKS,
}
LED = {
    "client": COUNTS,
    "targets": st.lists(st.builds(Target, ADDRESS, PORT), max_size=3).map(tuple),
    "via": st.sampled_from(Via),
}
OWNERS: st.SearchStrategy[Owner] = st.one_of(
    st.builds(
        Everything,
        limits=LIMITS,
        http_port=COUNTS,
        https_port=COUNTS,
        bridge_port=COUNTS,
        timezone=st.sampled_from(["", "Europe/Berlin", "Asia/Shanghai"]),
        alternative=st.sampled_from(Alternative),
        alternative_hours=WEEKS,
    ),
    st.builds(Client, key=TEXT, tunnels=COUNTS, **OWNED),
    st.builds(
        Tunnel,
        mode=st.sampled_from(Mode),
        bind=TEXT,
        ports=st.lists(PORT, unique=True, max_size=5).map(tuple),
        **LED,
        **OWNED,
    ),
    st.builds(Host, scheme=st.sampled_from(Scheme), host=TEXT, location=TEXT, **LED, **OWNED),
)


@given(OWNERS)
def test_what_is_shown_sets_the_same_again(owner: Owner) -> None:
    assert edited(PLAIN[owner.owner.kind], shown(owner)) == owner


def test_only_what_is_named_is_edited() -> None:
    before = replace(TUNNEL, remark="ssh", limits=Limits(quota=5, connections=7))
    after = edited(before, {"rate": "512KiB/s", "enabled": "off"})

    assert after == replace(before, enabled=False, limits=Limits(quota=5, connections=7, rate=524_288))


def test_the_global_owner_calls_its_connection_limit_sessions() -> None:
    assert edited(Everything(), {"sessions": "50"}) == Everything(limits=Limits(connections=50))
    assert "connections" not in words_of(OwnerKind.GLOBAL)


@pytest.mark.parametrize("text", ["a\r\nEvil: b", "a\0", "\x7f"])
def test_a_text_holds_no_control_characters(text: str) -> None:
    with pytest.raises(FieldError, match="control characters"):
        edited(PLAIN[OwnerKind.HOST], {"host_change": text})


def test_a_sentence_repeats_no_more_of_what_was_typed_than_can_be_read() -> None:
    with pytest.raises(FieldError) as caught:
        edited(PLAIN[OwnerKind.CLIENT], {"quota": "x" * 100_000})

    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("kind", OwnerKind)
def test_an_unknown_word_is_answered_with_the_words_that_would_do(kind: OwnerKind) -> None:
    with pytest.raises(FieldError) as caught:
        edited(PLAIN[kind], {"colour": "red"})

    assert caught.value.field == "colour"
    assert all(word in str(caught.value) for word in words_of(kind))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("quota", "lots"),
        ("rate", "fast"),
        ("connections", "-1"),
        ("connections", "1.5"),
        ("connections", "٣"),
        ("enabled", "maybe"),
        ("warn", "101"),
        ("throttle_at", "most"),
        ("alt_rate", "fast"),
        ("hours", "sometimes"),
        ("expires", "soon"),
        ("mode", "carrier pigeon"),
        ("via", ""),
        ("client", "home"),
        ("port", "http"),
        ("targets", "nowhere"),
        ("accounts", "nobody"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_word(word: str, text: str) -> None:
    with pytest.raises(FieldError) as caught:
        edited(TUNNEL, {word: text})

    assert caught.value.field == word


def test_a_choice_that_is_none_names_those_that_are() -> None:
    with pytest.raises(FieldError, match="local, agent"):
        edited(TUNNEL, {"via": "pigeon"})


@pytest.mark.parametrize("text", ["0", "unlimited", "None", "不限"])
def test_every_limit_takes_the_words_for_unlimited(text: str) -> None:
    words = ("quota", "rate", "inlet_rate", "export_rate", "connections", "throttle_rate")
    limits = dict.fromkeys(words, text)

    assert edited(replace(TUNNEL, limits=Limits(quota=5, connections=5)), limits) == TUNNEL


@pytest.mark.parametrize(
    ("text", "expires"),
    [("never", 0), ("永不", 0), ("0", 0), ("", 0), ("2023-11-15T12:00Z", 1_700_049_600), ("1970-01-01", 1)],
)
def test_expiry_is_a_time_or_never(text: str, expires: int) -> None:
    assert edited(CLIENT, {"expires": text}) == replace(CLIENT, expires=expires)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("yes", True), ("ON", True), ("1", True), ("是", True), ("no", False), ("0", False), ("否", False)],
)
def test_flags_are_read_as_people_write_them(text: str, wanted: bool) -> None:
    assert edited(CLIENT, {"enabled": text}) == replace(CLIENT, enabled=wanted)


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("me:secret", (Account("me", "secret"),)),
        (" a:1 ,\n b:2:3,", (Account("a", "1"), Account("b", "2:3"))),
        (r"a:x\,y,b:c\d", (Account("a", "x,y"), Account("b", r"c\d"))),
        ("a:1,a:2", (Account("a", "2"),)),
        ("", ()),
    ],
)
def test_accounts_are_read_as_people_write_them(text: str, accounts: tuple[Account, ...]) -> None:
    assert edited(CLIENT, {"accounts": text}) == replace(CLIENT, accounts=accounts)


@pytest.mark.parametrize("text", ["me", "me:", ":secret", "a:1,b", r"me\:secret", "me:" + "x" * 256])
def test_an_account_without_a_user_or_a_password_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="user:password"):
        edited(CLIENT, {"accounts": text})


@pytest.mark.parametrize(
    ("text", "value"), [("usual", None), ("", None), ("0", 0), ("unlimited", 0), ("1KiB/s", 1024)]
)
def test_an_alternative_is_as_usual_or_none_or_a_rate(text: str, value: int | None) -> None:
    assert edited(CLIENT, {"alt_rate": text}).limits.alt_rate == value


@pytest.mark.parametrize(
    ("text", "percent"), [("80", 80), ("90 %", 90), ("0", 0), ("off", 0), ("从不", 0), ("", 0)]
)
def test_a_share_of_the_quota_is_a_percentage(text: str, percent: int) -> None:
    assert edited(CLIENT, {"warn": text}).limits.warn == percent


@pytest.mark.parametrize(("text", "name"), [("system", ""), ("", ""), (" Asia/Shanghai ", "Asia/Shanghai")])
def test_a_time_zone_is_named_or_the_systems(text: str, name: str) -> None:
    assert edited(Everything(), {"timezone": text}) == Everything(timezone=name)


def test_a_certificate_is_one_of_two_words_or_a_file_named_in_full() -> None:
    host = Host(id=1, client=1)
    for text, certificate in (
        ("pass-through", "pass-through"),
        ("Self-Signed", "self-signed"),
        ("", "self-signed"),
        ("/etc/nas.pem", "/etc/nas.pem"),
    ):
        assert edited(host, {"certificate": text}) == replace(host, certificate=certificate)
    for word in ("certificate", "certificate_key"):
        with pytest.raises(FieldError) as raised:
            edited(host, {word: "nas.pem"})
        assert raised.value.field == word
