"""The alerts of a service, as the window attached to it holds them. The service's webhook posts them."""

from __future__ import annotations

from collections.abc import Callable

from npsgui.app.line import Line
from npsgui.model.alerts import AlertKind
from npsgui.model.entities import OwnerKey


class RemoteAlerts:
    """As ``Alerts``, done by the service."""

    def __init__(self, line: Callable[[], Line]) -> None:
        self._line = line

    async def snooze(self, kind: AlertKind, owner: OwnerKey, minutes: int) -> None:
        """Tell of it once more in so many minutes, if it is still so then. Raises NpsError."""
        await self._line().call("snooze_alert", {"kind": kind, "owner": owner, "minutes": minutes})

    async def try_webhook(self) -> None:
        """Post a test to the webhook. Raises NpsError: why it was not taken."""
        await self._line().call("try_webhook", {})
