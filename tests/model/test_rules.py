from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.configuration import Configuration
from npsgui.model.entities import (
    Account,
    Client,
    Everything,
    Host,
    Limits,
    Mode,
    Owner,
    OwnerKey,
    OwnerKind,
    Target,
    Tunnel,
    Via,
)
from npsgui.model.errors import FieldError
from npsgui.model.listening import leads_to_itself, same_port
from npsgui.model.rules import RUNNING_MODES, TEXT_LENGTH, check, problems, unsupported
from npsgui.model.targets import is_host, parse_target, parse_targets

TARGETS = (Target("127.0.0.1", 80),)
TWICE = (Account("anna", "a"), Account("bert", "b"), Account("anna", "c"))
CLIENT = Client(id=1, key="one", remark="home")
TUNNEL = Tunnel(id=1, client=1, ports=(8001,), targets=TARGETS)
HOUSE = Configuration(clients={1: CLIENT, 2: Client(id=2, key="two", tunnels=1)}, tunnels={1: TUNNEL})


def fields(owner: Owner, configuration: Configuration = HOUSE) -> list[str]:
    """The fields that an owner has problems in."""
    return [problem.field for problem in problems(configuration, owner)]


@pytest.mark.parametrize(
    "owner",
    [
        Everything(),
        CLIENT,
        Client(id=9, key="x" * TEXT_LENGTH, remark="x" * TEXT_LENGTH, limits=Limits(quota=2**63 - 1)),
        TUNNEL,
        Tunnel(id=2, client=2, bind="::", ports=(8002,), targets=TARGETS),
        Tunnel(id=2, client=1, bind="", ports=(8001,), mode=Mode.UDP, targets=TARGETS),
        Tunnel(id=2, client=1, ports=(8002,), mode=Mode.SOCKS5),
        Tunnel(id=2, client=1, mode=Mode.SECRET),
        Host(id=1, client=1, host="*.example.com", targets=TARGETS),
    ],
)
def test_what_is_right_has_no_problems(owner: Owner) -> None:
    assert fields(owner) == []
    check(HOUSE, owner)


@pytest.mark.parametrize(
    ("owner", "field"),
    [
        (Client(id=9, key=" "), "key"),
        (Client(id=9, key="one"), "key"),
        (Client(id=9, key=" k"), "key"),
        (Client(id=9, key="a\nb"), "key"),
        (Client(id=9, key="k", remark="x" * (TEXT_LENGTH + 1)), "remark"),
        (Client(id=9, key="k", tunnels=-1), "tunnels"),
        (Client(id=9, key="k", limits=Limits(quota=-1)), "quota"),
        (Client(id=9, key="k", limits=Limits(rate=2**63)), "rate"),
        (Everything(limits=Limits()), "sessions"),
        (Everything(http_port=65_536), "http_port"),
        (Everything(http_port=8001), "http_port"),
        (Everything(https_port=8001), "https_port"),
        (Everything(bridge_port=8001), "bridge_port"),
        (Client(id=9, key="k", accounts=TWICE), "accounts"),
        (Tunnel(id=2, client=1, ports=(8002,), mode=Mode.SOCKS5, accounts=TWICE), "accounts"),
        (Host(id=1, client=1, host="a.b", targets=TARGETS, accounts=TWICE), "accounts"),
        (Tunnel(id=2, client=9, ports=(1,), targets=TARGETS), "client"),
        (Tunnel(id=1, client=2, ports=(8001,), targets=TARGETS), "client"),
        (Tunnel(id=2, client=1, targets=TARGETS), "port"),
        (Tunnel(id=2, client=1, ports=(8001,), targets=TARGETS), "port"),
        (Tunnel(id=2, client=1, ports=(1,)), "targets"),
        (Tunnel(id=2, client=1, ports=(1,), targets=TARGETS, bind="home"), "bind"),
        (Host(id=1, client=1, host="a b", targets=TARGETS), "host"),
        (Host(id=1, client=1, host="a.b", location="x", targets=TARGETS), "location"),
        (Host(id=1, client=1, host="a.b"), "targets"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(owner: Owner, field: str) -> None:
    assert fields(owner) == [field]
    with pytest.raises(FieldError):
        check(HOUSE, owner)


def test_every_problem_is_told_at_once() -> None:
    worst = Tunnel(id=2, client=9, bind="x", limits=Limits(quota=-1, connections=-1))

    assert fields(worst) == ["client", "bind", "port", "targets", "quota", "connections"]


@pytest.mark.parametrize("remark", ["two\nlines", "a\tb", "bell\a", "half \ud800"])
def test_a_remark_is_one_line_of_text(remark: str) -> None:
    assert fields(Client(id=9, key="k9", remark=remark)) == ["remark"]


def test_a_client_may_have_as_many_tunnels_as_its_limit_says_and_keep_them() -> None:
    only = Tunnel(id=2, client=2, ports=(8002,), targets=TARGETS)
    full = HOUSE.with_owner(only)

    assert fields(only, full) == []
    assert fields(Tunnel(id=3, client=2, ports=(8003,), targets=TARGETS), full) == ["client"]
    assert fields(Host(id=1, client=2, host="a.b", targets=TARGETS), full) == ["client"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("", "127.0.0.1", True),
        ("10.0.0.1", "0.0.0.0", True),
        ("::", "::1", True),
    ],
)
def test_one_interface_has_a_port_once(one: str, other: str, same: bool) -> None:
    first, second = (Tunnel(id=1, client=1, ports=(80,), bind=bind) for bind in (one, other))

    assert same_port(first, second) is same_port(second, first) is same


@pytest.mark.parametrize(
    ("everything", "sentence"),
    [
        (Everything(http_port=8001), "Port 8001 is the shared HTTP port."),
        (Everything(https_port=8001), "Port 8001 is the shared HTTPS port."),
        (Everything(bridge_port=8001), "Port 8001 is the port for agents."),
    ],
)
def test_no_tunnel_listens_where_all_hosts_or_agents_do(everything: Everything, sentence: str) -> None:
    shared = Configuration(clients={1: CLIENT}).with_owner(everything)
    elsewhere = replace(everything, http_bind="10.0.0.1", bridge_bind="10.0.0.1")

    assert [str(problem) for problem in problems(shared, TUNNEL)] == [sentence]
    assert fields(TUNNEL, shared.with_owner(elsewhere)) == []
    assert fields(replace(TUNNEL, mode=Mode.UDP), shared) == []


@pytest.mark.parametrize(
    ("bind", "host", "itself"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("", "::1", True),
        ("0.0.0.0", "127.0.0.1", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "0.0.0.0", True),
        ("", "example.org", False),
    ],
)
def test_no_tunnel_leads_to_itself(bind: str, host: str, itself: bool) -> None:
    tunnel = Tunnel(id=2, client=1, bind=bind, ports=(9, 8002), targets=(Target(host, 8002),))

    assert fields(tunnel) == ["targets"] * itself
    assert not leads_to_itself(replace(tunnel, ports=(9,)))
    assert not leads_to_itself(replace(tunnel, via=Via.AGENT))
    assert not leads_to_itself(replace(tunnel, targets=(Target(host, 8002), Target(host, 9))))


def test_what_does_not_run_yet_says_why() -> None:
    for mode in Mode:
        tunnel = Tunnel(id=1, client=1, mode=mode, folder="/srv", password="x")
        assert (unsupported(tunnel) is None) is (mode in RUNNING_MODES)
    assert unsupported(Tunnel(id=1, client=1, via=Via.LOCAL)) is None


@given(
    st.ip_addresses().map(str) | st.sampled_from(["localhost", "a.example", "xn--fsq.cn", "a_b"]),
    st.integers(1, 65_535),
)
def test_targets_read_back_as_they_are_written(host: str, port: int) -> None:
    target = Target(host, port)

    assert parse_target(str(target)) == (target,)
    assert parse_targets(f"{target},\n {target} ") == (target, target)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("8080", Target("127.0.0.1", 8080)),
        (" example.com:80 ", Target("example.com", 80)),
        ("[::1]:80", Target("::1", 80)),
    ],
)
def test_targets_are_read_as_people_write_them(text: str, target: Target) -> None:
    assert parse_target(text) == (target,)


@pytest.mark.parametrize(
    "text",
    ["", "example.com", "::1:80", ":80", "a b:80", "a:0", "a:65536", "a:-1", "a:٣", "1.2.3:80", "[]:80"],
)
def test_what_is_no_target_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_target(text)

    assert caught.value.field == "targets"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a", True),
        ("a.b.", True),
        ("A-1.example", True),
        ("1.2.3.4", True),
        ("fe80::1", True),
        ("a" * 63 + ".b", True),
        ("a" * 64 + ".b", False),
        (".".join(["a" * 49] * 6), False),
        ("-a.b", False),
        ("a..b", False),
        ("1.2.3", False),
        ("\N{KELVIN SIGN}.com", False),
        ("", False),
    ],
)
def test_a_host_is_an_address_or_a_name_that_can_be_looked_up(text: str, right: bool) -> None:
    assert is_host(text) is right


def test_owners_are_named_in_words() -> None:
    assert str(OwnerKey(OwnerKind.GLOBAL, 0)) == "global"
    assert str(OwnerKey(OwnerKind.HOST, 4)) == "host 4"
