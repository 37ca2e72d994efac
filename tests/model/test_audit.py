from __future__ import annotations

import pytest

from npsgui.model.audit import AuditEvent, Happening
from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.gate import Cause
from npsgui.model.views import Sentence

WEB = OwnerKey(OwnerKind.TUNNEL, 3)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            AuditEvent(0, Happening.CUT, WEB, cause=Cause.QUOTA, details={"used": 10485760}),
            "The quota of tunnel 3 is used up: cut at 10,485,760 bytes.",
        ),
        (
            AuditEvent(
                0,
                Happening.REFUSED,
                WEB,
                cause=Cause.CONNECTIONS,
                details={"by": ["client", 1], "peer": "192.0.2.7:5"},
                count=12,
            ),
            "Visitors turned away at tunnel 3: 12, the last from 192.0.2.7:5. "
            "The connection limit of client 1 is reached.",
        ),
        (
            AuditEvent(0, Happening.EDITED, WEB, details={"quota": ["0", "10GiB"], "port": ["1", "2"]}),
            "Set tunnel 3: quota 0 → 10GiB, port 1 → 2.",
        ),
        (
            AuditEvent(
                0,
                Happening.PORT_FAILED,
                WEB,
                details={"reason": "Port {port} is taken.", "values": {"port": "80"}},
            ),
            "Tunnel 3 does not listen. Port 80 is taken.",
        ),
        (
            AuditEvent(0, Happening.CLOSED, WEB, details={"peer": "a:1", "inlet": 1000, "export": 5}),
            "Closed a connection of tunnel 3 from a:1: 1,000 bytes inlet, 5 bytes export.",
        ),
        (AuditEvent(0, Happening.CLOCK_JUMPED, details={"seconds": -3600}), "The clock jumped by -3,600 s."),
        (
            AuditEvent(0, Happening.UNUSUAL, WEB, name="web", details={"moved": 2**30, "usual": 2**20}),
            "Tunnel 3 “web” has carried 1 GiB in this hour; 1 MiB are usual at this time.",
        ),
        (AuditEvent(0, Happening.ADDED, WEB), "Added tunnel 3."),
        (AuditEvent(0, Happening.STOPPED, WEB, name="web"), "Stopped tunnel 3 “web”."),
    ],
)
def test_an_event_is_told_in_a_sentence(event: AuditEvent, said: str) -> None:
    assert str(event.sentence()) == said


def test_only_a_sentence_that_its_owner_begins_gets_a_capital() -> None:
    nas = (("owner", OwnerKey(OwnerKind.CLIENT, 1)), ("name", "nas"))

    assert str(Sentence("{owner} listens again.", nas)) == "Client 1 listens again."
    assert str(Sentence("{owner} “{name}”", nas)) == "client 1 “nas”"
    assert str(Sentence("{name} listens again.", nas)) == "nas listens again."
