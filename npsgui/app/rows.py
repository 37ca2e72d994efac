"""Makes the rows that the faces show. Pure: time is an argument."""

from __future__ import annotations

from npsgui.model.entities import Client, Everything, Owner
from npsgui.model.gate import Cause, Gate
from npsgui.model.rules import unsupported
from npsgui.model.views import NEAR_QUOTA_SHARE, FlowRow, Sentence, State

NOT_RUNNING = Sentence("npsgui is not running.")

_STATES = {Cause.DISABLED: State.STOPPED, Cause.EXPIRED: State.EXPIRED, Cause.QUOTA: State.OVER_QUOTA}


def flow_row(
    owner: Owner, gate: Gate, rates: tuple[float, float], listener: Sentence | bool, wall: float
) -> FlowRow:
    """One owner's row. ``rates``: inlet and export, bytes/s. ``listener``: as ``Relay.listener`` says."""
    state, reason = state_of(owner, gate, listener, wall)
    limits = owner.limits
    return FlowRow(
        owner=owner.owner,
        client=client_of(owner),
        remark=remark_of(owner),
        inlet=gate.flow.inlet,
        export=gate.flow.export,
        inlet_now=rates[0],
        export_now=rates[1],
        used=gate.flow.used,
        quota=limits.quota,
        rate=limits.rate,
        inlet_rate=limits.inlet_rate,
        export_rate=limits.export_rate,
        connections=gate.open,
        connection_limit=limits.connections,
        state=state,
        reason=reason,
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
    owner: Owner, gate: Gate, listener: Sentence | bool, wall: float
) -> tuple[State, Sentence | None]:
    """How an owner is, and why, where there is a why."""
    refusal = gate.refusal(wall)
    above = refusal.sentence() if refusal is not None and refusal.owner != owner.owner else None
    if refusal is not None and refusal.cause is Cause.DISABLED:
        return State.STOPPED, above
    missing = unsupported(owner)
    if missing is not None:
        return State.WAITING, missing
    if isinstance(listener, Sentence):
        return (State.STOPPED if listener is NOT_RUNNING else State.FAILED), listener
    if refusal is not None:
        return _STATES[refusal.cause], above
    if owner.limits.quota and gate.flow.used >= NEAR_QUOTA_SHARE * owner.limits.quota:
        return State.NEAR_QUOTA, None
    return State.RUNNING, None
