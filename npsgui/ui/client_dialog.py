"""Adds and edits a client."""

from __future__ import annotations

from npsgui.app.program import new_key
from npsgui.model.entities import Client, OwnerKind
from npsgui.model.units import format_bytes
from npsgui.ui.owner_form import Field, OwnerForm


class ClientDialog(OwnerForm):
    """Edits one Client: a Client or nothing goes in, what was applied or None comes out."""

    async def ask(self, client: Client | None) -> Client | None:
        """Show the dialog, for a new client without one. Raises NpsError as ``Program.put``."""
        configuration = self._program.configuration
        used = self.tr("like 10GiB")
        if client is None:
            owner = Client(id=configuration.next_id(OwnerKind.CLIENT), key=new_key())
            title = self.tr("New client")
        else:
            owner = client
            title = self.tr("Edit {name}").format(name=client.remark or self._sentences.owner(client.owner))
            row = self._program.flow(client.owner)
            used = self.tr("like 10GiB; {used} are used").format(used=format_bytes(row.used))
        fields = [
            Field("remark", self.tr("Name"), self.tr("What you call this client")),
            Field("key", self.tr("Verify key"), self.tr("An agent signs in with it")),
            Field("quota", self.tr("Quota"), used),
            Field("rate", self.tr("Rate"), self.tr("Both directions together, like 512KiB/s")),
            Field("inlet_rate", self.tr("Inlet rate"), self.tr("From visitors to targets")),
            Field("export_rate", self.tr("Export rate"), self.tr("From targets to visitors")),
            Field("connections", self.tr("Connections"), self.tr("How many may be open at once")),
            Field("tunnels", self.tr("Tunnels"), self.tr("How many it may have")),
        ]
        applied = await self.ask_about(owner, title, fields)
        return applied if isinstance(applied, Client) else None
