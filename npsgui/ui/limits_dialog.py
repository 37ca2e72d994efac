"""Edits what holds for everything together: the limits, and the ports that all hosts share."""

from __future__ import annotations

from npsgui.model.entities import GLOBAL_KEY, Everything
from npsgui.ui.bind_field import BindFields
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.inputs import Ports
from npsgui.ui.limit_pages import LimitPages
from npsgui.ui.owner_form import OwnerForm


class LimitsDialog(OwnerForm):
    """Edits the global owner."""

    async def ask(self) -> Everything | None:
        """Show the dialog; what was applied, or None. Raises NpsError as ``Program.put``."""
        everything = self._program.configuration.everything
        none, agents = (
            self.tr("All hosts share it; empty is none"),
            self.tr("Agents connect to it; empty is none"),
        )
        ports = (
            BindFields(self).field("http_bind", self.tr("Hosts listen on")),
            Field("http_port", self.tr("HTTP port"), none, make=Ports),
            Field("https_port", self.tr("HTTPS port"), none, make=Ports),
            Field("bridge_port", self.tr("Agents' port"), agents, make=Ports),
        )
        row = self._program.flow(GLOBAL_KEY)
        page = FormPage(self.tr("Ports and limits"), (ports, self.limit_fields(row, everything)))
        pages = LimitPages(self._program.configuration, self._theme, row, self).of(everything)
        title = self.tr("Ports and limits of everything")
        applied = await self.ask_about(everything, title, page, *pages)
        return applied if isinstance(applied, Everything) else None
