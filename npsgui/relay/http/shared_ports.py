"""The shared HTTP and HTTPS ports, as the configuration wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from npsgui.model.entities import Everything, Host, Scheme
from npsgui.model.errors import BindFailed
from npsgui.model.views import Sentence
from npsgui.relay.http.hosts import Contexts, HostsService
from npsgui.relay.http.routes import Routes
from npsgui.relay.shared import Shared

NO_PORT = Sentence("There is no shared port for it; set the HTTP or HTTPS port for all hosts.")


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
        self._routes = Routes()

    def apply(self, everything: Everything, hosts: Sequence[Host]) -> None:
        """Listen where it is wanted, and route to these hosts."""
        ports = {"http": everything.http_port, "https": everything.https_port}
        before = self._wanted
        self._wanted = {scheme: Place(everything.http_bind, port) for scheme, port in ports.items() if port}
        self._routes = Routes(hosts)
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
        """Try the ports again that could not be opened."""
        for scheme in list(self._failed):
            self._start(scheme)

    def listener(self, host: Host) -> Sentence | bool:
        """Whether visitors of ``host`` are listened for; why not."""
        schemes = ("http", "https") if host.scheme is Scheme.ALL else (host.scheme.value,)
        for scheme in schemes:
            if scheme in self._failed:
                return self._failed[scheme]
        return any(scheme in self._open for scheme in schemes) or NO_PORT

    def port(self, scheme: str) -> int:
        """The port that is open for ``scheme``. Raises KeyError."""
        return self._open[scheme].ports.first

    def close(self) -> None:
        """Listen no more."""
        self._wanted = {}
        for scheme in list(self._open):
            self._stop(scheme)

    def _start(self, scheme: str) -> None:
        self._failed.pop(scheme, None)
        place = self._wanted[scheme]
        try:
            service = HostsService(self._shared, scheme, place.bind, place.port, self._contexts)
        except BindFailed as error:
            self._failed[scheme] = Sentence(error.template, tuple(error.values.items()))
            return
        service.routes = self._routes
        self._open[scheme] = service

    def _stop(self, scheme: str) -> None:
        service = self._open.pop(scheme, None)
        if service is not None:
            service.close()
