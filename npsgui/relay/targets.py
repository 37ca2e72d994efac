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
        self._sick: set[tuple[int, str]] = set()
        """Targets of clients whose agents say that they are not well."""

    def order(self, route: Route, now: float) -> list[Target]:
        """The targets of ``route`` in the order in which the next session tries them; no sick ones."""
        targets = self._well(route)
        count = len(targets)
        if count < 2:
            return list(targets)
        turn = self._turns.get(route.owner, 0)
        self._turns[route.owner] = turn + 1
        rotated = [targets[(turn + index) % count] for index in range(count)]
        return sorted(rotated, key=lambda target: self._resting.get(target, 0.0) > now)

    def failed(self, target: Target, now: float) -> None:
        """Let ``target`` rest."""
        self._resting[target] = now + REST_SECONDS

    def examined(self, client: int, target: str, *, healthy: bool) -> None:
        """An agent of ``client`` has tried a target of its."""
        if healthy:
            self._sick.discard((client, target))
        else:
            self._sick.add((client, target))

    def forget(self, client: int) -> None:
        """Nobody examines the targets of ``client`` any more: they count as well."""
        self._sick = {one for one in self._sick if one[0] != client}

    def _well(self, route: Route) -> tuple[Target, ...]:
        if not self._sick or route.via is not Via.AGENT:
            return route.targets
        return tuple(one for one in route.targets if (route.client, str(one)) not in self._sick)

    def connected(self, target: Target) -> None:
        """It works (again)."""
        if self._resting:
            self._resting.pop(target, None)
