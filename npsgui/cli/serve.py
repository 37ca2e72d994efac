"""``npsgui serve``: the tunnels without a window, as a service has it."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from npsgui.app.control import ControlServer
from npsgui.app.metrics_port import MetricsPort
from npsgui.app.program import Program
from npsgui.app.settings import AT_THE_START
from npsgui.app.supervisor import Supervisor
from npsgui.app.update import look_for_update
from npsgui.model.errors import NpsError
from npsgui.model.events import (
    AgentDown,
    AgentUp,
    AlertsRaised,
    Event,
    LedgerHealthChanged,
    ListenerChanged,
    NewVersion,
)
from npsgui.model.views import State
from npsgui.tasks import spawn

log = logging.getLogger(__name__)


async def serve(folder: Path, ledger: str) -> int:
    """Run until SIGINT or SIGTERM; then drain, write the last counts and return 0. Raises NpsError.

    SIGHUP: what the settings file says by now. A second signal to end: nobody is waited for any longer.
    """
    supervisor = Supervisor()
    program = await Program.open(folder, ledger=ledger)
    control, metrics = ControlServer(program), MetricsPort(program)
    try:
        await control.start()
        await _warn_of(metrics.apply())
        _tell(program)
        program.events.subscribe(_log_event)
        # What lives from here on lives long: keeping it out of collections spares the loop stalls of 25 ms.
        gc.collect()
        gc.freeze()
        ended = asyncio.Event()
        _on_signals(_ender(ended, program), lambda: _read_again(program, supervisor))
        spawn(look_for_update(program.settings["update_url"], program.events), "update check")
        alive = spawn(supervisor.keep_alive(), "signs of life")
        print("ready", flush=True)
        supervisor.tell("READY=1")
        wanted = program.configuration
        log.info("Ready: %d tunnels, %d hosts", len(wanted.tunnels), len(wanted.hosts))
        await ended.wait()
        supervisor.tell("STOPPING=1")
        await control.close()
        await program.drain(program.settings.number("drain_seconds"))
        alive.cancel()
    finally:
        metrics.close()
        await control.close()
        await program.close()
    log.info("Ended")
    return 0


def _ender(ended: asyncio.Event, program: Program) -> Callable[[], None]:
    def end() -> None:
        if ended.is_set():
            log.warning("Told again to end: open connections are closed at once")
            program.abort()
        else:
            log.info("Told to end: %d connections are open", len(program.connections()))
        ended.set()

    return end


def _on_signals(end: Callable[[], None], read_again: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    loop.add_signal_handler(signal.SIGHUP, read_again)


async def _warn_of(attempt: Awaitable[None]) -> None:
    """A failure is no reason to end."""
    try:
        await attempt
    except NpsError as error:
        log.warning("%s", error)


def _read_again(program: Program, supervisor: Supervisor) -> None:
    supervisor.tell_reloading()
    changed = program.settings.read_again()
    log.info("The settings were read again; changed: %s", ", ".join(sorted(changed)) or "nothing")
    for name in sorted(changed & AT_THE_START):
        log.warning("%s holds from the next start on", name)
    applied = spawn(_warn_of(program.settings.put_in_force(sorted(changed))), "settings")
    applied.add_done_callback(lambda _: supervisor.tell("READY=1"))


def _tell(program: Program) -> None:
    """Say what the user should know: a ledger set aside, a port that is taken."""
    for note in program.notes:
        log.warning("%s", note)
    for row in program.flows():
        if row.state is State.FAILED:
            log.warning("%s: %s", row.owner, row.reason)


def _log_event(event: Event) -> None:
    """What an operator wants to read of; who was refused and who was cut is in the audit trail."""
    if isinstance(event, ListenerChanged):
        if event.error is not None:
            log.warning("%s: %s", event.owner, event.error)
    elif isinstance(event, AlertsRaised):
        for alert in event.alerts:
            log.warning("%s. %s", alert.title(), alert.sentence())
    elif isinstance(event, LedgerHealthChanged):
        log.warning("The ledger is %s. %s", event.health.health, event.health.reason or "")
    elif isinstance(event, NewVersion):
        log.info("There is a newer npsgui: %s", event.version)
    elif isinstance(event, AgentUp):
        log.info("The agent of client %d is online from %s", event.client, event.address)
    elif isinstance(event, AgentDown):
        log.info("The agent of client %d went: %s", event.client, event.reason)
