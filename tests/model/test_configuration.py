"""A configuration is edited by making another."""

from __future__ import annotations

import pytest

from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Client, Everything, Host, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import NotFound

CLIENT, TUNNEL, HOST = (OwnerKey(kind, 7) for kind in (OwnerKind.CLIENT, OwnerKind.TUNNEL, OwnerKind.HOST))


def furnished() -> Configuration:
    made = Configuration()
    for owner in (Client(id=7, key="k"), Tunnel(id=7, client=7), Host(id=7, client=7), Client(id=2, key="o")):
        made = made.with_owner(owner)
    return made


def test_a_client_takes_its_tunnels_and_hosts_with_it() -> None:
    left = furnished().without(CLIENT)

    assert (list(left.clients), list(left.tunnels), list(left.hosts)) == ([2], [], [])


@pytest.mark.parametrize("key", [TUNNEL, HOST])
def test_a_tunnel_or_host_goes_alone(key: OwnerKey) -> None:
    left = furnished().without(key)

    assert {owner.owner for owner in furnished().owners()} - {owner.owner for owner in left.owners()} == {key}


def test_an_id_is_never_given_again() -> None:
    left = furnished().without(TUNNEL).without(CLIENT)

    assert [left.next_id(key.kind) for key in (CLIENT, TUNNEL, HOST)] == [8, 8, 8]
    assert left.with_owner(Client(id=11, key="n")).next_id(OwnerKind.CLIENT) == 12
    assert Configuration().next_id(OwnerKind.CLIENT) == 1


@pytest.mark.parametrize("key", [GLOBAL_KEY, OwnerKey(OwnerKind.CLIENT, 9), OwnerKey(OwnerKind.HOST, 1)])
def test_only_an_owner_that_is_there_can_be_removed(key: OwnerKey) -> None:
    with pytest.raises(NotFound):
        furnished().without(key)


@pytest.mark.parametrize("key", [OwnerKey(OwnerKind.GLOBAL, 7), OwnerKey(OwnerKind.CLIENT, 9)])
def test_an_owner_is_found_under_its_own_key_only(key: OwnerKey) -> None:
    assert furnished().find(GLOBAL_KEY) == Everything()
    assert [furnished().find(one).owner for one in (CLIENT, TUNNEL, HOST)] == [CLIENT, TUNNEL, HOST]
    with pytest.raises(NotFound, match="There is no"):
        furnished().find(key)


def test_owners_come_before_those_that_they_own() -> None:
    kinds = [owner.owner.kind for owner in furnished().owners()]

    assert kinds == sorted(kinds, key=list(OwnerKind).index)
    assert [str(owner.owner) for owner in furnished().owned_by(7)] == ["tunnel 7", "host 7"]
    assert furnished().owned_by(2) == []


def test_an_edit_leaves_the_configuration_it_was_made_from() -> None:
    before = furnished()
    after = before.with_owner(Client(id=7, key="new")).with_owner(Everything(http_port=80))

    assert before == furnished()
    assert after.clients[7].key == "new"
    assert after.everything == Everything(http_port=80)
