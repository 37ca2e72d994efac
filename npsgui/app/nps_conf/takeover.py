"""Takes NPS's records into a Configuration. Pure: what is here already is never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from npsgui.app.nps_conf.fields import Notes
from npsgui.app.nps_conf.offer import Imported, Offer, about, named
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Host, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import FieldError, ImportFailed, NpsError
from npsgui.model.rules import problems, unsupported
from npsgui.model.views import Sentence

Place: TypeAlias = tuple[str, str | int]
"""What only one owner may have, in words."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What comes of an import."""

    configuration: Configuration
    opening: Mapping[OwnerKey, Totals]
    """What the new tunnels and hosts have carried."""
    new: tuple[OwnerKey, ...]
    said: tuple[Sentence, ...]
    """What was taken and what was left, for the user."""


def take(offer: Offer, configuration: Configuration, new_key: Callable[[], str]) -> Taken:
    """``configuration`` with what ``offer`` has more. ``new_key`` gives a key where NPS's cannot be used.

    Raises ImportFailed: when an id is another owner's here; nothing is taken then.
    """
    takeover = _Takeover(offer, configuration, new_key)
    takeover.take_all()
    return takeover.result()


class _Takeover:
    """One import, owner by owner."""

    def __init__(self, offer: Offer, configuration: Configuration, new_key: Callable[[], str]) -> None:
        self._offer = offer
        self._before = configuration
        self._new_key = new_key
        self._clients = dict(configuration.clients)
        self._tunnels = dict(configuration.tunnels)
        self._hosts = dict(configuration.hosts)
        self._taken: dict[Place, dict[OwnerKey, Imported]] = {}
        """Who has what only one may have."""
        for shelf in (self._clients, self._tunnels, self._hosts):
            for owner in shelf.values():
                self._occupy(owner)
        self._accounts: set[int] = set()
        """The clients of the folder that are here now."""
        self._opening: dict[OwnerKey, Totals] = {}
        self._new: list[Imported] = []
        self._known: list[OwnerKey] = []
        self._notes: list[Sentence] = []
        self._left: list[Sentence] = list(offer.left)

    def take_all(self) -> None:
        """Take what can be taken. Raises ImportFailed."""
        for offered in self._offer.owners:
            self._take(offered.owner, offered.totals, list(offered.notes))

    def result(self) -> Taken:
        """What was taken so far."""
        configuration = replace(self._before, clients=self._clients, tunnels=self._tunnels, hosts=self._hosts)
        said = (
            _count(
                "Taken: clients {clients}, tunnels {tunnels}, hosts {hosts}.", [o.owner for o in self._new]
            ),
            *self._said_of_known(),
            *_said_of_listening(self._new),
            *_said_of_counters(self._offer, self._new),
            *self._notes,
            *self._left,
        )
        return Taken(
            configuration if self._new else self._before,
            self._opening,
            tuple(owner.owner for owner in self._new),
            said,
        )

    def _take(self, owner: Imported, totals: Totals, notes: Notes) -> None:
        if not isinstance(owner, Client) and owner.client not in self._accounts:
            missing = NpsError("Its client {id} is not in the folder, or was left.", id=owner.client)
            self._leave(owner, missing)
            return
        here = self._shelf(owner).get(owner.id)
        if here is not None:
            self._recognise(owner, here)
            return
        if isinstance(owner, Client):
            owner = self._with_usable_key(owner, notes)
        problem = next(self._problems(owner), None)
        if problem is not None:
            self._leave(owner, problem, *notes)
            return
        self._shelf(owner)[owner.id] = owner
        self._new.append(owner)
        self._occupy(owner)
        if isinstance(owner, Client):
            self._accounts.add(owner.id)
        if not isinstance(owner, Client) and totals != Totals():
            self._opening[owner.owner] = totals
        self._notes += [about("Taken with a change: {who}. {reason}", owner, note) for note in notes]

    def _recognise(self, owner: Imported, here: Imported) -> None:
        """Raises ImportFailed: when the owner of this id here is not the one of the record."""
        if not _is_same(owner, here):
            raise ImportFailed(
                "In {folder} is another {there} than the {here} that is here; nothing was taken.",
                folder=self._offer.folder,
                there=named(owner),
                here=named(here),
            )
        self._known.append(owner.owner)
        if isinstance(owner, Client):
            self._accounts.add(owner.id)

    def _with_usable_key(self, client: Client, notes: Notes) -> Client:
        """The client, with a new key where the rules do not accept its own."""
        for problem in self._problems(client):
            if problem.field == "key":
                notes.append(NpsError("It has a new key. {reason}", reason=problem))
                return replace(client, key=self._new_key())
        return client

    def _problems(self, owner: Imported) -> Iterator[FieldError]:
        """What the rules have against ``owner``, asked among those only that it can be at odds with."""
        rest = Configuration(everything=self._before.everything)
        if not isinstance(owner, Client):
            # there may be more than the client's limit: NPS asks for it only where one is added by hand
            rest = rest.with_owner(replace(self._clients[owner.client], tunnels=0))
        for place in _places(owner):
            for rival in self._taken.get(place, {}).values():
                rest = rest.with_owner(rival)
        return iter(problems(rest, owner))

    def _shelf(self, owner: Imported) -> dict[int, Any]:
        if isinstance(owner, Client):
            return self._clients
        return self._tunnels if isinstance(owner, Tunnel) else self._hosts

    def _occupy(self, owner: Imported) -> None:
        for place in _places(owner):
            self._taken.setdefault(place, {})[owner.owner] = owner

    def _leave(self, owner: Imported, *reasons: NpsError) -> None:
        self._left += [about("Left: {who}. {reason}", owner, reason) for reason in reasons]

    def _said_of_known(self) -> Iterator[Sentence]:
        if self._known:
            yield _count(
                "Here already and not changed: clients {clients}, tunnels {tunnels}, hosts {hosts}.",
                self._known,
            )


def _places(owner: Imported) -> Iterator[Place]:
    """What it has that only one may have, but for its address or its scheme: the rules know those."""
    if isinstance(owner, Client):
        yield "key", owner.key
    elif isinstance(owner, Host):
        yield owner.host.lower(), owner.location
    else:
        yield from (("port", port) for port in owner.ports)
        if owner.password:
            yield "password", owner.password


def _is_same(owner: Imported, here: Imported) -> bool:
    """Whether the owner of a record is the one with its id here, which may have been edited since."""
    if isinstance(owner, Client) or isinstance(here, Client):
        assert isinstance(owner, Client)
        assert isinstance(here, Client)
        return owner.key in (here.key, here.nps.get("VerifyKey"))
    if owner.client != here.client:
        return False
    return bool(here.nps) or _sign(owner) == _sign(here)


def _sign(owner: Tunnel | Host) -> tuple[object, ...]:
    """What a visitor knows it by."""
    if isinstance(owner, Tunnel):
        return owner.mode, owner.ports
    return owner.scheme, owner.host, owner.location


def _count(template: str, owners: Iterable[OwnerKey]) -> Sentence:
    kinds = [owner.kind for owner in owners]
    words = {"clients": OwnerKind.CLIENT, "tunnels": OwnerKind.TUNNEL, "hosts": OwnerKind.HOST}
    return Sentence(template, tuple((word, kinds.count(kind)) for word, kind in words.items()))


def _said_of_listening(owners: Iterable[Imported]) -> Iterator[Sentence]:
    """Which new tunnels anyone can reach, and which do not run yet, and why."""
    everywhere: list[OwnerKey] = []
    waiting: dict[tuple[OwnerKind, Sentence], list[OwnerKey]] = {}
    for owner in owners:
        reason = unsupported(owner)
        if reason is not None:
            waiting.setdefault((owner.owner.kind, reason), []).append(owner.owner)
        elif isinstance(owner, Tunnel) and not owner.bind:
            everywhere.append(owner.owner)
    if everywhere:
        yield Sentence("Listening on every interface, as in NPS: tunnel {ids}.", (("ids", _ids(everywhere)),))
    for (kind, reason), keys in waiting.items():
        values = (("kind", kind), ("ids", _ids(keys)), ("reason", reason))
        yield Sentence("Kept, but not yet running: {kind} {ids}. {reason}", values)


def _said_of_counters(offer: Offer, new: Iterable[Imported]) -> Iterator[Sentence]:
    """Which new clients had carried more, by NPS's count, than what they own: by tunnels that are no more."""
    own: dict[int, Totals] = {}
    inlet, export = Counter[int](), Counter[int]()
    for offered in offer.owners:
        if isinstance(offered.owner, Client):
            own[offered.owner.id] = offered.totals
        else:
            inlet[offered.owner.client] += offered.totals.inlet
            export[offered.owner.client] += offered.totals.export
    clients = [owner for owner in new if isinstance(owner, Client)]
    more = [
        client.owner
        for client in clients
        if own[client.id].inlet > inlet[client.id] or own[client.id].export > export[client.id]
    ]
    if more:
        yield Sentence(
            "A client counts what its tunnels and hosts have carried; NPS had counted more: client {ids}.",
            (("ids", _ids(more)),),
        )


def _ids(owners: Iterable[OwnerKey]) -> str:
    return ", ".join(str(owner.id) for owner in sorted(owners))
