"""Adds and edits a tunnel."""

from __future__ import annotations

from npsgui.model.entities import OwnerKind, Tunnel
from npsgui.model.errors import NotFound
from npsgui.ui.owner_form import Field, OwnerForm


class TunnelDialog(OwnerForm):
    """Edits one Tunnel: a Tunnel or nothing goes in, what was applied or None comes out."""

    async def ask(self, tunnel: Tunnel | None, client_id: int | None = None) -> Tunnel | None:
        """Show the dialog, for a new tunnel without one. Raises NotFound: without any client; NpsError."""
        configuration = self._program.configuration
        if not configuration.clients:
            raise NotFound("A tunnel belongs to a client; add a client first.")
        row = None
        if tunnel is None:
            client = client_id if client_id in configuration.clients else min(configuration.clients)
            owner = Tunnel(id=configuration.next_id(OwnerKind.TUNNEL), client=client or 0)
            title = self.tr("New tunnel")
            clients = list(configuration.clients.values())
        else:
            owner = tunnel
            title = self.tr("Edit {name}").format(name=tunnel.remark or self._sentences.owner(tunnel.owner))
            row = self._program.flow(tunnel.owner)
            clients = [configuration.clients[tunnel.client]]
        choices = tuple((str(one.id), one.remark or self._sentences.owner(one.owner)) for one in clients)
        fields = [
            Field(
                "client", self.tr("Client"), self.tr("Its limits hold for the tunnel, too"), choices=choices
            ),
            Field("remark", self.tr("Name"), self.tr("What you call this tunnel")),
            Field("bind", self.tr("Listens on"), self.tr("An address of this machine; empty means all")),
            Field("port", self.tr("Port"), self.tr("Like 8001, or 8001-8005,9000")),
            Field("targets", self.tr("Targets"), self.tr("host:port; several, with commas, take turns")),
            *self.limit_fields(row, owner),
        ]
        applied = await self.ask_about(owner, title, fields)
        return applied if isinstance(applied, Tunnel) else None
