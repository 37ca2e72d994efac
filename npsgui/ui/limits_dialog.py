"""Edits the limits of everything together."""

from __future__ import annotations

from npsgui.model.entities import GLOBAL_KEY, Everything
from npsgui.ui.owner_form import OwnerForm


class LimitsDialog(OwnerForm):
    """Edits the global owner."""

    async def ask(self) -> Everything | None:
        """Show the dialog; what was applied, or None. Raises NpsError as ``Program.put``."""
        everything = self._program.configuration.everything
        fields = self.limit_fields(self._program.flow(GLOBAL_KEY), everything)
        applied = await self.ask_about(everything, self.tr("Limits of everything"), fields)
        return applied if isinstance(applied, Everything) else None
