"""Adds and edits a host: where visitors find it, and what becomes of their requests."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from npsgui.model.entities import PASS_THROUGH, SELF_SIGNED, Host, Owner, OwnerKind, Scheme
from npsgui.ui.field_rows import Field, FormPage
from npsgui.ui.help_dialog import Topic
from npsgui.ui.inputs import Browse, ChoiceOr, Input, Lines, PathInput
from npsgui.ui.limit_fields import LimitFields
from npsgui.ui.limit_hints import Hint
from npsgui.ui.limit_pages import LimitPages
from npsgui.ui.owned_form import OwnedForm


class HostDialog(OwnedForm):
    """Edits one Host: a Host or nothing goes in, what was applied or None comes out."""

    topic = Topic.HOSTS

    async def ask(self, host: Host | None, client_id: int | None = None) -> Host | None:
        """Show the dialog, for a new host without one. Raises NotFound: without any client; NpsError."""
        if host is None:
            client = self.client_for(client_id)
            host = Host(id=self._program.configuration.next_id(OwnerKind.HOST), client=client)
        row = self.row_of(host.owner)
        place = FormPage(
            self.tr("Host"), (self._place(host), LimitFields(self._program.configuration, self).of(row, host))
        )
        requests = FormPage(self.tr("Requests"), (self._safety(), self._changes()))
        pages = LimitPages(self._program, self._theme, row, self).of(host)
        applied = await self.ask_about(host, self.title_of(host), place, requests, *pages)
        return applied if isinstance(applied, Host) else None

    def _place(self, host: Host) -> list[Field]:
        schemes = (
            (Scheme.ALL, self.tr("HTTP and HTTPS")),
            (Scheme.HTTP, self.tr("HTTP only")),
            (Scheme.HTTPS, self.tr("HTTPS only")),
        )
        return [
            self.client_field(host),
            Field("remark", self.tr("Name"), self.tr("What you call this host")),
            Field("host", self.tr("Host name"), self.tr("Like nas.example.org, or *.example.org")),
            Field("location", self.tr("Location"), self.tr("Paths that begin so; the longest wins")),
            Field("scheme", self.tr("Scheme"), choices=schemes, advise=self._advise_scheme),
            self.targets_field(),
            self.via_field(),
        ]

    def _safety(self) -> list[Field]:
        return [
            Field(
                "certificate",
                self.tr("Certificate"),
                make=self._certificate,
                advise=self._advise_certificate,
                when=_is_secure,
            ),
            Field(
                "certificate_key",
                self.tr("Key file"),
                self.tr("PEM; empty where it is in the same file"),
                make=partial(PathInput, browse=Browse.FILE),
                when=_has_files,
            ),
            self.accounts_field(),
        ]

    def _changes(self) -> list[Field]:
        return [
            Field(
                "host_change",
                self.tr("Host change"),
                self.tr("The host that the target is told; empty: the visitor's"),
                when=_is_read,
            ),
            Field(
                "headers",
                self.tr("Headers"),
                self.tr("Name: value, one a line, in place of the visitor's"),
                make=partial(Lines, commas=False, rows=6),
                when=_is_read,
            ),
        ]

    def _certificate(self, text: str, parent: QWidget) -> Input:
        choices = (
            (SELF_SIGNED, self.tr("Self-signed, made by npsgui")),
            (PASS_THROUGH, self.tr("The target's own, passed through")),
        )
        return ChoiceOr(text, choices, self.tr("A file"), parent, Browse.FILE)

    def _advise_certificate(self, owner: Owner) -> Hint:
        assert isinstance(owner, Host)
        if owner.certificate == SELF_SIGNED:
            return Hint(self.tr("Visitors' browsers warn until they are told to trust it"))
        if owner.certificate == PASS_THROUGH:
            return Hint(self.tr("HTTPS is carried as it is: nothing is changed in it, nobody is asked"))
        return Hint(self.tr("PEM, with the whole chain"))

    def _advise_scheme(self, owner: Owner) -> Hint:
        """Warn where the shared port is not there."""
        assert isinstance(owner, Host)
        everything = self._program.configuration.everything
        ports = {
            Scheme.ALL: everything.http_port or everything.https_port,
            Scheme.HTTP: everything.http_port,
            Scheme.HTTPS: everything.https_port,
        }
        if not ports[owner.scheme]:
            return Hint(self.tr("The port for it is not set yet; set it on the Hosts page."), warns=True)
        named = (("HTTP", everything.http_port), ("HTTPS", everything.https_port))
        return Hint(", ".join(f"{name} {port}" for name, port in named if port))


def _is_secure(owner: Owner) -> bool:
    return isinstance(owner, Host) and owner.scheme is not Scheme.HTTP


def _has_files(owner: Owner) -> bool:
    return _is_secure(owner) and getattr(owner, "certificate", "") not in (SELF_SIGNED, PASS_THROUGH)


def _is_read(owner: Owner) -> bool:
    """Whether requests are read at all: not where all of them pass through."""
    return isinstance(owner, Host) and (owner.scheme, owner.certificate) != (Scheme.HTTPS, PASS_THROUGH)
