from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from npsgui.app.program import Program
from npsgui.model.alerts import Alert, AlertKind
from npsgui.model.audit import Happening, Search
from npsgui.model.entities import GLOBAL_KEY
from npsgui.model.events import AgentDown, AgentUp, AlertPosted, AlertSnoozed, AlertsRaised, ClockJumped
from npsgui.model.gate import Cause
from npsgui.model.views import Sentence, State
from tests.app.audited import CLIENT, TUNNEL, closed_session, furnished, trail

pytestmark = pytest.mark.asyncio


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from npsgui.app.program import Program
from npsgui.model.audit import Search

async def main():
    program = await Program.open(Path(sys.argv[1]))
    await program.audit(Search(0, 1))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_edits_are_told_with_their_old_and_new_values(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        await program.set(CLIENT, {"quota": "10GiB", "key": "another", "accounts": "me:secret"})
        await program.enable(TUNNEL, wanted=False)
        await program.remove(CLIENT)

        told = [(event.what, event.owner, dict(event.details)) for event in await program.audit(Search())]

    hidden = ["…", "…"]
    assert told[1:] == [
        (Happening.ADDED, CLIENT, {}),
        (Happening.ADDED, TUNNEL, {}),
        (Happening.EDITED, CLIENT, {"accounts": hidden, "key": hidden, "quota": ["0", "10GiB"]}),
        (Happening.STOPPED, TUNNEL, {}),
        (Happening.REMOVED, CLIENT, {"inlet": 0, "export": 0}),
        (Happening.REMOVED, TUNNEL, {"inlet": 0, "export": 0}),
    ]


async def test_what_is_told_of_an_owner_and_is_no_event_of_it_is_in_the_trail(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        alert = Alert(0.0, AlertKind.UNUSUAL, TUNNEL, 1, "web", "today", {"moved": 2048, "usual": 1024})
        program.events.push(AlertsRaised((alert, replace(alert, kind=AlertKind.WARNED))))
        [told] = await trail(program, Happening.UNUSUAL, Happening.WARNED)

    assert (told.owner, dict(told.details)) == (TUNNEL, {"moved": 2048, "usual": 1024})
    assert str(told.sentence()) == str(alert.sentence())


async def test_what_becomes_of_an_alert_is_in_the_trail(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        alert = Alert(0.0, AlertKind.CUT, TUNNEL, 1, "web", "1", {"used": 2048})
        refused = Sentence("It answered {status}.", (("status", "404"),))
        program.events.push(AlertsRaised((alert,)))
        program.events.push(AlertSnoozed(alert, 60))
        program.events.push(AlertPosted(alert))
        program.events.push(AlertPosted(alert, refused))
        kinds = (Happening.ALERTED, Happening.SNOOZED, Happening.POSTED, Happening.POST_FAILED)
        told = await trail(program, *kinds)

    assert [(one.what, one.owner, str(one.sentence())) for one in told] == [
        (kind, TUNNEL, said)
        for kind, said in zip(
            kinds,
            (
                str(alert.sentence()),
                "“Quota used up” of tunnel 1 is told again in 60 min, if it is still so.",
                "“Quota used up” of tunnel 1 was posted to the webhook.",
                "“Quota used up” of tunnel 1 was not posted to the webhook. It answered 404.",
            ),
            strict=True,
        )
    ]


async def test_a_cut_and_the_visitors_turned_away_after_it_are_told_with_exact_bytes(tmp_path: Path) -> None:
    async with furnished(tmp_path, quota="1000") as (program, port):
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(bytes(5000))
        await closed_session(program)
        writer.close()
        for _ in range(3):
            reader, late = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            late.close()
        program._auditor.turn()

        [cut] = await trail(program, Happening.CUT)
        refused = await trail(program, Happening.REFUSED)

    assert (cut.owner, cut.client, cut.name, cut.cause) == (CLIENT, 1, "home", Cause.QUOTA)
    assert cut.details == {"used": 1000, "inlet": 1000, "export": 0}
    assert sum(event.count for event in refused) == 3
    assert {(event.owner, event.cause, event.at % 60) for event in refused} == {(TUNNEL, Cause.QUOTA, 0.0)}
    assert refused[0].details["by"] == ["client", 1]


async def test_a_quotas_steps_and_alternative_limits_are_told_live(tmp_path: Path) -> None:
    async with furnished(tmp_path, quota="20000") as (program, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(bytes(7999) + b"\n")
        assert await reader.read(1) == b"."
        await program.set(CLIENT, {"warn": "30", "alt_rate": "1KiB/s"})
        await program.set(CLIENT, {"throttle_at": "40", "throttle_rate": "1MiB/s"})
        assert program.flow(CLIENT).state is State.THROTTLED
        await program.set(GLOBAL_KEY, {"alternative": "on"})
        assert (program.alternative, program.flow(CLIENT).rate) == (True, 1024)
        await program.set(GLOBAL_KEY, {"alternative": "off"})
        writer.close()

        wanted = (Happening.WARNED, Happening.THROTTLED, Happening.ALTERNATIVE_ON, Happening.ALTERNATIVE_OFF)
        told = await trail(program, *wanted)

    assert [event.what for event in told] == list(wanted)
    assert told[0].details == {"used": 8001, "quota": 20_000, "percent": 30}
    assert told[1].details == {"used": 8001, "percent": 40, "rate": 1024**2}
    assert str(told[1].sentence()) == (
        "Client 1 is throttled to 1,048,576 bytes/s: 40 % of its quota is used, 8,001 bytes."
    )


async def test_a_closed_connection_is_told_and_an_ordinary_end_is_not(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, port):
        for kill in (False, True):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            ended = asyncio.ensure_future(closed_session(program))
            writer.write(b"hell\n")
            assert await reader.readexactly(1) == b"."
            if kill:
                program.close_connections([row.id for row in program.connections()])
            writer.close()
            await ended

        [closed] = await trail(program, Happening.CLOSED)

    assert closed.owner == TUNNEL
    assert (closed.details["inlet"], closed.details["export"]) == (5, 1)
    assert closed.details["peer"].startswith("127.0.0.1:")


async def test_a_port_that_cannot_be_opened_is_told_once_and_so_is_its_return(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            await program.set(TUNNEL, {"port": str(taken.getsockname()[1])})
            assert program._engine is not None
            program._engine.sweep()
        program._engine.sweep()

        told = await trail(program, Happening.PORT_FAILED, Happening.PORT_OPENED)

    assert [event.what for event in told] == [Happening.PORT_FAILED, Happening.PORT_OPENED]
    assert "does not listen" in str(told[0].sentence())


async def test_who_comes_and_goes_as_an_agent_is_told_with_the_reason(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        program.events.push(AgentUp(1, "192.0.2.7:4000", "0.26.10"))
        broken = Sentence("The agent broke the protocol: {reason}.", (("reason", ValueError("no")),))
        program.events.push(AgentDown(1, "192.0.2.7:4000", broken))

        told = await trail(program, Happening.AGENT_UP, Happening.AGENT_DOWN)

    assert [(event.owner, event.name, str(event.sentence())) for event in told] == [
        (CLIENT, "home", "The agent of client 1 is online from 192.0.2.7:4000: 0.26.10."),
        (
            CLIENT,
            "home",
            "The agent of client 1 at 192.0.2.7:4000 is gone. The agent broke the protocol: no.",
        ),
    ]


async def test_a_jump_of_the_clock_is_told(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (program, _port):
        program.events.push(ClockJumped(-3600.4))

        [jumped] = await trail(program, Happening.CLOCK_JUMPED)

    assert (jumped.owner, jumped.details) == (GLOBAL_KEY, {"seconds": -3600})


async def test_the_beginning_the_end_and_a_crash_between_are_told(tmp_path: Path) -> None:
    await (await Program.open(tmp_path)).close()
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)  # noqa: ASYNC221
    reported = await Program.open(tmp_path, relay=False)
    await reported.close()
    program = await Program.open(tmp_path)

    told = [event.what for event in await program.audit(Search())]

    await program.close()
    run = [Happening.BEGAN, Happening.ENDED]
    assert told == [*run, Happening.BEGAN, Happening.RECOVERED, Happening.BEGAN]
