"""What a service has told a window: owners, rows, connections, rates. Pure: time comes with the frames."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from npsgui.app.live import SECONDS, Live
from npsgui.app.rows import NOT_RUNNING
from npsgui.app.wire import Frame, Second
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.views import ConnectionRow, FlowRow, LedgerHealth, Sample, State, Usage

NOTHING_YET = Second(0.0, Usage(0, 0, 0), False, LedgerHealth(), [], False)


class Snapshot:
    """Grows and changes with every frame."""

    def __init__(self) -> None:
        self.rows: dict[OwnerKey, FlowRow] = {}
        self.links: dict[int, ConnectionRow] = {}
        """By session; ``seconds`` is the monotonic time at which it began."""
        self.second = NOTHING_YET
        self._owners: dict[OwnerKey, Owner] = {}
        self._last_ids: dict[OwnerKind, int] = {}
        self._configuration: Configuration | None = None
        self._live = Live()

    @property
    def configuration(self) -> Configuration:
        """The owners, put together once after each edit."""
        if self._configuration is None:
            owners = self._owners.values()
            self._configuration = Configuration(
                everything=next((owner for owner in owners if isinstance(owner, Everything)), Everything()),
                clients={owner.id: owner for owner in owners if isinstance(owner, Client)},
                tunnels={owner.id: owner for owner in owners if isinstance(owner, Tunnel)},
                hosts={owner.id: owner for owner in owners if isinstance(owner, Host)},
                last_ids=self._last_ids,
            )
        return self._configuration

    def apply(self, frame: Frame) -> None:
        """Take over what has changed; the events are the caller's."""
        for key in frame.gone:
            self._owners.pop(key, None)
            self.rows.pop(key, None)
            self._live.forget(key)
        self._owners.update((boxed.owner.owner, boxed.owner) for boxed in frame.owners)
        if frame.owners or frame.gone:
            self._last_ids, self._configuration = frame.last_ids, None
        self.rows.update((row.owner, row) for row in frame.rows)
        self.links.update((row.id, row) for row in frame.links)
        for id_ in frame.closed:
            self.links.pop(id_, None)
        if frame.second is not None:
            self.second = frame.second
            self._keep_rates(frame.second.at)

    def stop(self) -> None:
        """Nothing moves and nobody is connected any more."""
        self.links.clear()
        for key, row in self.rows.items():
            still = row._replace(inlet_now=0.0, export_now=0.0, connections=0)
            self.rows[key] = still._replace(state=State.STOPPED, reason=NOT_RUNNING)

    def flows(self, kind: OwnerKind | None) -> list[FlowRow]:
        """The rows of all clients, tunnels and hosts, or of one kind."""
        kinds = (OwnerKind.CLIENT, OwnerKind.TUNNEL, OwnerKind.HOST) if kind is None else (kind,)
        owners = chain.from_iterable(map(self.configuration.of_kind, kinds))
        return [self.rows[key] for owner in owners if (key := owner.owner) in self.rows]

    def samples(self, owner: OwnerKey, earlier: Sequence[Sample]) -> list[Sample]:
        """The rates of the last five minutes, with those from before the first frame in front."""
        told = self._live.samples(owner)
        first = told[0].at - 0.5 if told else float("inf")
        return [*(sample for sample in earlier if sample.at < first), *told][-SECONDS:]

    def _keep_rates(self, at: float) -> None:
        turn = self._live.turns + 1
        for key, row in self.rows.items():
            if row.inlet_now or row.export_now:
                self._live.ring(key).write(turn, row.inlet_now, row.export_now)
        self._live.turn(at)
