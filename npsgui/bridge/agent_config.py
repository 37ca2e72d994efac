"""What an agent with a configuration file says on its ``conf`` connection. Pure: no clock, no socket.

Source: nps-wire.md section 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from npsgui.bridge.config_mode import DONE, KEY_LENGTH
from npsgui.bridge.conversation import Conversation
from npsgui.bridge.handshake import Errand, Purpose, greet_server, prefixed
from npsgui.bridge.knock import SECONDS
from npsgui.bridge.npc_conf import NpcConf
from npsgui.model.errors import ProtocolError

WISH_SECONDS: Final = 2.0
"""For each tunnel or host: the server writes it down, on a slow disk perhaps."""


def patience(conf: NpcConf) -> float:
    """Seconds that ``bring_tunnels`` may take: those of a handshake, and some for each wish."""
    return SECONDS + WISH_SECONDS * (len(conf.hosts) + len(conf.tunnels))


def bring_tunnels(conf: NpcConf, key: str) -> Conversation[str]:
    """Log in with ``key``, ask for everything in ``conf``; the key to go on with.

    Raises KeyRefused, and ProtocolError: refused.
    """
    yield from greet_server(key, Purpose(Errand.CONF))
    if (yield 1) == DONE:
        yield from _wish(b"conf", conf.client, "the client")
        key = (yield KEY_LENGTH).decode(errors="replace")
    for word, records in ((b"host", conf.hosts), (b"task", conf.tunnels)):
        for record in records:
            # NPS answers a byte for each port of a range: those beyond the first pass as later answers
            yield from _wish(word, record, record["Remark"])
    return key


def _wish(word: bytes, record: Mapping[str, Any], name: str) -> Conversation[None]:
    yield word + prefixed(msgspec.json.encode(record))
    if (yield 1) != DONE:
        raise ProtocolError(f"“{name}”")
