"""Adds and edits a tunnel. Which fields there are follows from its kind."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from functools import partial

from npsgui.model.entities import Mode, Owner, OwnerKind, Tunnel
from npsgui.model.listening import PORTLESS_MODES, TARGETED_MODES
from npsgui.model.rules import RUNNING_MODES, unsupported
from npsgui.model.views import FlowRow
from npsgui.ui.bind_field import BindFields
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.help_dialog import Topic
from npsgui.ui.inputs import Browse, PathInput, Ports
from npsgui.ui.limit_fields import LimitFields
from npsgui.ui.limit_hints import Hint
from npsgui.ui.limit_pages import LimitPages
from npsgui.ui.owned_form import PROXY_MODES, OwnedForm

_LISTENING = frozenset(Mode) - PORTLESS_MODES
_FILES = frozenset({Mode.FILE})


class TunnelDialog(OwnedForm):
    """Edits one Tunnel: a Tunnel or nothing goes in, what was applied or None comes out."""

    topic = Topic.TUNNELS

    async def ask(self, tunnel: Tunnel | None, client_id: int | None = None) -> Tunnel | None:
        """Show the dialog, for a new tunnel without one. Raises NotFound: without any client; NpsError."""
        if tunnel is None:
            client = self.client_for(client_id)
            tunnel = Tunnel(id=self._program.configuration.next_id(OwnerKind.TUNNEL), client=client)
        row = self.row_of(tunnel.owner)
        page = FormPage(self.tr("Tunnel"), (self._facts(tunnel), self._allowed(row, tunnel)))
        pages = LimitPages(self._program, self._theme, row, self).of(tunnel)
        applied = await self.ask_about(tunnel, self.title_of(tunnel), page, *pages)
        return applied if isinstance(applied, Tunnel) else None

    def _facts(self, tunnel: Tunnel) -> list[Field]:
        kinds = [mode for mode in Mode if mode in RUNNING_MODES or mode is tunnel.mode]
        names = tuple((str(mode), self._sentences.mode(mode)) for mode in kinds)
        bind = BindFields(self).field("bind", self.tr("Listens on"))
        return [
            self.client_field(tunnel),
            Field("mode", self.tr("Kind"), choices=names, advise=self._advise_mode),
            Field("remark", self.tr("Name"), self.tr("What you call this tunnel")),
            _only(_LISTENING, bind),
            _only(_LISTENING, Field("port", self.tr("Ports"), make=Ports, advise=self._advise_ports)),
            _only(TARGETED_MODES | PORTLESS_MODES, self.targets_field()),
            _only(
                _FILES,
                Field(
                    "folder",
                    self.tr("Folder"),
                    make=partial(PathInput, browse=Browse.FOLDER),
                    advise=self._advise_folder,
                ),
            ),
            _only(
                _FILES,
                Field("strip", self.tr("Left out"), self.tr("Every path begins with it, like /files")),
            ),
            _only(
                {Mode.SECRET},
                Field("password", self.tr("Password"), advise=self._advise_password),
            ),
            self.via_field(),
        ]

    def _allowed(self, row: FlowRow | None, tunnel: Tunnel) -> list[Field]:
        """How much it may carry, and for whom."""
        return [
            *LimitFields(self._program.configuration, self).of(row, tunnel),
            _only({Mode.UDP}, Field("idle", self.tr("Idle time"), self.tr("Seconds; then the session ends"))),
            _only(PROXY_MODES | _FILES, self.accounts_field()),
        ]

    def _advise_mode(self, owner: Owner) -> Hint:
        assert isinstance(owner, Tunnel)
        said = {
            Mode.TCP: self.tr("Carries connections to a target"),
            Mode.UDP: self.tr("Carries datagrams to a target and back"),
            Mode.SOCKS5: self.tr("Visitors say where they want to go"),
            Mode.HTTP_PROXY: self.tr("Visitors say where they want to go"),
            Mode.FILE: self.tr("Visitors read a folder with their browser"),
            Mode.SECRET: self.tr("Reached through an agent that knows the password"),
        }.get(owner.mode)
        return Hint(said) if said is not None else self._missing(owner, "")

    def _advise_ports(self, owner: Owner) -> Hint:
        assert isinstance(owner, Tunnel)
        if len(owner.ports) > 1:
            return Hint(self.tr("{count} ports of one tunnel").format(count=f"{len(owner.ports):,}"))
        return Hint(self.tr("Like 8001, or 8001-8005,9000"))

    def _advise_folder(self, owner: Owner) -> Hint:
        return self._missing(owner, self.tr("All that is in it can be read, and nothing else"))

    def _advise_password(self, owner: Owner) -> Hint:
        return self._missing(owner, self.tr("Visitors' agents name it; no two are alike"))

    def _missing(self, owner: Owner, otherwise: str) -> Hint:
        missing = unsupported(owner)
        return Hint(otherwise) if missing is None else Hint(self._sentences.of(missing), warns=True)


def _only(modes: Set[Mode], field: Field) -> Field:
    """The field for tunnels of these kinds alone."""

    def when(owner: Owner) -> bool:
        return isinstance(owner, Tunnel) and owner.mode in modes

    return replace(field, when=when)
