"""Takes NPS's records into a Configuration. Pure: what is here already is never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from npsgui.app.nps_conf.fields import Notes, read_owner, read_totals
from npsgui.app.nps_conf.records import Record
from npsgui.model.accounts import Totals
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import FieldError, ImportFailed, NpsError
from npsgui.model.rules import problems, unsupported
from npsgui.model.views import Sentence

Imported = Client | Tunnel | Host


@dataclass(frozen=True, slots=True)
class Conf:
    """The records of a conf folder."""

    folder: str
    clients: Sequence[Record] = ()
    tasks: Sequence[Record] = ()
    hosts: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What comes of an import."""

    configuration: Configuration
    opening: Mapping[OwnerKey, Totals]
    """What the new tunnels and hosts have carried."""
    new: tuple[OwnerKey, ...]
    said: tuple[Sentence, ...]
    """What was taken and what was left, for the user."""


def named(owner: Owner) -> Sentence:
    """An owner by its key, and its remark if it has one."""
    remark = "" if isinstance(owner, Everything) else owner.remark
    return Sentence(
        "{owner} “{remark}”" if remark else "{owner}", (("owner", owner.owner), ("remark", remark))
    )


def take(conf: Conf, configuration: Configuration, new_key: Callable[[], str]) -> Taken:
    """``configuration`` with what ``conf`` has more. ``new_key`` gives a key where NPS's cannot be used.

    Raises ImportFailed: when an id is another owner's here; nothing is taken then.
    """
    takeover = _Takeover(conf, configuration, new_key)
    takeover.take_all()
    return takeover.result()


class _Takeover:
    """One import: clients first, then what they own, what runs before what is stopped."""

    def __init__(self, conf: Conf, configuration: Configuration, new_key: Callable[[], str]) -> None:
        self._conf = conf
        self._before = configuration
        self._new_key = new_key
        self._clients = dict(configuration.clients)
        self._tunnels = dict(configuration.tunnels)
        self._hosts = dict(configuration.hosts)
        self._by_key: dict[str, Client] = {client.key: client for client in self._clients.values()}
        self._by_port: dict[int, dict[int, Tunnel]] = {}
        for tunnel in self._tunnels.values():
            self._occupy(tunnel)
        self._opening: dict[OwnerKey, Totals] = {}
        self._new: list[Imported] = []
        self._known: list[OwnerKey] = []
        self._notes: list[Sentence] = []
        self._left: list[Sentence] = []

    def take_all(self) -> None:
        """Take every record that can be taken. Raises ImportFailed."""
        for kind, records in (
            (OwnerKind.CLIENT, self._conf.clients),
            (OwnerKind.TUNNEL, self._conf.tasks),
            (OwnerKind.HOST, self._conf.hosts),
        ):
            for owner, totals, notes in self._read_all(kind, records):
                self._take(owner, totals, notes)

    def result(self) -> Taken:
        """What was taken so far."""
        configuration = replace(self._before, clients=self._clients, tunnels=self._tunnels, hosts=self._hosts)
        said = (
            _count(
                "Taken: {clients} clients, {tunnels} tunnels, {hosts} hosts.", [o.owner for o in self._new]
            ),
            *self._said_of_known(),
            *_said_of_listening(self._new),
            *self._notes,
            *self._left,
        )
        return Taken(
            configuration if self._new else self._before,
            self._opening,
            tuple(owner.owner for owner in self._new),
            said,
        )

    def _read_all(self, kind: OwnerKind, records: Iterable[Record]) -> list[tuple[Imported, Totals, Notes]]:
        """The owners of one file; of those with one id the last, which is the one that NPS takes."""
        found: dict[int, tuple[Imported, Totals, Notes]] = {}
        for record in records:
            notes: Notes = []
            try:
                owner, totals = _read(kind, record, notes)
            except NpsError as error:
                values = (("kind", kind), ("place", record.place), ("reason", error))
                self._left.append(Sentence("Left: the {kind} at {place}. {reason}", values))
                continue
            if owner.id in found:
                self._leave(found[owner.id][0], NpsError("The file has this id again; NPS takes the last."))
            found[owner.id] = owner, totals, notes
        return sorted(found.values(), key=lambda one: (not one[0].enabled, one[0].id))

    def _take(self, owner: Imported, totals: Totals, notes: Notes) -> None:
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
        if isinstance(owner, Client):
            self._by_key[owner.key] = owner
        elif isinstance(owner, Tunnel):
            self._occupy(owner)
        if not isinstance(owner, Client) and totals != Totals():
            self._opening[owner.owner] = totals
        self._notes += [_about("Taken with a change: {who}. {reason}", owner, note) for note in notes]

    def _recognise(self, owner: Imported, here: Imported) -> None:
        """Raises ImportFailed: when the owner of this id here is not the one of the record."""
        if not _is_same(owner, here):
            raise ImportFailed(
                "In {folder} is another {there} than the {here} that is here; nothing was taken.",
                folder=self._conf.folder,
                there=named(owner),
                here=named(here),
            )
        self._known.append(owner.owner)

    def _with_usable_key(self, client: Client, notes: Notes) -> Client:
        """The client, with a new key where the rules do not accept its own."""
        for problem in self._problems(client):
            if problem.field == "key":
                notes.append(NpsError("It has a new key. {reason}", reason=problem))
                return replace(client, key=self._new_key())
        return client

    def _problems(self, owner: Imported) -> Iterator[FieldError]:
        """What the rules have against ``owner``, asked among those only that it can be at odds with."""
        if isinstance(owner, Client):
            rival = self._by_key.get(owner.key)
            return iter(problems(Configuration(clients={rival.id: rival} if rival else {}), owner))
        client = self._clients.get(owner.client)
        # what is there may be more than the limit: NPS asks it only in its form, and so does npsgui
        clients = {client.id: replace(client, tunnels=0)} if client is not None else {}
        rivals: dict[int, Tunnel] = {}
        for port in owner.ports if isinstance(owner, Tunnel) else ():
            rivals |= self._by_port.get(port, {})
        return iter(problems(Configuration(clients=clients, tunnels=rivals), owner))

    def _shelf(self, owner: Imported) -> dict[int, Any]:
        if isinstance(owner, Client):
            return self._clients
        return self._tunnels if isinstance(owner, Tunnel) else self._hosts

    def _occupy(self, tunnel: Tunnel) -> None:
        for port in tunnel.ports:
            self._by_port.setdefault(port, {})[tunnel.id] = tunnel

    def _leave(self, owner: Imported, *reasons: NpsError) -> None:
        self._left += [_about("Left: {who}. {reason}", owner, reason) for reason in reasons]

    def _said_of_known(self) -> Iterator[Sentence]:
        if self._known:
            yield _count(
                "Here already and not changed: {clients} clients, {tunnels} tunnels, {hosts} hosts.",
                self._known,
            )


def _read(kind: OwnerKind, record: Record, notes: Notes) -> tuple[Imported, Totals]:
    """The owner of a record, and what it carried. Raises NpsError: when there is none to take."""
    if record.fields is None:
        raise NpsError("It is no record, or has a value that cannot be kept.")
    if record.fields.get("NoStore") is True:
        raise NpsError("NPS itself does not store it: it comes and goes with an agent.")
    owner = read_owner(kind, record.fields, notes)
    return owner, Totals() if kind is OwnerKind.CLIENT else read_totals(record.fields, notes)


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


def _about(template: str, owner: Imported, reason: NpsError) -> Sentence:
    return Sentence(template, (("who", named(owner)), ("reason", reason)))


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


def _ids(owners: Iterable[OwnerKey]) -> str:
    return ", ".join(str(owner.id) for owner in sorted(owners))
