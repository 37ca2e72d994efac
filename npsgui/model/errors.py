"""The errors that a user may read. Pure: no clock, no socket, no Qt.

Every sentence is a template and its values, so that the window can show it in the user's language:
``ui/sentences.py`` lists the templates for translation and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping


class NpsError(Exception):
    """One plain sentence that a user may read, in English; ``template`` and ``values`` are its parts."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(begun(template, values))
        self.template = template
        self.values = values


def begun(template: str, values: Mapping[str, object]) -> str:
    """``template`` with ``values``; a sentence that begins with its owner begins with a capital letter."""
    said = template.format(**values) if values else template
    is_sentence = template.startswith("{owner}") and template.endswith((".", ". {reason}"))
    return said[:1].upper() + said[1:] if is_sentence else said


LONGEST_ECHO = 1000
"""Characters of what was typed that a sentence repeats, at most."""


class FieldError(NpsError):
    """A value that a field does not accept. ``field`` is the word of the field: ``quota``, ``port``."""

    def __init__(self, field: str, template: str, **values: object) -> None:
        super().__init__(template, **{name: _shortened(value) for name, value in values.items()})
        self.field = field


def _shortened(value: object) -> object:
    if isinstance(value, str) and len(value) > LONGEST_ECHO:
        return value[:LONGEST_ECHO] + "…"
    return value


class BindFailed(NpsError):
    """A port that cannot be listened on, or a folder that it cannot serve."""


class TargetUnreachable(NpsError):
    """No target of a tunnel could be connected to."""


class AgentLost(NpsError):
    """An agent's login has ended, and every stream through it."""


class LedgerError(NpsError):
    """The ledger cannot be opened, read or written."""


class NotFound(NpsError):
    """An owner or a session that does not exist, or no longer does."""


class ImportFailed(NpsError):
    """A configuration folder that cannot be taken; nothing of it was."""


class AlreadyRunning(NpsError):
    """Another npsgui holds the data folder."""


class ProtocolError(Exception):
    """A peer broke its protocol: logged at info, ends that session only."""
