"""What a service and a window attached to it say to each other: MessagePack, each message behind its length.

Rows and facts travel as they are. Only an owner says first of which kind it is.
"""

from __future__ import annotations

import asyncio
import functools
import struct
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from npsgui.app.program import Program
from npsgui.model.agents import AgentRow
from npsgui.model.alerts import AlertKind
from npsgui.model.entities import Client, Everything, Host, Owner, OwnerKey, OwnerKind, Tunnel
from npsgui.model.errors import FieldError, NpsError
from npsgui.model.events import Event, MinuteTurned
from npsgui.model.retention import AS_DESIGNED, Retention
from npsgui.model.units import Measured
from npsgui.model.views import ConnectionRow, FlowRow, LedgerHealth, Sentence, Steps, Usage

LONGEST = 1 << 26
"""Bytes of a message; ten thousand owners at once are a tenth of it."""

LENGTH = struct.Struct(">I")

OWNERS: Mapping[OwnerKind, type[Owner]] = {
    OwnerKind.GLOBAL: Everything,
    OwnerKind.CLIENT: Client,
    OwnerKind.TUNNEL: Tunnel,
    OwnerKind.HOST: Host,
}
EVENTS: Mapping[str, type[Event]] = {kind.__name__: kind for kind in typing.get_args(Event)}
ERRORS: Mapping[str, type[NpsError]] = {kind.__name__: kind for kind in NpsError.__subclasses__()}


async def close_connections(program: Program, ids: list[int]) -> int:
    """Close sessions; how many there were."""
    return program.close_connections(ids)


async def live(program: Program, owner: OwnerKey) -> list[tuple[float, float, float]]:
    """The rates of the last five minutes: time, inlet, export."""
    return [(sample.at, sample.inlet, sample.export) for sample in program.live(owner)]


async def snooze_alert(program: Program, kind: AlertKind, owner: OwnerKey, minutes: int) -> None:
    """Tell of it once more in so many minutes."""
    await program.alerts.snooze(kind, owner, minutes)


async def try_webhook(program: Program) -> None:
    """Post a test to the webhook. Raises NpsError: why it was not taken."""
    await program.alerts.try_webhook()


async def set_many(program: Program, owners: list[OwnerKey], values: dict[str, str]) -> None:
    """Set the same words of several owners. Raises NpsError: nothing is set then."""
    await program.many.set(owners, values)


async def enable_many(program: Program, owners: list[OwnerKey], wanted: bool) -> None:
    """Start or stop several owners. Raises NpsError: none is then."""
    await program.many.enable(owners, wanted)


async def remove_many(program: Program, owners: list[OwnerKey]) -> None:
    """Remove several owners. Raises NpsError: none is removed then."""
    await program.many.remove(owners)


CALLS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        Program.add,
        Program.set,
        Program.put,
        Program.remove,
        Program.enable,
        Program.reset,
        Program.adjust,
        Program.undo,
        Program.redo,
        Program.history,
        Program.coverage,
        Program.periods,
        Program.peers,
        Program.audit,
        Program.verify,
        Program.foresee,
        Program.import_nps,
        close_connections,
        live,
        snooze_alert,
        try_webhook,
        set_many,
        enable_many,
        remove_many,
    )
}
"""What a window may ask for; all of these take the Program first."""


class Boxed:
    """An owner of any kind, on its way. No dataclass: the hooks below are asked how it travels."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner


class Call(msgspec.Struct, tag=True):
    """A window asks for one of CALLS; arguments by name."""

    id: int
    name: str
    arguments: dict[str, msgspec.Raw]


class Watch(msgspec.Struct, tag=True):
    """Whether the window wants to know of connections."""

    connections: bool


class Reply(msgspec.Struct, tag=True):
    """What a call gave."""

    id: int
    result: msgspec.Raw


class Failure(msgspec.Struct, tag=True):
    """The NpsError that a call raised."""

    id: int
    kind: str
    said: Sentence
    field: str = ""

    @classmethod
    def of(cls, id_: int, error: NpsError) -> Failure:
        """The error, on its way."""
        said = Sentence.of(error)
        return cls(id_, type(error).__name__, said, error.field if isinstance(error, FieldError) else "")

    def error(self) -> NpsError:
        """The same error again."""
        values = dict(self.said.values)
        if self.field:
            return FieldError(self.field, self.said.template, **values)
        return ERRORS.get(self.kind, NpsError)(self.said.template, **values)


class Welcome(msgspec.Struct, tag=True):
    """What does not change while the service runs."""

    notes: tuple[Sentence, ...]


class Second(msgspec.Struct):
    """How everything is, once a second."""

    at: float
    today: Usage
    alternative: bool
    health: LedgerHealth
    agents: list[AgentRow]
    bridge: Sentence | bool
    steps: Steps = Steps()
    retention: Retention = AS_DESIGNED


class Frame(msgspec.Struct, tag=True, omit_defaults=True):
    """What has changed. The events come after all else in it."""

    owners: list[Boxed] = []
    gone: list[OwnerKey] = []
    last_ids: dict[OwnerKind, int] = {}
    rows: list[FlowRow] = []
    links: list[ConnectionRow] = []
    """``seconds`` is the monotonic time at which it began: what does not change is not sent."""
    closed: list[int] = []
    events: list[tuple[str, msgspec.Raw]] = []
    second: Second | None = None
    """At the end of all frames of a second."""


def packed(value: object) -> msgspec.Raw:
    """A value of a call or an event."""
    boxed = Boxed(value) if isinstance(value, Everything | Client | Tunnel | Host) else value
    return msgspec.Raw(_ENCODER.encode(boxed))


def unpacked(value: msgspec.Raw, type_: Any) -> Any:
    """The value again. Raises MsgspecError: it is not of this type."""
    found = msgspec.msgpack.decode(value, type=Boxed if type_ == Owner else type_, dec_hook=_dec_hook)
    return found.owner if isinstance(found, Boxed) else found


def packed_event(event: Event) -> tuple[str, msgspec.Raw]:
    """An event on its way; the usages of a minute are not sent: who wants them asks for the history."""
    if isinstance(event, MinuteTurned):
        event = MinuteTurned(event.minute)
    return type(event).__name__, packed(event)


@functools.cache
def types_of(function: Callable[..., Any]) -> Mapping[str, Any]:
    """The types of a function's parameters by name, and of its ``return``."""
    return typing.get_type_hints(function)


def message(said: Call | Watch | Reply | Failure | Welcome | Frame) -> bytes:
    """A message with its length before it."""
    body = _ENCODER.encode(said)
    return LENGTH.pack(len(body)) + body


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """The next message. Raises EOFError and OSError: there is none any more."""
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    if length > LONGEST:
        raise EOFError
    return await reader.readexactly(length)


def _enc_hook(value: object) -> object:
    if isinstance(value, Boxed):
        return (value.owner.owner.kind, value.owner)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value))


def _dec_hook(type_: type, value: Any) -> object:
    if type_ is Boxed:
        kind, owner = value
        return Boxed(msgspec.convert(owner, OWNERS[OwnerKind(kind)], dec_hook=lambda _, part: part))
    if type_ is object:
        return _value_of_sentence(value)
    if type_ is Path:
        return Path(value)
    raise NotImplementedError(type_)


def _value_of_sentence(value: Any) -> object:
    """What stands in a sentence: an owner travels as a list, a sentence or an amount in it as a dict."""
    if isinstance(value, list):
        return msgspec.convert(value, OwnerKey)
    if isinstance(value, dict):
        return msgspec.convert(value, Sentence if "template" in value else Measured, dec_hook=_dec_hook)
    return value


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_enc_hook)

from_window: msgspec.msgpack.Decoder[Call | Watch] = msgspec.msgpack.Decoder(Call | Watch)
from_service: msgspec.msgpack.Decoder[Reply | Failure | Welcome | Frame] = msgspec.msgpack.Decoder(
    Reply | Failure | Welcome | Frame, dec_hook=_dec_hook
)
