"""A bridge that an agent brings tunnels to, and a steward who grants them or not."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from npsgui.app.certificates import Certificates
from npsgui.bridge.bridge import Bridge
from npsgui.bridge.config_mode import Record
from npsgui.bridge.handshake import digest, prefixed
from npsgui.model.configuration import Configuration
from npsgui.model.entities import Client, Everything, Target
from npsgui.model.events import Events
from tests.bridge.town import KEY, listen
from tests.relay.house import free_port

FRESH = "d2kdy8i9pvit58kx"


class Steward:
    """Grants what is not called “bad”."""

    def __init__(self) -> None:
        self.granted: list[tuple[Any, ...]] = []

    def may_configure(self, client: int) -> bool:
        return client == 1

    async def add_client(self, wish: Record) -> tuple[int, str] | None:
        self.granted.append(("client", wish["Remark"]))
        return 9, FRESH

    async def add_tunnel(self, client: int, wish: Record) -> bool:
        return self._grant("task", client, wish)

    async def add_host(self, client: int, wish: Record) -> bool:
        return self._grant("host", client, wish)

    def remarks(self, key_digest: bytes) -> list[str]:
        return ["web"] if key_digest == digest(KEY) else []

    def _grant(self, kind: str, client: int, wish: Record) -> bool:
        self.granted.append((kind, client, wish["Remark"]))
        return bool(wish["Remark"] != "bad")


def served(body: Any, **options: Any) -> None:
    """Run ``body(bridge, steward, target of the bridge)``."""

    async def bounded() -> None:
        with tempfile.TemporaryDirectory() as folder:
            steward, port = Steward(), free_port()
            context = Certificates(Path(folder)).bridge
            bridge = Bridge(Events(), context, listen, steward=steward)
            configuration = Configuration().with_owner(
                Everything(bridge_port=port, public_key="public", **options)
            )
            for ident, key in ((1, KEY), (2, "other")):
                configuration = configuration.with_owner(Client(id=ident, key=key))
            bridge.apply(configuration)
            await asyncio.sleep(0)
            try:
                async with asyncio.timeout(20):
                    await body(bridge, steward, Target("127.0.0.1", port))
            finally:
                bridge.close()
                await asyncio.sleep(0.01)

    asyncio.run(bounded())


def wish(word: str, remark: str) -> bytes:
    return word.encode() + prefixed(
        b'{"Id":7,"Remark":"%s","Mode":"tcp","Ports":"22010-22012"}' % remark.encode()
    )
