from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npsgui.model.entities import Target, Tunnel
from npsgui.model.errors import FieldError
from npsgui.model.listening import same_port
from npsgui.model.ports import MOST, PORTS, format_ports, parse_ports
from npsgui.model.targets import parse_targets


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("8001", (8001,)),
        ("8001-8003,9000", (8001, 8002, 8003, 9000)),
        (" 8001 - 8002 ， 80 ", (8001, 8002, 80)),
        ("8001,8001-8002", (8001, 8002)),
        ("0", ()),
        ("", ()),
        ("1,65535", (1, 65535)),
    ],
)
def test_ports_are_read_as_people_write_them(text: str, ports: tuple[int, ...]) -> None:
    assert parse_ports(text) == ports


@pytest.mark.parametrize("text", ["65536", "-1", "8001-", "80a", "8005-8001", f"1-{MOST + 1}", "٣", "1-2-3"])
def test_what_is_no_port_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_ports(text)

    assert caught.value.field == "port"


@given(st.lists(st.sampled_from(PORTS), unique=True, max_size=50))
def test_ports_are_written_so_that_they_read_back_the_same(ports: list[int]) -> None:
    assert parse_ports(format_ports(tuple(ports))) == tuple(ports)


def test_a_range_is_written_as_a_range() -> None:
    assert format_ports((8001, 8002, 8003, 9000, 9001, 80)) == "8001-8003,9000-9001,80"


def test_tunnels_with_one_port_in_common_exclude_each_other() -> None:
    many, one = Tunnel(id=1, client=1, ports=(1, 2, 3)), Tunnel(id=2, client=1, ports=(3,))

    assert same_port(many, one)
    assert not same_port(many, Tunnel(id=3, client=1, ports=(4, 5)))


def test_as_many_targets_as_ports_belong_to_them_one_by_one() -> None:
    tunnel = Tunnel(id=1, client=1, ports=(1, 2), targets=parse_targets("9001-9002"))

    assert tunnel.targets_of(1) == (Target("127.0.0.1", 9002),)


def test_other_numbers_of_targets_serve_every_port() -> None:
    targets = parse_targets("10.0.0.1:80,10.0.0.2:80")

    assert Tunnel(id=1, client=1, ports=(1, 2, 3), targets=targets).targets_of(2) == targets
    assert Tunnel(id=1, client=1, ports=(1,), targets=targets).targets_of(0) == targets
