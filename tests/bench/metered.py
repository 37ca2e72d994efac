"""A process: a relay on one of the event loops, whose limits are edited from the bench.

``metered LOOP MODE TARGET...``; it answers with the ports of its tunnels, one to each target, each of its own
client. Each line on stdin is a client's number and its new limits, answered when they are in force.
"""

from __future__ import annotations

import asyncio
import json
import sys

from PySide6.QtCore import QCoreApplication

from npsgui.model.entities import Client, Everything, Limits, Mode, OwnerKey, OwnerKind, Target, Tunnel
from tests.conftest import LOOPS
from tests.relay.house import House, free_port


async def serve(mode: Mode, targets: list[int]) -> None:
    """Relay until the bench closes its end of stdin."""
    house = House()
    owners: list[Client | Tunnel] = []
    for number, target in enumerate(targets, 1):
        owners.append(Client(id=number, key=f"k{number}"))
        owners.append(
            Tunnel(
                id=number,
                client=number,
                mode=mode,
                ports=(free_port(),),
                targets=(Target("127.0.0.1", target),),
            )
        )
    house.apply(Everything(limits=Limits(connections=30_000)), *owners)
    keys = [OwnerKey(OwnerKind.TUNNEL, number) for number in range(1, len(targets) + 1)]
    print(json.dumps([house.relay.port(key) for key in keys]), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        number, limits = json.loads(line)
        house.limit(OwnerKey(OwnerKind.CLIENT, number), Limits(**limits))
        print("1", flush=True)


if __name__ == "__main__":
    app = QCoreApplication([])
    with asyncio.Runner(loop_factory=lambda: LOOPS[sys.argv[1]](app)) as runner:
        runner.run(serve(Mode(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
