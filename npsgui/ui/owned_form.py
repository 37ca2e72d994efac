"""What the dialogs of tunnels and hosts have in common: the client, the targets, the accounts, who dials."""

from __future__ import annotations

from functools import partial

from npsgui.model.entities import Host, Mode, Owner, OwnerKey, OwnerKind, Tunnel, Via
from npsgui.model.errors import NotFound
from npsgui.model.listening import is_loopback
from npsgui.model.views import FlowRow
from npsgui.ui.field_rows import Field
from npsgui.ui.inputs import Lines
from npsgui.ui.limit_hints import Hint
from npsgui.ui.ordered_lines import OrderedLines
from npsgui.ui.owner_form import OwnerForm

PROXY_MODES = frozenset({Mode.SOCKS5, Mode.HTTP_PROXY})


class OwnedForm(OwnerForm):
    """Edits what belongs to a client."""

    def client_for(self, wanted: int | None) -> int:
        """The client that a new owner is offered to. Raises NotFound: when there is none."""
        clients = self._program.configuration.clients
        if not clients:
            raise NotFound("Tunnels and hosts belong to a client; add a client first.")
        return min(clients) if wanted is None or wanted not in clients else wanted

    def row_of(self, owner: OwnerKey) -> FlowRow | None:
        """What it has used; None for one that is not there yet."""
        known = self._program.configuration.of_kind(owner.kind)
        return self._program.flow(owner) if any(one.owner == owner for one in known) else None

    def client_field(self, owner: Tunnel | Host) -> Field:
        """Whose it is: a choice while it is new."""
        known = self.row_of(owner.owner) is not None
        clients = [
            one for one in self._program.configuration.clients.values() if one.id == owner.client or not known
        ]
        return Field(
            "client",
            self.tr("Client"),
            self.tr("Its limits hold here, too"),
            choices=tuple((str(one.id), self._sentences.name(one.remark, one.owner)) for one in clients),
        )

    def via_field(self) -> Field:
        """Who connects to the targets."""
        return Field(
            "via",
            self.tr("Connects from"),
            choices=((Via.LOCAL, self.tr("This computer")), (Via.AGENT, self.tr("The client's agent"))),
            advise=self._advise_via,
        )

    def targets_field(self) -> Field:
        """Where it leads."""
        return Field("targets", self.tr("Targets"), make=OrderedLines, advise=self._advise_targets)

    def accounts_field(self) -> Field:
        """Who may use it."""
        return Field(
            "accounts", self.tr("Accounts"), make=partial(Lines, rows=3), advise=self._advise_accounts
        )

    def _advise_via(self, owner: Owner) -> Hint:
        assert isinstance(owner, Tunnel | Host)
        goal = owner.mode if isinstance(owner, Tunnel) else Mode.TCP
        if owner.via is Via.LOCAL and goal in PROXY_MODES:
            return Hint(self.tr("Visitors reach all that this computer reaches"))
        if owner.via is Via.LOCAL and goal is Mode.FILE:
            return Hint(self.tr("The folder is one of this computer"))
        if owner.via is Via.LOCAL:
            return Hint(self.tr("It must reach the targets itself"))
        return Hint(self.tr("From the computer that the agent runs on"))

    def _advise_targets(self, owner: Owner) -> Hint:
        assert isinstance(owner, Tunnel | Host)
        ports = owner.ports if isinstance(owner, Tunnel) else ()
        if len(ports) > 1 and len(ports) == len(owner.targets):
            return Hint(self.tr("Each of the {count} ports leads to its own").format(count=len(ports)))
        if len(ports) > 1 and len(owner.targets) == 1:
            return Hint(self.tr("All {count} ports lead there").format(count=len(ports)))
        if len(owner.targets) > 1:
            return Hint(self.tr("They take turns in this order; drag a line, or Alt+Up and Alt+Down"))
        return Hint(self.tr("host:port, one a line; several take turns"))

    def _advise_accounts(self, owner: Owner) -> Hint:
        assert isinstance(owner, Tunnel | Host)
        client = self._program.configuration.clients.get(owner.client)
        if owner.accounts:
            return Hint(self.tr("user:password, one a line"))
        if client is not None and client.accounts:
            return Hint(self.tr("user:password, one a line; without any, those of the client hold"))
        if isinstance(owner, Tunnel) and owner.mode in PROXY_MODES and not is_loopback(owner.bind):
            return Hint(self.tr("Whoever can connect may use this proxy: give it accounts."), warns=True)
        return Hint(self.tr("user:password, one a line; without any, nobody is asked"))

    def title_of(self, owner: Tunnel | Host) -> str:
        """What the dialog is called."""
        if self.row_of(owner.owner) is not None:
            return self.tr("Edit {name}").format(name=self._sentences.name(owner.remark, owner.owner))
        return self.tr("New tunnel") if owner.owner.kind is OwnerKind.TUNNEL else self.tr("New host")
