"""A new owner that is as another: what must be its own is made anew. Pure."""

from __future__ import annotations

from dataclasses import replace

from npsgui.model.configuration import Configuration
from npsgui.model.entities import NO_EXTRAS, Client, Everything, Host, Owner, OwnerKind, Tunnel
from npsgui.model.errors import NotFound

HIGHEST_PORT = 65_535


def copy_of(configuration: Configuration, owner: Owner, key: str) -> Client | Tunnel | Host:
    """A new owner like ``owner``, whose own tunnels stay where they are; ``key``: the verify key of a client.

    A tunnel gets the next ports that no other has. Raises NotFound: there is but one of its kind.
    """
    if isinstance(owner, Everything):
        raise NotFound("Only clients, tunnels and hosts are added.")
    remark = _another(owner.remark, {getattr(one, "remark", "") for one in configuration.owners()})
    if isinstance(owner, Client):
        id_ = configuration.next_id(OwnerKind.CLIENT)
        return replace(owner, id=id_, key=key, remark=remark, guest=False, nps=NO_EXTRAS)
    if isinstance(owner, Tunnel):
        taken = {port for tunnel in configuration.tunnels.values() for port in tunnel.ports}
        id_, ports = configuration.next_id(OwnerKind.TUNNEL), _free(owner.ports, taken)
        return replace(owner, id=id_, remark=remark, ports=ports, password="", nps=NO_EXTRAS)
    return replace(owner, id=configuration.next_id(OwnerKind.HOST), remark=remark, nps=NO_EXTRAS)


def _another(remark: str, taken: set[str]) -> str:
    """``nas (2)``; nothing of nothing."""
    if not remark:
        return ""
    number = 2
    while f"{remark} ({number})" in taken:
        number += 1
    return f"{remark} ({number})"


def _free(ports: tuple[int, ...], taken: set[int]) -> tuple[int, ...]:
    """As many ports, as far apart, the next that are free; none when there are no such."""
    for step in range(1, HIGHEST_PORT - max(ports, default=HIGHEST_PORT) + 1):
        moved = tuple(port + step for port in ports)
        if taken.isdisjoint(moved):
            return moved
    return ()
