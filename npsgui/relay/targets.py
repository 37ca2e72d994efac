"""Which target the next session goes to. Pure: time is an argument."""

from __future__ import annotations

from npsgui.model.entities import OwnerKey, Target, Tunnel

REST_SECONDS = 5.0
"""How long a target that failed is passed over while another may do."""


class Targets:
    """The targets of a tunnel take turns; one that failed is tried last for a while."""

    def __init__(self) -> None:
        self._turns: dict[OwnerKey, int] = {}
        self._resting: dict[Target, float] = {}

    def order(self, tunnel: Tunnel, now: float) -> list[Target]:
        """The targets of ``tunnel`` in the order in which the next session tries them."""
        turn = self._turns.get(tunnel.owner, 0)
        self._turns[tunnel.owner] = turn + 1
        count = len(tunnel.targets)
        if count < 2:
            return list(tunnel.targets)
        rotated = [tunnel.targets[(turn + index) % count] for index in range(count)]
        return sorted(rotated, key=lambda target: self._resting.get(target, 0.0) > now)

    def failed(self, target: Target, now: float) -> None:
        """Let ``target`` rest."""
        self._resting[target] = now + REST_SECONDS

    def connected(self, target: Target) -> None:
        """It works (again)."""
        if self._resting:
            self._resting.pop(target, None)
