"""The desktop's keyring, where there is one: secrets under names, for this user alone.

It may ask the user to unlock it, so a call may take minutes: each runs on a thread of its own, which nobody
waits for at the end.
Never raises for what a keyring does: what it does not keep stays with who asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

SERVICE = "npsgui"

_ERRORS = (
    ("keyring.errors", "KeyringError"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney", "DBusErrorResponse"),
)
"""What keyring raises, and what it lets through of the libraries beneath it."""


class Vault(Protocol):
    """Where secrets are kept."""

    async def keep(self, name: str, secret: str) -> bool:
        """Keep a secret; whether it is kept."""

    async def find(self, name: str) -> str | None:
        """The secret of that name; None where it is not given out."""

    async def forget(self, name: str) -> None:
        """Keep it no longer, if it can be reached."""


class NoVault:
    """Where there is none."""

    async def keep(self, name: str, secret: str) -> bool:
        return False

    async def find(self, name: str) -> str | None:
        return None

    async def forget(self, name: str) -> None:
        pass


class Keyring:
    """Through the package keyring, which need not be installed (``npsgui[keyring]``)."""

    async def keep(self, name: str, secret: str) -> bool:
        return await _aside(lambda: _kept(name, secret)) or False

    async def find(self, name: str) -> str | None:
        return await _aside(lambda: _package().get_password(SERVICE, name))

    async def forget(self, name: str) -> None:
        await _aside(lambda: _package().delete_password(SERVICE, name))


def _package() -> Any:
    # loaded here, and on a thread: it looks through all distributions that are installed
    return importlib.import_module("keyring")


def _kept(name: str, secret: str) -> bool:
    keyring = _package()
    keyring.set_password(SERVICE, name, secret)
    # one of its kinds keeps nothing and says nothing
    return bool(keyring.get_password(SERVICE, name) == secret)


async def _aside(call: Callable[[], T]) -> T | None:
    """What ``call`` gives on a thread of its own; None where the keyring refuses or there is none."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T | None] = loop.create_future()

    def give(found: T | None) -> None:
        if not answer.done():
            answer.set_result(found)

    def run() -> None:
        found: T | None = None
        try:
            found = call()
        except ModuleNotFoundError:
            log.debug("The package keyring is not installed")
        except _errors() as error:
            log.info("The keyring refuses: %s", error)
        with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
            loop.call_soon_threadsafe(give, found)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await answer


def _errors() -> tuple[type[Exception], ...]:
    loaded = [(sys.modules[module], name) for module, name in _ERRORS if module in sys.modules]
    return OSError, RuntimeError, ValueError, *(getattr(module, name) for module, name in loaded)
