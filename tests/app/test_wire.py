"""What travels between a service and its windows arrives as it was."""

from __future__ import annotations

import msgspec
import pytest

from npsgui.app import wire
from npsgui.model.entities import (
    Account,
    Client,
    Everything,
    Host,
    Owner,
    OwnerKey,
    OwnerKind,
    Target,
    Tunnel,
)
from npsgui.model.errors import FieldError, NotFound, NpsError
from npsgui.model.events import (
    AgentDown,
    AgentUp,
    AlternativeTurned,
    ClockJumped,
    ConfigurationChanged,
    Event,
    LedgerHealthChanged,
    ListenerChanged,
    MinuteTurned,
    QuotaReached,
    SessionClosed,
    ShowWindow,
    TargetFailed,
    VisitorRefused,
)
from npsgui.model.gate import Cause
from npsgui.model.units import Measured
from npsgui.model.views import Health, LedgerHealth, Sentence, Usage

CLIENT = OwnerKey(OwnerKind.CLIENT, 1)
WITHIN = Sentence("The quota of {owner} is used up.", (("owner", CLIENT),))
SAID = Sentence(
    "Not listening: {who}. {reason}",
    (("who", "a"), ("reason", WITHIN), ("count", 3), ("left", Measured(7)), ("rate", Measured(8, True))),
)


@pytest.mark.parametrize(
    "event",
    [
        ConfigurationChanged(),
        ListenerChanged(CLIENT, False, SAID),
        SessionClosed(1, CLIENT, "192.0.2.1:5", Cause.QUOTA, 1 << 40, 0),
        VisitorRefused(CLIENT, CLIENT, Cause.HOURS, "192.0.2.1:5"),
        QuotaReached(CLIENT, 5),
        AlternativeTurned(True),
        TargetFailed(CLIENT, "a:1", SAID),
        AgentUp(1, "192.0.2.1:5", "0.26"),
        AgentDown(1, "192.0.2.1:5", SAID),
        MinuteTurned(60),
        ClockJumped(-2.5),
        LedgerHealthChanged(LedgerHealth(Health.BEHIND, SAID, 7.5)),
        ShowWindow(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_arrives(event: Event) -> None:
    name, packed = wire.packed_event(event)

    assert wire.unpacked(packed, wire.EVENTS[name]) == event


def test_every_kind_of_event_is_known_on_the_other_side() -> None:
    for kind in wire.EVENTS.values():
        with pytest.raises(msgspec.ValidationError):
            wire.unpacked(wire.packed(7), kind)


def test_the_usages_of_a_minute_stay_behind() -> None:
    name, packed = wire.packed_event(MinuteTurned(60, {CLIENT: Usage(60, 1, 2)}))

    assert wire.unpacked(packed, wire.EVENTS[name]) == MinuteTurned(60)


@pytest.mark.parametrize(
    "owner",
    [
        Everything(http_port=80),
        Client(
            id=1, key="k", accounts=(Account("me", "secret"),), nps={"Flow": {"a": [1, "b"]}, "Ids": [1, 2]}
        ),
        Tunnel(id=2, client=1, ports=(80, 81), targets=(Target("::1", 9),)),
        Host(id=3, client=1, host="*.example", headers=(("a", "b"),)),
    ],
    ids=lambda owner: type(owner).__name__,
)
def test_an_owner_arrives_with_all_it_has(owner: Owner) -> None:
    assert wire.unpacked(wire.packed(owner), Owner) == owner
    frame = wire.Frame(owners=[wire.Boxed(owner)])
    arrived = wire.from_service.decode(wire.message(frame)[wire.LENGTH.size :])
    assert isinstance(arrived, wire.Frame)
    assert [boxed.owner for boxed in arrived.owners] == [owner]


@pytest.mark.parametrize(
    "error",
    [
        FieldError("port", "Port {port} is taken.", port=7),
        NotFound("No {owner}.", owner=CLIENT),
        NpsError("No."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_as_its_own_kind(error: NpsError) -> None:
    sent = wire.message(wire.Failure.of(1, error))[wire.LENGTH.size :]
    failure = wire.from_service.decode(sent)

    assert isinstance(failure, wire.Failure)
    arrived = failure.error()
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.values) == (str(error), error.values)


def test_what_may_be_called_has_types_that_travel() -> None:
    for function in wire.CALLS.values():
        assert "return" in wire.types_of(function)
