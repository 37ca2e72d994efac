"""What a conf folder offers: its records as owners, before it is known what is here already. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from npsgui.app.nps_conf.fields import Notes
from npsgui.app.nps_conf.owners import read_owner, read_totals
from npsgui.app.nps_conf.records import Record
from npsgui.model.accounts import Totals
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKind, Tunnel
from npsgui.model.errors import NpsError
from npsgui.model.views import Sentence

Imported: TypeAlias = Client | Tunnel | Host


@dataclass(frozen=True, slots=True)
class Offered:
    """The owner of a record."""

    owner: Imported
    totals: Totals
    """What it has carried; a client's are its own counters, whatever its tunnels and hosts have."""
    notes: Notes = field(default_factory=list)
    """What could not be taken as it stands."""


@dataclass(frozen=True, slots=True)
class Offer:
    """All that a folder has: clients first, then what they own; of each, what runs before what is stopped."""

    folder: str
    owners: tuple[Offered, ...]
    left: tuple[Sentence, ...]
    """What is said of records that are no owners."""


def offer(folder: str, records: Mapping[OwnerKind, Sequence[Record]]) -> Offer:
    """What these records offer; ``records`` in the order in which they are to be taken."""
    left: list[Sentence] = []
    owners: list[Offered] = []
    for kind, those in records.items():
        found = _offered(kind, those, left)
        owners += sorted(found, key=lambda one: (not one.owner.enabled, one.owner.id))
    return Offer(folder, tuple(owners), tuple(left))


def named(owner: Owner) -> Sentence:
    """An owner by its key, and its remark if it has one."""
    remark = "" if isinstance(owner, Everything) else owner.remark
    template = "{owner} “{remark}”" if remark else "{owner}"
    return Sentence(template, (("owner", owner.owner), ("remark", remark)))


def about(template: str, owner: Imported, reason: NpsError) -> Sentence:
    """A sentence on ``{who}`` with its ``{reason}``."""
    return Sentence(template, (("who", named(owner)), ("reason", reason)))


def _offered(kind: OwnerKind, records: Sequence[Record], left: list[Sentence]) -> list[Offered]:
    """The owners of one file; of those with one id the last, which is the one that NPS takes."""
    found: dict[int, Offered] = {}
    for record in records:
        try:
            one = _read(kind, record)
        except NpsError as error:
            values = (("kind", kind), ("place", record.place), ("reason", error))
            left.append(Sentence("Left: the {kind} at {place}. {reason}", values))
            continue
        earlier = found.get(one.owner.id)
        if earlier is not None:
            twice = NpsError("The file has this id again; NPS takes the last.")
            left.append(about("Left: {who}. {reason}", earlier.owner, twice))
        found[one.owner.id] = one
    return list(found.values())


def _read(kind: OwnerKind, record: Record) -> Offered:
    """Raises NpsError: when there is no owner to take."""
    if record.fields is None:
        raise NpsError("It is no record, or has a value that cannot be kept.")
    if record.fields.get("NoStore") is True:
        raise NpsError("NPS itself does not store it: it comes and goes with an agent.")
    notes: Notes = []
    owner = read_owner(kind, record.fields, notes)
    # of a client's counters nothing is taken: there is nothing to say of a bad one
    totals = read_totals(record.fields, [] if kind is OwnerKind.CLIENT else notes)
    return Offered(owner, totals, notes)
