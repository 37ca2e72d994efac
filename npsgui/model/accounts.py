"""The gates of all owners, kept in step with the Configuration. Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Client, Everything, Owner, OwnerKey, OwnerKind
from npsgui.model.gate import Gate


@dataclass(frozen=True, slots=True)
class Totals:
    """Bytes an owner has carried since it was made."""

    inlet: int = 0
    export: int = 0


class Accounts:
    """One Gate for each owner. A gate keeps its counters and its leases through every edit."""

    def __init__(self, now: float = 0.0) -> None:
        self._gates: dict[OwnerKey, Gate] = {GLOBAL_KEY: Gate(now=now)}
        self._applied: dict[OwnerKey, Owner] = {}

    def __iter__(self) -> Iterator[Gate]:
        return iter(self._gates.values())

    def __len__(self) -> int:
        return len(self._gates)

    def gate(self, key: OwnerKey) -> Gate | None:
        """The gate of an owner, or None when there is no such owner."""
        return self._gates.get(key)

    @property
    def everything(self) -> Gate:
        """The gate at the top, whose flow is the sum of all clients."""
        return self._gates[GLOBAL_KEY]

    def restore(self, totals: Mapping[OwnerKey, Totals]) -> None:
        """Set the counters to what the ledger holds; called once, after the first ``apply``.

        Set, not added: a client's total holds what its removed tunnels carried, too.
        """
        for key, total in totals.items():
            gate = self._gates.get(key)
            if gate is not None:
                gate.flow.inlet, gate.flow.export = total.inlet, total.export

    def apply(self, configuration: Configuration, now: float) -> list[Gate]:
        """Put a Configuration in force, live; returns the gates of owners that are no more, disabled.

        Only what differs from the Configuration applied before is touched.
        """
        wanted = {owner.owner: owner for owner in configuration.owners()}
        gone = [self._gates.pop(key) for key in list(self._gates) if key not in wanted]
        for gate in gone:
            gate.enabled = False
        changed = {key for key, owner in wanted.items() if self._applied.get(key) is not owner}
        for key in changed:
            self._put_in_force(wanted[key], now)
        if changed:
            for gate in self._gates.values():
                if any(above.owner in changed for above in gate.chain()):
                    gate.refresh()
        self._applied = wanted
        return gone

    def _put_in_force(self, owner: Owner, now: float) -> None:
        gate = self._gates.get(owner.owner)
        if gate is None:
            gate = self._gates[owner.owner] = Gate(owner.owner, self._above(owner, now), now)
        if isinstance(owner, Everything):
            gate.configure(owner.limits, now)
        else:
            gate.configure(owner.limits, now, enabled=owner.enabled, expires=owner.expires)

    def _above(self, owner: Owner, now: float) -> Gate:
        """The gate that a new owner's gate stands under; its client's is made first if need be."""
        if isinstance(owner, Everything | Client):
            return self.everything
        key = OwnerKey(OwnerKind.CLIENT, owner.client)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = Gate(key, self.everything, now)
        return gate
