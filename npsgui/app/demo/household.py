"""Who lives in the demo. Data alone: three clients, their tunnels, and how each tunnel is used."""

from __future__ import annotations

from dataclasses import dataclass

from npsgui.app.demo.traffic import Habit
from npsgui.model.accounts import Totals
from npsgui.model.entities import Client, Limits, Tunnel

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

CAMERA_QUOTA = 2 * GIB
CAMERA_LEFT = 6 * MIB
"""What camera-yard may still use at the start: its visitors need about six seconds for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One tunnel: the port it would like to have, what it carried before the demo, and its visitors."""

    tunnel: Tunnel
    carried: Totals
    habit: Habit


CLIENTS = (
    Client(id=1, key="demo-home-nas", remark="home-nas", limits=Limits(quota=50 * GIB)),
    Client(id=2, key="demo-lab-gpu", remark="lab-gpu", limits=Limits(quota=200 * GIB, connections=50)),
    Client(id=3, key="demo-camera-yard", remark="camera-yard", limits=Limits(quota=CAMERA_QUOTA)),
)

PLACES = (
    Place(
        tunnel=Tunnel(id=1, client=1, remark="nas-web", ports=(18080,)),
        carried=Totals(612 * MIB, 21 * GIB),
        # many short connections
        habit=Habit(visitors=6, sends=700, asks=40 * KIB, exchanges=3, pause=0.1, away=0.6),
    ),
    Place(
        tunnel=Tunnel(id=2, client=1, remark="nas-backup", ports=(18873,)),
        carried=Totals(16 * GIB, 35 * MIB),
        # steady, towards the target
        habit=Habit(sends=96 * KIB, asks=64, pause=0.15),
    ),
    Place(
        tunnel=Tunnel(id=3, client=2, remark="notebooks", ports=(18888,)),
        carried=Totals(2 * GIB, 31 * GIB),
        # bursts: much at once, then nothing for a while
        habit=Habit(visitors=3, sends=2 * KIB, asks=300 * KIB, exchanges=6, pause=0.05, away=5.0),
    ),
    Place(
        tunnel=Tunnel(id=4, client=2, remark="datasets", ports=(18021,), limits=Limits(rate=512 * KIB)),
        carried=Totals(140 * MIB, 88 * GIB),
        # as much as the rate lets through
        habit=Habit(visitors=2, sends=200, asks=256 * KIB),
    ),
    Place(
        tunnel=Tunnel(id=5, client=2, remark="gpu-ssh", ports=(18022,)),
        carried=Totals(88 * MIB, 410 * MIB),
        # somebody types
        habit=Habit(visitors=2, sends=80, asks=400, pause=0.5),
    ),
    Place(
        tunnel=Tunnel(id=6, client=3, remark="yard-stream", ports=(18554,)),
        carried=Totals(11 * MIB, CAMERA_QUOTA - CAMERA_LEFT - 200 * MIB - 11 * MIB),
        # steady, towards the visitor
        habit=Habit(visitors=4, sends=60, asks=64 * KIB, pause=0.25, away=1.5),
    ),
    Place(
        tunnel=Tunnel(id=7, client=3, remark="yard-snapshots", ports=(18090,)),
        carried=Totals(2 * MIB, 198 * MIB),
        habit=Habit(visitors=2, sends=300, asks=90 * KIB, exchanges=1, away=1.5),
    ),
)
