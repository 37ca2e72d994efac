"""Who is blocked: addresses and networks, as people write them."""

from __future__ import annotations

import pytest

from npsgui.model.blocking import Blocklist, parse_blocked
from npsgui.model.entities import Everything, Limits, OwnerKey, OwnerKind
from npsgui.model.errors import FieldError
from npsgui.model.gate import Cause, Gate, Lease, Refusal
from npsgui.model.words import edited, shown

TUNNEL = OwnerKey(OwnerKind.TUNNEL, 1)


def test_each_is_kept_once_as_it_is_usually_written() -> None:
    text = "203.0.113.7, 203.0.113.7/32 2001:DB8::1/32,10.1.2.3/8"

    assert parse_blocked(text) == ("203.0.113.7", "2001:db8::/32", "10.0.0.0/8")
    assert parse_blocked(" ") == ()


@pytest.mark.parametrize("text", ["nas.example.org", "1.2.3", "1.2.3.4/33", "1.2.3.4:80"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="neither an address nor a network"):
        parse_blocked(text)


def test_a_visitor_is_found_with_its_port_in_a_network_and_as_mapped_ipv4() -> None:
    blocked = Blocklist(("203.0.113.7", "10.0.0.0/8", "2001:db8::/32"))

    for peer in ("203.0.113.7:5", "10.9.8.7:1", "[2001:db8::7]:5", "[::ffff:203.0.113.7]:5", "203.0.113.7"):
        assert blocked.holds(peer)
    for peer in ("203.0.113.8:5", "[2001:db9::7]:5", "agent", ""):
        assert not blocked.holds(peer)


def test_a_tunnel_refuses_whom_any_owner_above_it_blocks() -> None:
    everything = Gate()
    tunnel = Gate(TUNNEL, everything)
    everything.configure(Limits(blocked=("203.0.113.7",)), 0.0)
    tunnel.configure(Limits(blocked=("10.0.0.0/8",)), 0.0)

    assert tunnel.admit(0.0, "203.0.113.7:5") == Refusal(everything.owner, Cause.BLOCKED)
    assert tunnel.admit(0.0, "10.1.1.1:5") == Refusal(TUNNEL, Cause.BLOCKED)
    assert isinstance(tunnel.admit(0.0, "203.0.113.8:5"), Lease)
    everything.configure(Limits(), 0.0)
    assert isinstance(tunnel.admit(0.0, "203.0.113.7:5"), Lease)


def test_the_word_reads_and_writes_it() -> None:
    everything = edited(Everything(), {"blocked": "203.0.113.7,2001:db8::/32"})

    assert everything.limits.blocked == ("203.0.113.7", "2001:db8::/32")
    assert shown(everything)["blocked"] == "203.0.113.7,2001:db8::/32"
