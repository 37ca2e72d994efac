"""Makes the rows that the faces show. Pure: time is an argument."""

from __future__ import annotations

from datetime import datetime

from npsgui.model.entities import Client, Everything, Owner
from npsgui.model.gate import Cause, Gate, Refusal
from npsgui.model.hours import NEVER
from npsgui.model.rules import unsupported
from npsgui.model.units import Measured
from npsgui.model.views import FlowRow, Sentence, State

NOT_RUNNING = Sentence("npsgui is not running.")

_STATES = {
    Cause.DISABLED: State.STOPPED,
    Cause.EXPIRED: State.EXPIRED,
    Cause.QUOTA: State.OVER_QUOTA,
    Cause.HOURS: State.OUTSIDE_HOURS,
}


def flow_row(
    owner: Owner,
    gate: Gate,
    rates: tuple[float, float],
    listener: Sentence | bool,
    wall: float,
    offline: Sentence | None = None,
    today: tuple[int, int] = (0, 0),
) -> FlowRow:
    """One owner's row. ``listener``, ``offline``: as ``Engine`` says.

    ``rates``: inlet, export, bytes/s; ``today``: bytes of the two since local midnight.
    """
    state, reason = state_of(owner, gate, listener, wall, offline)
    limits, flow = gate.limits, gate.flow
    return FlowRow(
        owner=gate.owner,
        client=client_of(owner),
        remark=remark_of(owner),
        inlet=flow.inlet,
        export=flow.export,
        inlet_now=rates[0],
        export_now=rates[1],
        used=flow.used,
        near=gate.ladder.warns,
        quota=flow.limit,
        rate=limits.rate,
        inlet_rate=limits.inlet_rate,
        export_rate=limits.export_rate,
        connections=gate.open,
        connection_limit=limits.connections,
        state=state,
        reason=reason,
        dropped=gate.dropped,
        today_inlet=today[0],
        today_export=today[1],
    )


def remark_of(owner: Owner) -> str:
    """What the user calls it; the global owner has no remark."""
    return "" if isinstance(owner, Everything) else owner.remark


def client_of(owner: Owner) -> int:
    """The id of the client that ``owner`` is or belongs to; 0 for the global owner."""
    if isinstance(owner, Everything):
        return 0
    return owner.id if isinstance(owner, Client) else owner.client


def state_of(
    owner: Owner, gate: Gate, listener: Sentence | bool, wall: float, offline: Sentence | None = None
) -> tuple[State, Sentence | None]:
    """How an owner is, and why, where there is a why."""
    refusal = gate.refusal(wall)
    above = refusal.sentence() if refusal is not None and refusal.owner != gate.owner else None
    if refusal is not None and refusal.cause is Cause.DISABLED:
        return State.STOPPED, above
    missing = unsupported(owner)
    if missing is not None:
        return State.WAITING, missing
    if isinstance(listener, Sentence):
        return (State.STOPPED if listener is NOT_RUNNING else State.FAILED), listener
    if refusal is not None:
        return _STATES[refusal.cause], _opening(gate, wall) if refusal.cause is Cause.HOURS else above
    if offline is not None:
        return State.OFFLINE, offline
    throttling = gate.throttling
    if throttling is not None:
        return State.THROTTLED, _throttled(throttling)
    if gate.ladder.warns:
        left = Measured(gate.flow.left)
        return State.NEAR_QUOTA, _said(
            "Over {percent} % of its quota is used, {left} are left.", percent=gate.limits.warn, left=left
        )
    return State.RUNNING, None


def _opening(gate: Gate, wall: float) -> Sentence:
    """Whose hours it is outside of, and when they begin; the last to begin where there are several."""
    closed = [one for one in gate.chain if not one.hours.holds(wall)]
    last = max(closed, key=lambda one: one.hours.changes(wall))
    if last.hours.week == NEVER:
        return Refusal(last.owner, Cause.HOURS).sentence()
    begins = datetime.fromtimestamp(last.hours.changes(wall), last.hours.zone)
    return _said(
        "{owner} is outside its hours; they begin at {time}.",
        owner=last.owner,
        time=begins.strftime("%Y-%m-%d %H:%M"),
    )


def _throttled(gate: Gate) -> Sentence:
    return _said(
        "{owner} is throttled to {rate}: over {percent} % of its quota is used.",
        owner=gate.owner,
        rate=Measured(gate.ladder.rate, per_second=True),
        percent=gate.limits.throttle_at,
    )


def _said(template: str, **values: object) -> Sentence:
    return Sentence(template, tuple(values.items()))
