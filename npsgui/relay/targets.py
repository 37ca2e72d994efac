"""Which target the next session goes to. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass

from npsgui.model.entities import Host, OwnerKey, Target, Tunnel, Via

REST_SECONDS = 5.0
"""How long a target that failed is passed over while another may do."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where the sessions of an owner lead, and who dials."""

    owner: OwnerKey
    client: int
    via: Via
    targets: tuple[Target, ...]
    peer: str = ""
    """The visitor, for the agent to show."""

    @classmethod
    def of(cls, owner: Tunnel | Host, peer: str, port: int = 0) -> Route:
        """The route to the configured targets of a host, or of a tunnel's port with this index."""
        targets = owner.targets_of(port) if isinstance(owner, Tunnel) else owner.targets
        return cls(owner.owner, owner.client, owner.via, targets, peer)


class Targets:
    """The targets of an owner take turns; one that failed is tried last for a while."""

    def __init__(self) -> None:
        self._turns: dict[OwnerKey, int] = {}
        self._resting: dict[Target, float] = {}

    def order(self, route: Route, now: float) -> list[Target]:
        """The targets of ``route`` in the order in which the next session tries them."""
        count = len(route.targets)
        if count < 2:
            return list(route.targets)
        turn = self._turns.get(route.owner, 0)
        self._turns[route.owner] = turn + 1
        rotated = [route.targets[(turn + index) % count] for index in range(count)]
        return sorted(rotated, key=lambda target: self._resting.get(target, 0.0) > now)

    def failed(self, target: Target, now: float) -> None:
        """Let ``target`` rest."""
        self._resting[target] = now + REST_SECONDS

    def connected(self, target: Target) -> None:
        """It works (again)."""
        if self._resting:
            self._resting.pop(target, None)
