"""The certificates of hosts: files of the user's, or made here once and kept in the data folder."""

from __future__ import annotations

import importlib
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from npsgui.model.entities import SELF_SIGNED, Host
from npsgui.model.errors import NpsError

RENEW_AFTER = 790 * 86_400
"""A certificate made here is made anew when it is so old, s: a month before it ends."""


@dataclass(frozen=True, slots=True)
class Files:
    """A certificate chain and its key, as they were at a moment."""

    chain: Path
    key: Path | None
    changed: tuple[int, ...]
    """When each was written last, ns: a file that was renewed is read again."""


class Certificates:
    """Gives each host its certificate, ready for use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "certificates"
        self._ready: dict[Files, ssl.SSLContext] = {}

    def context(self, host: Host) -> ssl.SSLContext:
        """A server's TLS context with the host's certificate. Raises NpsError: with what is wrong with it."""
        try:
            files = self._files_of(host)
            context = self._ready.get(files)
            if context is None:
                context = self._ready[files] = _context(files)
        except ssl.SSLError as error:
            raise NpsError(
                "The certificate {path} cannot be used: {reason}.",
                path=host.certificate,
                reason=error.reason or str(error),
            ) from error
        except OSError as error:
            raise NpsError(
                "The certificate {path} cannot be read: {reason}.",
                path=error.filename or host.certificate,
                reason=error.strerror or str(error),
            ) from error
        except ValueError as error:  # no system has a file of that name
            raise NpsError(
                "The certificate {path} cannot be read: {reason}.", path=host.certificate, reason=str(error)
            ) from error
        return context

    def bridge(self) -> ssl.SSLContext:
        """The bridge's side of TLS within streams. Raises OSError: when its certificate cannot be kept.

        Agents do not check it, as npc does not: it keeps out who only listens. Source: nps-wire.md section 9.
        """
        path = self._folder / "@bridge.pem"  # no host has such a name
        try:
            return _context(_files(path, None))
        except (OSError, ssl.SSLError):
            _maker().make("npsgui-bridge", path)
            return _context(_files(path, None))

    def _files_of(self, host: Host) -> Files:
        if host.certificate == SELF_SIGNED:
            chain = self._folder / f"{host.host.lower().replace('*', '@')}.pem"
            if not chain.exists() or time.time() - chain.stat().st_mtime > RENEW_AFTER:
                _maker().make(host.host, chain)
            return _files(chain, None)
        return _files(Path(host.certificate), Path(host.certificate_key) if host.certificate_key else None)


def _maker() -> ModuleType:
    """Loads cryptography, which takes a while, and few need it."""
    return importlib.import_module("npsgui.app.self_signed")


def _files(chain: Path, key: Path | None) -> Files:
    return Files(chain, key, tuple(path.stat().st_mtime_ns for path in (chain, key) if path is not None))


def _context(files: Files) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(files.chain, files.key, password="")  # a key that asks for a password is refused
    return context
