"""The program's sentences and words in the user's language. Knows no widget.

The floors below speak English templates; ``TEMPLATES`` lists them for translation.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject

from npsgui.model.entities import OwnerKey, OwnerKind
from npsgui.model.errors import NpsError
from npsgui.model.gate import Cause
from npsgui.model.views import Sentence, State

TEMPLATES = (
    QT_TRANSLATE_NOOP("Sentences", "A client needs a key."),
    QT_TRANSLATE_NOOP("Sentences", "A host needs a target, like 127.0.0.1:8080."),
    QT_TRANSLATE_NOOP("Sentences", "A key has no spaces around it and no control characters."),
    QT_TRANSLATE_NOOP("Sentences", "A limit cannot be negative."),
    QT_TRANSLATE_NOOP("Sentences", "A location begins with “/”."),
    QT_TRANSLATE_NOOP("Sentences", "A port is a number from 1 to 65535, or 0 for none."),
    QT_TRANSLATE_NOOP("Sentences", "A port is a number from 1 to 65535."),
    QT_TRANSLATE_NOOP("Sentences", "A tunnel needs a target, like 127.0.0.1:8080."),
    QT_TRANSLATE_NOOP("Sentences", "A tunnel or host stays with its client, so that the books stay right."),
    QT_TRANSLATE_NOOP("Sentences", "A {kind} has no “{name}”; it has: {words}."),
    QT_TRANSLATE_NOOP("Sentences", "Another npsgui uses the folder {folder}."),
    QT_TRANSLATE_NOOP("Sentences", "At most {length} characters."),
    QT_TRANSLATE_NOOP("Sentences", "Client {id} may have {count} tunnels and has them."),
    QT_TRANSLATE_NOOP("Sentences", "Client {id} “{remark}” has this key."),
    QT_TRANSLATE_NOOP("Sentences", "Hosts on a shared HTTP port do not run in this version."),
    QT_TRANSLATE_NOOP("Sentences", "Only clients, tunnels and hosts are added."),
    QT_TRANSLATE_NOOP("Sentences", "Only clients, tunnels and hosts are started and stopped."),
    QT_TRANSLATE_NOOP("Sentences", "Port {port} is taken by tunnel {id} “{remark}”."),
    QT_TRANSLATE_NOOP("Sentences", "Port {port} needs administrator rights; use one from 1024 to 65535."),
    QT_TRANSLATE_NOOP("Sentences", "Port {port} on {address} cannot be opened: {reason}."),
    QT_TRANSLATE_NOOP("Sentences", "Port {port} on {address} is in use."),
    QT_TRANSLATE_NOOP("Sentences", "Stopped: {owner}."),
    QT_TRANSLATE_NOOP("Sentences", "Target {target} cannot be reached: {reason}."),
    QT_TRANSLATE_NOOP("Sentences", "Target {target} did not answer within {seconds} s."),
    QT_TRANSLATE_NOOP("Sentences", "Target {target} refused the connection."),
    QT_TRANSLATE_NOOP("Sentences", "Targets behind an agent do not run in this version."),
    QT_TRANSLATE_NOOP("Sentences", "The connection limit of {owner} is reached."),
    QT_TRANSLATE_NOOP("Sentences", "The control socket {path} cannot be opened: {reason}."),
    QT_TRANSLATE_NOOP("Sentences", "The data folder {folder} cannot be written: {reason}."),
    QT_TRANSLATE_NOOP("Sentences", "The disk that holds {path} is full; make room on it."),
    QT_TRANSLATE_NOOP("Sentences", "The folder {folder} is not this user's alone."),
    QT_TRANSLATE_NOOP("Sentences", "The global limits cannot be removed."),
    QT_TRANSLATE_NOOP(
        "Sentences", "The ledger was damaged. It was set aside as {path}, and a new one was begun."
    ),
    QT_TRANSLATE_NOOP("Sentences", "The ledger {path} cannot be read or written: {detail}."),
    QT_TRANSLATE_NOOP("Sentences", "The ledger's file is damaged: {detail}."),
    QT_TRANSLATE_NOOP("Sentences", "The name of target {target} is not known."),
    QT_TRANSLATE_NOOP("Sentences", "The npsgui that uses {folder} does not answer."),
    QT_TRANSLATE_NOOP(
        "Sentences", "The number of sessions needs a limit, so that a flood costs refusals, not memory."
    ),
    QT_TRANSLATE_NOOP("Sentences", "The port of “{text}” must be from 1 to 65535."),
    QT_TRANSLATE_NOOP("Sentences", "The quota of {owner} is used up."),
    QT_TRANSLATE_NOOP(
        "Sentences",
        "The sequence is broken: the last flush is {number}, the log ends with {last} and holds {count}.",
    ),
    QT_TRANSLATE_NOOP("Sentences", "The time of {owner} is over."),
    QT_TRANSLATE_NOOP("Sentences", "There are minutes of row {row}, which no owner has."),
    QT_TRANSLATE_NOOP("Sentences", "There is no client {id}."),
    QT_TRANSLATE_NOOP("Sentences", "There is no {owner} in the ledger."),
    QT_TRANSLATE_NOOP("Sentences", "There is no {owner}."),
    QT_TRANSLATE_NOOP("Sentences", "This limit is too large."),
    QT_TRANSLATE_NOOP("Sentences", "This machine has no address {address}."),
    QT_TRANSLATE_NOOP("Sentences", "Tunnels of the kind {mode} do not run in this version."),
    QT_TRANSLATE_NOOP("Sentences", "Write an IPv6 target as [address]:port, not “{text}”."),
    QT_TRANSLATE_NOOP("Sentences", "npsgui is not running."),
    QT_TRANSLATE_NOOP(
        "Sentences", "{inlet} in and {export} out, counted since {since}, could not be saved. {reason}"
    ),
    QT_TRANSLATE_NOOP(
        "Sentences",
        "{path} cannot be opened and written ({detail}); make it and its folder writable for you.",
    ),
    QT_TRANSLATE_NOOP("Sentences", "{path} is locked by another program; close that program."),
    QT_TRANSLATE_NOOP(
        "Sentences", "{path} was written by a newer npsgui (its revision is {revision}); start that one."
    ),
    QT_TRANSLATE_NOOP("Sentences", "{path} was written by another program; start npsgui again."),
    QT_TRANSLATE_NOOP("Sentences", "{tunnel} has no target."),
    QT_TRANSLATE_NOOP("Sentences", "“{bind}” is not an address of an interface."),
    QT_TRANSLATE_NOOP("Sentences", "“{host}” is not a host name."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is neither yes nor no."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is none of: {words}."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is not a rate; write it like 512KiB/s, 10MiB/s or 0."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is not a size; write it like 10GiB, 512KiB or 0."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is not a target; write it like 127.0.0.1:8080."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is not a time; write it like 2026-11-23T14:00:00Z."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is not a whole number."),
    QT_TRANSLATE_NOOP("Sentences", "“{text}” is too large."),
)


class Sentences(QObject):
    """Says what the floors below mean, in the language that is in force."""

    def of(self, said: Sentence | NpsError) -> str:
        """A sentence or an error, with its values put in."""
        values = dict(said.values)
        words = {name: self._word(value) for name, value in values.items()}
        template = self.tr(said.template)
        return template.format(**words) if words else template

    def state(self, state: State) -> str:
        """The word of a state."""
        return {
            State.RUNNING: self.tr("running"),
            State.NEAR_QUOTA: self.tr("near quota"),
            State.OVER_QUOTA: self.tr("over quota"),
            State.EXPIRED: self.tr("expired"),
            State.STOPPED: self.tr("stopped"),
            State.FAILED: self.tr("failed"),
            State.WAITING: self.tr("not yet running"),
        }[state]

    def kind(self, kind: OwnerKind) -> str:
        """The word of a kind of owner."""
        return {
            OwnerKind.GLOBAL: self.tr("everything"),
            OwnerKind.CLIENT: self.tr("client"),
            OwnerKind.TUNNEL: self.tr("tunnel"),
            OwnerKind.HOST: self.tr("host"),
        }[kind]

    def owner(self, owner: OwnerKey) -> str:
        """The kind and number of an owner: ``client 3``."""
        word = self.kind(owner.kind)
        return (
            word if owner.kind is OwnerKind.GLOBAL else self.tr("{kind} {id}").format(kind=word, id=owner.id)
        )

    def cause(self, cause: Cause) -> str:
        """Why a session ended or a visitor was refused, in a word or two."""
        return {
            Cause.QUOTA: self.tr("quota used up"),
            Cause.CONNECTIONS: self.tr("too many connections"),
            Cause.EXPIRED: self.tr("expired"),
            Cause.DISABLED: self.tr("stopped"),
            Cause.REMOVED: self.tr("removed"),
            Cause.TARGET: self.tr("target failed"),
            Cause.CLOSED: self.tr("closed by you"),
            Cause.PEER: self.tr("ended"),
            Cause.SHUTDOWN: self.tr("npsgui ended"),
            Cause.STALLED: self.tr("stalled"),
        }[cause]

    def _word(self, value: object) -> object:
        if isinstance(value, OwnerKey):
            return self.owner(value)
        return self.of(value) if isinstance(value, Sentence | NpsError) else value
