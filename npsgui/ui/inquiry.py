"""A question whose answer takes a moment: what comes of the one asked last is shown, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from npsgui.model.errors import NpsError
from npsgui.tasks import spawn

T = TypeVar("T")


class Inquiry(Generic[T]):
    """Asks for ``widget``; an answer that comes after it is gone is dropped."""

    def __init__(
        self, widget: QObject, show: Callable[[T], None], fail: Callable[[NpsError], None] | None = None
    ) -> None:
        """``show`` gets an answer, ``fail`` an error; without it the last answer stands."""
        self._show, self._fail = show, fail
        self._key: Hashable = None
        self._asked = 0
        self._busy = False
        widget.destroyed.connect(self.drop)

    def ask(self, key: Hashable, question: Callable[[], Awaitable[T]]) -> None:
        """Ask; not again for the same ``key`` while it is on its way."""
        if self._busy and key == self._key:
            return
        self._key, self._busy = key, True
        self._asked += 1
        spawn(self._bring(self._asked, question), "inquiry")

    def drop(self) -> None:
        """What is on its way is wanted no more."""
        self._asked += 1
        self._busy = False

    async def _bring(self, asked: int, question: Callable[[], Awaitable[T]]) -> None:
        try:
            answer = await question()
        except NpsError as error:
            if asked == self._asked:
                self._busy = False
                if self._fail is not None:
                    self._fail(error)
            return
        if asked == self._asked:
            self._busy = False
            self._show(answer)
