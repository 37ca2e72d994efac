"""Says in the user's language what the floors below say as templates and values. Knows no widget."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from PySide6.QtCore import QCoreApplication, QObject

from npsgui.model.audit import Changes
from npsgui.model.entities import GLOBAL_KEY, Mode, OwnerKey, OwnerKind
from npsgui.model.errors import NpsError, begun
from npsgui.model.gate import Cause
from npsgui.model.units import Measured
from npsgui.model.views import Sentence, State
from npsgui.ui.amounts import units_shown
from npsgui.ui.setting_words import SettingWords

_APART = re.compile(r"{(\w+)} (?=[一-鿿])")
"""A value that stands apart from the Chinese behind it."""


class Sentences(QObject):
    """Templates are looked up under this class's name; one without a translation is shown in English.

    Words are looked up once: a search asks for those of ten thousand rows at each key. Another language
    comes with another window, and that with other Sentences.
    """

    def of(self, said: Sentence | NpsError) -> str:
        """A sentence or an error, translated, with its values in words."""
        values = said.values if isinstance(said, NpsError) else dict(said.values)
        template = QCoreApplication.translate("Sentences", said.template)
        told = {name: self._value(value) for name, value in values.items()}
        return begun(_closed_up(template, told), told)

    def state(self, state: State) -> str:
        """A state in a word."""
        return self._states[state]

    def kind(self, kind: OwnerKind) -> str:
        """A kind of owner in a word."""
        return self._kinds[kind]

    def mode(self, mode: Mode) -> str:
        """A kind of tunnel in a word."""
        return self._modes[mode]

    def owner(self, owner: OwnerKey) -> str:
        """An owner by its kind and id."""
        return self.kind(owner.kind) if owner == GLOBAL_KEY else f"{self.kind(owner.kind)} {owner.id}"

    def name(self, name: str, owner: OwnerKey) -> str:
        """What an owner is called: by its kind and id where ``name`` is empty, or says them in English."""
        return self.owner(owner) if name in ("", str(owner)) else name

    def cause(self, cause: Cause) -> str:
        """Why a session ended, in words."""
        return self._causes[cause]

    def _value(self, value: object) -> object:
        if isinstance(value, Sentence | NpsError):
            return self.of(value)
        if isinstance(value, OwnerKey):
            return self.owner(value)
        if isinstance(value, Measured):
            return value.in_units(units_shown())
        if isinstance(value, Mode):
            return self.mode(value)
        if isinstance(value, Changes):
            return self.tr(", ").join(map(self._settings.of, value.each))
        return self.kind(value) if isinstance(value, OwnerKind) else value

    @cached_property
    def _settings(self) -> SettingWords:
        return SettingWords(self._modes, self)

    @cached_property
    def _states(self) -> dict[State, str]:
        return {
            State.RUNNING: self.tr("running"),
            State.NEAR_QUOTA: self.tr("near quota"),
            State.THROTTLED: self.tr("throttled"),
            State.OVER_QUOTA: self.tr("over quota"),
            State.OUTSIDE_HOURS: self.tr("off hours"),
            State.EXPIRED: self.tr("expired"),
            State.STOPPED: self.tr("stopped"),
            State.FAILED: self.tr("failed"),
            State.OFFLINE: self.tr("offline"),
            State.WAITING: self.tr("not yet running"),
        }

    @cached_property
    def _kinds(self) -> dict[OwnerKind, str]:
        return {
            OwnerKind.GLOBAL: self.tr("everything"),
            OwnerKind.CLIENT: self.tr("client"),
            OwnerKind.TUNNEL: self.tr("tunnel"),
            OwnerKind.HOST: self.tr("host"),
        }

    @cached_property
    def _modes(self) -> dict[Mode, str]:
        return {
            Mode.TCP: "TCP",
            Mode.UDP: "UDP",
            Mode.SOCKS5: "SOCKS5",
            Mode.HTTP_PROXY: self.tr("HTTP proxy"),
            Mode.FILE: self.tr("Folder"),
            Mode.SECRET: self.tr("Secret"),
            Mode.P2P: "P2P",
            Mode.TCP_TRANS: self.tr("Transparent TCP"),
        }

    @cached_property
    def _causes(self) -> dict[Cause, str]:
        return {
            Cause.QUOTA: self.tr("quota used up"),
            Cause.CONNECTIONS: self.tr("connection limit reached"),
            Cause.EXPIRED: self.tr("expired"),
            Cause.DISABLED: self.tr("stopped"),
            Cause.HOURS: self.tr("outside its hours"),
            Cause.REMOVED: self.tr("removed"),
            Cause.TARGET: self.tr("target not reached"),
            Cause.CLOSED: self.tr("closed by you"),
            Cause.PEER: self.tr("ended"),
            Cause.SHUTDOWN: self.tr("npsgui was closed"),
            Cause.IDLE: self.tr("idle"),
            Cause.AGENT: self.tr("agent lost"),
            Cause.BLOCKED: self.tr("blocked"),
            Cause.UNREGISTERED: self.tr("not registered"),
        }


def _closed_up(template: str, values: Mapping[str, object]) -> str:
    """Chinese stands apart from letters and digits only: not from a value that ends otherwise."""
    return _APART.sub(
        lambda found: found[0] if str(values[found[1]])[-1:].isascii() else found[0].rstrip(), template
    )
