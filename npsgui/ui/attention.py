"""What needs the user: what is wrong, with whom, and where it is put right. Knows no widget."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from PySide6.QtCore import QObject

from npsgui.model.configuration import Configuration
from npsgui.model.entities import GLOBAL_KEY, Client, Host, OwnerKey, OwnerKind, Tunnel
from npsgui.model.views import FlowRow, Sentence, State
from npsgui.ui.amounts import format_bytes, format_limit
from npsgui.ui.moments import Moments
from npsgui.ui.sentences import Sentences

NEAR_DAYS = 7
"""From so many days before its end on it is told that something expires."""

_TROUBLED = frozenset({State.FAILED, State.OFFLINE})


class Cure(enum.Enum):
    """Where something is put right: a word of its dialog, or how an agent is connected."""

    QUOTA = "quota"
    PORT = "port"
    HTTP_PORT = "http_port"
    BRIDGE_PORT = "bridge_port"
    EXPIRES = "expires"
    AGENT = "agent"


class Matter(NamedTuple):
    """Something that needs the user; the worst sort first."""

    rank: int
    owner: OwnerKey
    state: State
    """How it is drawn."""
    name: str
    text: str
    cure: Cure


class Attention(QObject):
    """Finds it, in the user's language."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences, self._moments = Sentences(self), Moments(self)

    def of(
        self, rows: Iterable[FlowRow], configuration: Configuration, bridge: Sentence | bool
    ) -> Sequence[Matter]:
        """What needs the user, the worst first. ``rows``: of all, everything together among them."""
        suspects = (row for row in rows if row.quota or row.state in _TROUBLED)
        found = [matter for row in suspects for matter in self._of_row(row)]
        found += self._ends(configuration, time.time())
        if isinstance(bridge, Sentence):
            name = self._sentences.owner(GLOBAL_KEY)
            found.append(
                Matter(1, GLOBAL_KEY, State.FAILED, name, self._sentences.of(bridge), Cure.BRIDGE_PORT)
            )
        return sorted(found, key=lambda matter: (matter.rank, matter.owner, matter.name))

    def _of_row(self, row: FlowRow) -> Iterator[Matter]:
        name = self._sentences.name(row.remark, row.owner)
        if row.state is State.FAILED and row.reason is not None:
            # hosts have no port of their own
            shared = row.kind is OwnerKind.HOST
            owner, cure = (GLOBAL_KEY, Cure.HTTP_PORT) if shared else (row.owner, Cure.PORT)
            yield Matter(1, owner, row.state, name, self._sentences.of(row.reason), cure)
        elif row.state is State.OFFLINE and row.kind is OwnerKind.CLIENT:
            yield Matter(3, row.owner, row.state, name, self.tr("Its agent is not connected."), Cure.AGENT)
        if row.state is State.STOPPED or not row.quota:
            return
        if row.used >= row.quota:
            said = self.tr("Its quota of {quota} is used up.").format(quota=format_limit(row.quota))
            yield Matter(0, row.owner, State.OVER_QUOTA, name, said, Cure.QUOTA)
        elif row.near:
            said = self.tr("{percent} % of its quota is used, {left} left.")
            left = format_bytes(row.quota - row.used)
            said = said.format(percent=int(row.share * 100), left=left)
            yield Matter(4, row.owner, State.NEAR_QUOTA, name, said, Cure.QUOTA)

    def _ends(self, configuration: Configuration, wall: float) -> Iterator[Matter]:
        """What has expired, and what soon will."""
        shelves = (configuration.clients, configuration.tunnels, configuration.hosts)
        every: Iterator[Client | Tunnel | Host] = chain.from_iterable(shelf.values() for shelf in shelves)
        for owner in (one for one in every if one.expires and one.enabled):
            name, moment = self._sentences.name(owner.remark, owner.owner), owner.expires
            said = self._moments.moment(moment, None)
            if moment <= wall:
                text = self.tr("Expired on {moment}.").format(moment=said)
                yield Matter(2, owner.owner, State.EXPIRED, name, text, Cure.EXPIRES)
            elif moment - wall < NEAR_DAYS * 86400:
                text = self.tr("Expires on {moment}.").format(moment=said)
                yield Matter(5, owner.owner, State.NEAR_QUOTA, name, text, Cure.EXPIRES)
