from __future__ import annotations

import pytest

from npsgui.model.peers import address_of


@pytest.mark.parametrize(
    ("peer", "address", "network"),
    [
        ("192.0.2.7:50123", "192.0.2.7", "192.0.2.7"),
        ("[2001:db8:0:1:2:3:4:5]:9", "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("[2001:DB8::1]:9", "2001:db8::1", "2001:db8::/64"),
        ("agent", "agent", "agent"),
        ("", "", ""),
    ],
)
def test_a_peer_is_known_by_its_address_or_its_network(peer: str, address: str, network: str) -> None:
    assert address_of(peer) == address
    assert address_of(peer, by_network=True) == network
