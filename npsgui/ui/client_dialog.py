"""Adds and edits a client."""

from __future__ import annotations

from npsgui.app.keys import new_key
from npsgui.model.entities import Client, Owner, OwnerKind
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.help_dialog import Topic
from npsgui.ui.inputs import Lines
from npsgui.ui.limit_fields import LimitFields
from npsgui.ui.limit_hints import Hint
from npsgui.ui.limit_pages import LimitPages
from npsgui.ui.owner_form import OwnerForm


class ClientDialog(OwnerForm):
    """Edits one Client: a Client or nothing goes in, what was applied or None comes out."""

    topic = Topic.CLIENTS

    async def ask(self, client: Client | None) -> Client | None:
        """Show the dialog, for a new client without one. Raises NpsError as ``Program.put``."""
        configuration = self._program.configuration
        owner = client or Client(id=configuration.next_id(OwnerKind.CLIENT), key=new_key())
        if client is None or client.id not in configuration.clients:
            title, row = self.tr("New client"), None
        else:
            row = self._program.flow(client.owner)
            title = self.tr("Edit {name}").format(name=self._sentences.name(client.remark, client.owner))
        facts = [
            Field("remark", self.tr("Name"), self.tr("What you call this client")),
            Field("key", self.tr("Verify key"), self.tr("An agent signs in with it")),
            Field(
                "crypt",
                self.tr("Agent's line"),
                advise=self._advise_line,
                choices=(("no", self.tr("Plain")), ("yes", self.tr("Encrypted"))),
                beside=Field(
                    "compress",
                    self.tr("Compression"),
                    choices=(("no", self.tr("As it is")), ("yes", self.tr("Compressed"))),
                ),
            ),
            Field(
                "config_allowed",
                self.tr("Its own tunnels"),
                self.tr("Whether its agent may bring some in its configuration file"),
                choices=(("yes", self.tr("Allowed")), ("no", self.tr("Not allowed"))),
            ),
            Field(
                "accounts",
                self.tr("Accounts"),
                self.tr("user:password, one a line; for its proxies and hosts that have none of their own"),
                make=Lines,
            ),
        ]
        page = FormPage(
            self.tr("Client"), (facts, LimitFields(self._program.configuration, self).of(row, owner))
        )
        pages = LimitPages(self._program, self._theme, row, self).of(owner)
        applied = await self.ask_about(owner, title, page, *pages)
        return applied if isinstance(applied, Client) else None

    def _advise_line(self, owner: Owner) -> Hint:
        assert isinstance(owner, Client)
        if owner.crypt and owner.compress:
            return Hint(self.tr("What is encrypted is not compressed, as in NPS"))
        return Hint(self.tr("Between this computer and its agent"))
