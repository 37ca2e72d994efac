"""What every test shares: no display is needed, and asyncio's debug mode is on where CI asks for it."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
