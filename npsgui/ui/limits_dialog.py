"""Edits what holds for everything together: the limits, and the ports that all hosts share."""

from __future__ import annotations

from npsgui.model.entities import GLOBAL_KEY, Everything
from npsgui.ui.bind_field import BindFields
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.inputs import Ports
from npsgui.ui.limit_fields import LimitFields
from npsgui.ui.limit_pages import LimitPages
from npsgui.ui.owner_form import OwnerForm


class LimitsDialog(OwnerForm):
    """Edits the global owner."""

    async def ask(self) -> Everything | None:
        """Show the dialog; what was applied, or None. Raises NpsError as ``Program.put``."""
        everything = self._program.configuration.everything
        none = self.tr("All hosts share it; empty is none")
        ports = (
            BindFields(self).field("http_bind", self.tr("Hosts listen on")),
            Field("http_port", self.tr("HTTP port"), none, make=Ports),
            Field("https_port", self.tr("HTTPS port"), none, make=Ports),
        )
        row = self._program.flow(GLOBAL_KEY)
        page = FormPage(
            self.tr("Ports and limits"),
            (ports, LimitFields(self._program.configuration, self).of(row, everything)),
        )
        pages = LimitPages(self._program, self._theme, row, self).of(everything)
        title = self.tr("Ports and limits of everything")
        applied = await self.ask_about(everything, title, page, self._agents(), *pages)
        return applied if isinstance(applied, Everything) else None

    def _agents(self) -> FormPage:
        """How agents connect."""
        port = (
            Field(
                "bridge_port",
                self.tr("Agents' port"),
                self.tr("Agents connect to it; empty is none"),
                make=Ports,
            ),
            BindFields(self).field("bridge_bind", self.tr("It listens on")),
            Field(
                "bridge_tls",
                self.tr("Encryption"),
                self.tr("npsgui's agent can do both, NPS's npc only the first"),
                choices=(
                    ("no", self.tr("As each client wants it")),
                    ("yes", self.tr("TLS for all that passes")),
                ),
            ),
        )
        rules = (
            Field(
                "public_key",
                self.tr("Public key"),
                self.tr("Lets agents in that bring a client of their own; empty lets none"),
            ),
            Field(
                "disconnect_timeout",
                self.tr("Missed pings"),
                self.tr(
                    "Five seconds apart; then an agent is taken for gone. One that is silent: after three"
                ),
            ),
            Field(
                "registered_only",
                self.tr("Visitors"),
                self.tr("Who has a key registers an address for some hours: npc register"),
                choices=(
                    ("no", self.tr("Anybody")),
                    ("yes", self.tr("Registered addresses only")),
                ),
            ),
        )
        return FormPage(self.tr("Agents"), (port, rules))
