"""The shared HTTP and HTTPS ports, as the configuration wants them."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from npsgui.model.entities import PASS_THROUGH, SELF_SIGNED, Everything, Host, OwnerKey, Scheme
from npsgui.model.errors import BindFailed, NpsError
from npsgui.model.views import Sentence
from npsgui.relay.http.hosts import Contexts, HostsService
from npsgui.relay.http.routes import Routes
from npsgui.relay.shared import Shared

NO_PORT = Sentence("There is no shared port for it; set the HTTP or HTTPS port.")


@dataclass(frozen=True, slots=True)
class Place:
    """What cannot be edited without listening anew."""

    bind: str
    port: int


class SharedPorts:
    """Listens on each port that is set; says of a host why nobody can reach it."""

    def __init__(self, shared: Shared, contexts: Contexts) -> None:
        self._shared = shared
        self._contexts = contexts
        self._wanted: dict[str, Place] = {}
        self._open: dict[str, HostsService] = {}
        self._failed: dict[str, Sentence] = {}
        self._hosts: dict[OwnerKey, Host] = {}
        self._unreadable: dict[OwnerKey, Sentence] = {}
        """The hosts whose certificate cannot be read."""
        self._routes = Routes()

    def apply(self, everything: Everything, hosts: Sequence[Host]) -> None:
        """Listen where it is wanted, and route to these hosts."""
        ports = {"http": everything.http_port, "https": everything.https_port}
        before = self._wanted
        self._wanted = {scheme: Place(everything.http_bind, port) for scheme, port in ports.items() if port}
        self._routes = Routes(hosts)
        self._examine(hosts)
        for scheme, place in before.items():
            if self._wanted.get(scheme) != place:
                self._failed.pop(scheme, None)
                self._stop(scheme)
        for scheme in self._wanted:
            if scheme in self._open:
                self._open[scheme].routes = self._routes
            else:
                self._start(scheme)

    def retry(self) -> None:
        """Try the ports again that could not be opened, and the certificates that could not be read."""
        for scheme in list(self._failed):
            self._start(scheme)
        for owner in list(self._unreadable):
            self._try_certificate(self._hosts[owner])

    def listener(self, host: Host) -> Sentence | bool:
        """Whether visitors of ``host`` are listened for; why not."""
        schemes = ("http", "https") if host.scheme is Scheme.ALL else (host.scheme.value,)
        for scheme in schemes:
            if scheme in self._failed:
                return self._failed[scheme]
        if "https" in schemes and "https" in self._open and host.owner in self._unreadable:
            return self._unreadable[host.owner]
        return any(scheme in self._open for scheme in schemes) or NO_PORT

    def port(self, scheme: str) -> int:
        """The port that is open for ``scheme``. Raises KeyError."""
        return self._open[scheme].ports.first

    def close(self) -> None:
        """Listen no more."""
        self._wanted = {}
        for scheme in list(self._open):
            self._stop(scheme)

    def _examine(self, hosts: Sequence[Host]) -> None:
        """Read the certificate files that hosts did not have before."""
        before, self._hosts = self._hosts, {host.owner: host for host in hosts}
        for owner in before.keys() - self._hosts.keys():
            self._unreadable.pop(owner, None)
        for owner, host in self._hosts.items():
            files = _files_of(host)
            if owner not in before or files != _files_of(before[owner]):
                self._unreadable.pop(owner, None)
                if files is not None:
                    self._try_certificate(host)

    def _try_certificate(self, host: Host) -> None:
        with contextlib.suppress(NpsError):
            self._context(host)

    def _context(self, host: Host) -> ssl.SSLContext:
        """The host's certificate; what is wrong is its state until it can be read. Raises NpsError."""
        self._unreadable.pop(host.owner, None)
        try:
            return self._contexts(host)
        except NpsError as error:
            self._unreadable[host.owner] = Sentence.of(error)
            raise

    def _start(self, scheme: str) -> None:
        self._failed.pop(scheme, None)
        place = self._wanted[scheme]
        try:
            service = HostsService(self._shared, scheme, place.bind, place.port, self._context)
        except BindFailed as error:
            self._failed[scheme] = Sentence.of(error)
            return
        service.routes = self._routes
        self._open[scheme] = service

    def _stop(self, scheme: str) -> None:
        service = self._open.pop(scheme, None)
        if service is not None:
            service.close()


def _files_of(host: Host) -> tuple[str, str] | None:
    """The certificate files of a host; None when it needs none."""
    if host.scheme is Scheme.HTTP or host.certificate in (SELF_SIGNED, PASS_THROUGH):
        return None
    return host.certificate, host.certificate_key
