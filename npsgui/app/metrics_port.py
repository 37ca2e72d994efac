"""The port that Prometheus scrapes: ``GET /metrics`` and nothing else, for those who may."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import importlib
import ipaddress
import logging
from http import HTTPStatus
from typing import NamedTuple, Protocol

from npsgui.app.program import Program
from npsgui.app.settings import Settings
from npsgui.model.errors import BindFailed

log = logging.getLogger(__name__)

LONGEST_HEAD = 8192
ASK_SECONDS = 10.0
"""How long a scraper may take to say what it wants, and to take it."""

MOST_SCRAPERS = 8

TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Place(NamedTuple):
    """Where to listen, and what a scraper must know. Port 0: nowhere."""

    address: str
    port: int
    token: str

    @classmethod
    def of(cls, settings: Settings) -> Place:
        """As the settings want it. Raises BindFailed: when everyone could read it."""
        address, token = settings["metrics_address"], settings["metrics_token"]
        place = cls(address, settings.number("metrics_port"), token)
        if place.port and not token and not _is_loopback(address):
            raise BindFailed("Metrics on {address} need a token: set metrics_token.", address=address)
        return place


class Scraped(Protocol):
    """What is served: ``Metrics``, whose library is loaded once it is wanted."""

    async def render(self, most: int) -> bytes:
        """The text of a scrape."""

    def close(self) -> None:
        """Read nothing more."""


class MetricsPort:
    """Listens as the settings of its Program want, whenever they change; by default not at all."""

    def __init__(self, program: Program) -> None:
        self._program = program
        program.settings.follow(self._on_setting)
        self._place = Place("", 0, "")
        self._server: asyncio.Server | None = None
        self._metrics: Scraped | None = None
        self._scrapers = 0
        self._one_at_a_time = asyncio.Lock()
        """Two settings may be chosen at once: a port that is just being opened must not be lost."""

    async def apply(self) -> None:
        """Listen where the settings say by now, or no more. Raises BindFailed: it listens nowhere then."""
        async with self._one_at_a_time:
            await self._apply()

    async def _apply(self) -> None:
        settings = self._program.settings
        wanted = Place.of(settings) if settings.number("metrics_port") else Place("", 0, "")
        if wanted == self._place:
            return
        self.close()
        if not wanted.port:
            return
        try:
            self._server = await asyncio.start_server(
                self._serve, wanted.address, wanted.port, limit=LONGEST_HEAD
            )
        except (OSError, OverflowError) as error:  # the latter: a port that is none, written into the file
            raise BindFailed(
                "Metrics on {address} port {port} are not served: {reason}.",
                address=wanted.address,
                port=wanted.port,
                reason=getattr(error, "strerror", None) or str(error).rstrip("."),
            ) from error
        self._place = wanted
        self._metrics = importlib.import_module("npsgui.app.metrics").Metrics(self._program)

    async def _on_setting(self, name: str) -> None:
        if name.startswith("metrics_"):
            await self.apply()

    def close(self) -> None:
        """Listen no more."""
        self._place = Place("", 0, "")
        if self._server is not None:
            self._server.close()
        if self._metrics is not None:
            self._metrics.close()
        self._server = self._metrics = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._scrapers += 1
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(ASK_SECONDS):
                    writer.write(await self._answer(reader))
                    writer.close()
                    await writer.wait_closed()
        finally:
            # also one that does not read what it asked for
            writer.transport.abort()
            self._scrapers -= 1

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        metrics = self._metrics
        if metrics is None or self._scrapers > MOST_SCRAPERS:
            return _response(HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return _response(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        status = _decide(head, self._place.token)
        if status is not HTTPStatus.OK:
            return _response(status)
        return _response(status, await metrics.render(self._program.settings.number("metrics_owners")))


def _decide(head: bytes, token: str) -> HTTPStatus:
    request, *headers = head.decode("latin-1").split("\r\n")
    method, _, rest = request.partition(" ")
    if rest.split(" ")[0].partition("?")[0] != "/metrics":
        return HTTPStatus.NOT_FOUND
    if method != "GET":
        return HTTPStatus.METHOD_NOT_ALLOWED
    said = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)
    }
    given = said.get("authorization", "").removeprefix("Bearer ")
    if token and not hmac.compare_digest(given.encode("latin-1"), token.encode()):
        return HTTPStatus.UNAUTHORIZED
    return HTTPStatus.OK


def _response(status: HTTPStatus, body: bytes = b"") -> bytes:
    ask = "WWW-Authenticate: Bearer\r\n" if status is HTTPStatus.UNAUTHORIZED else ""
    head = (
        f"HTTP/1.1 {status} {status.phrase}\r\n{ask}Content-Type: {TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
