"""Connections that have yet to earn their memory: bounded, all together and by where they come from. Pure."""

from __future__ import annotations

from typing import Protocol


class Member(Protocol):
    """One of them."""

    network: str
    """Where it comes from: its address, of IPv6 the /64, in which one peer has all addresses."""

    def turn_away(self, reason: str) -> None:
        """End it; it ``left`` then, or will."""


class Crowd:
    """Who is there. One more than ``most``, and the oldest ends: who means it is soon done, a flood sits."""

    def __init__(self, most: int, most_per_address: int) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._by_network: dict[str, dict[Member, None]] = {}
        self._order: dict[Member, None] = {}

    def __len__(self) -> int:
        return len(self._order)

    def came(self, member: Member) -> None:
        """It is there; make room for it."""
        neighbours = self._by_network.setdefault(member.network, {})
        neighbours[member] = None
        self._order[member] = None
        if len(neighbours) > self._most_per_address:
            self._turn_away(next(iter(neighbours)), "too many from there")
        elif len(self._order) > self._most:
            self._turn_away(next(iter(self._order)), "too many")

    def left(self, member: Member) -> None:
        """It is gone, or has earned its memory."""
        self._order.pop(member, None)
        neighbours = self._by_network.get(member.network)
        if neighbours is not None:
            neighbours.pop(member, None)
            if not neighbours:
                del self._by_network[member.network]

    def close(self) -> None:
        """End all of them."""
        for member in list(self._order):
            self._turn_away(member, "closing")

    def _turn_away(self, member: Member, reason: str) -> None:
        self.left(member)
        member.turn_away(reason)
