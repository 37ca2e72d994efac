"""Visitors who have registered: let in for some hours while nobody else is. Pure: time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from npsgui.model.peers import address_of

MOST: Final = 10_000
"""Addresses; beyond them the one that registered first is forgotten."""

HOUR: Final = 3600.0


class Registrations:
    """Addresses and until when; forgotten at a restart, as in NPS. Source: nps-wire.md section 12."""

    def __init__(self) -> None:
        self.required = False
        """Whether only they are let in."""
        self._until: OrderedDict[str, float] = OrderedDict()

    def register(self, peer: str, hours: int, wall: float) -> None:
        """Let an address in for so many hours from now, Unix time; none ends that."""
        address = address_of(peer)
        self._until.pop(address, None)
        if hours > 0:
            self._until[address] = wall + hours * HOUR
            if len(self._until) > MOST:
                self._until.popitem(last=False)

    def lets_in(self, peer: str, wall: float) -> bool:
        """Whether this visitor may come; ``peer`` is an address with its port."""
        return not self.required or self._until.get(address_of(peer), 0.0) > wall
