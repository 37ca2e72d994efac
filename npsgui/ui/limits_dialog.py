"""Edits the limits of everything together."""

from __future__ import annotations

from npsgui.model.entities import GLOBAL_KEY, Everything
from npsgui.model.units import format_bytes, format_rate
from npsgui.ui.owner_form import Field, OwnerForm


class LimitsDialog(OwnerForm):
    """Edits the global owner."""

    async def ask(self) -> Everything | None:
        """Show the dialog; what was applied, or None. Raises NpsError as ``Program.put``."""
        now = self._program.flow(GLOBAL_KEY)
        fields = [
            Field("quota", self.tr("Quota"), self.tr("{used} are used").format(used=format_bytes(now.used))),
            Field("rate", self.tr("Rate"), self.tr("Both directions together, like 512KiB/s")),
            Field(
                "inlet_rate",
                self.tr("Inlet rate"),
                self.tr("now {rate}").format(rate=format_rate(now.inlet_now)),
            ),
            Field(
                "export_rate",
                self.tr("Export rate"),
                self.tr("now {rate}").format(rate=format_rate(now.export_now)),
            ),
            Field("sessions", self.tr("Connections"), self.tr("{count} open").format(count=now.connections)),
        ]
        everything = self._program.configuration.everything
        applied = await self.ask_about(everything, self.tr("Limits of everything"), fields)
        return applied if isinstance(applied, Everything) else None
