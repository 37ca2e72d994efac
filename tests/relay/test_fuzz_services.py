"""Random bytes from visitors and targets against running services of every kind, over real sockets."""

from __future__ import annotations

import struct

from npsgui.model.entities import Mode, OwnerKey, OwnerKind

QUOTA = 1 << 20
GLOBAL = OwnerKey(OwnerKind.GLOBAL, 0)
RESET = struct.pack("ii", 1, 0)
MODES = (Mode.TCP, Mode.SOCKS5, Mode.HTTP_PROXY, Mode.FILE, Mode.UDP)
