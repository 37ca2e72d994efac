"""Posts alerts to the user's own address: signed JSON, tried again for a while, one after the other.

The receiver checks ``X-Npsgui-Signature``: ``sha256=`` and the HMAC-SHA256, in hex, of
``X-Npsgui-Timestamp``, a point and the body, with the secret as the key. ``X-Npsgui-Delivery`` is the same
each time one is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from npsgui import __version__
from npsgui.app.web import ask_web
from npsgui.model.alerts import Alert
from npsgui.model.errors import NpsError
from npsgui.model.units import format_time
from npsgui.tasks import spawn

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""How long the other side may take, s."""

PAUSES = (1.0, 4.0, 15.0, 60.0, 240.0, 900.0, 3600.0)
"""How long is waited before it is tried again, s; after the last it is given up."""

MOST_WAITING = 200
"""Alerts that wait to be posted; the oldest are dropped first."""

AGAIN = frozenset({408, 425, 429})
"""What a server answers that may take it later; so may one that answers 500 or more."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where alerts are posted to, and what they are signed with; without a secret they are not."""

    url: str
    secret: str = field(default="", repr=False)


class Refused(NpsError):
    """It is not taken, now or later."""


class Webhook:
    """Posts what it is given to the address of the moment; nobody waits for it."""

    def __init__(
        self,
        address: Callable[[], Address],
        on_end: Callable[[Alert, NpsError | None], None],
        pauses: tuple[float, ...] = PAUSES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``on_end`` hears what became of each alert: it was taken, or why it is given up."""
        self._address = address
        self._on_end = on_end
        self._pauses = pauses
        self._clock = clock
        self._waiting: deque[Alert] = deque()
        self._work: asyncio.Task[None] | None = None

    def post(self, alert: Alert) -> None:
        """Post it, after those before it."""
        if not self._address().url:
            return
        self._waiting.append(alert)
        if len(self._waiting) > MOST_WAITING:
            self._on_end(self._waiting.popleft(), NpsError("Too many alerts wait to be posted."))
        if self._work is None or self._work.done():
            self._work = spawn(self._post_all(), "webhook")

    async def post_now(self, body: bytes) -> None:
        """Post it once, to see whether that works. Raises NpsError: why it does not."""
        await self._post(body, secrets.token_hex(8))

    def close(self) -> None:
        """Post nothing more."""
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()

    async def _post_all(self) -> None:
        while self._waiting:
            alert = self._waiting.popleft()
            self._on_end(alert, await self._deliver(body_of(alert)))

    async def _deliver(self, body: bytes) -> NpsError | None:
        """Post it until it is taken; why it is given up."""
        delivery = secrets.token_hex(8)
        for pause in (*self._pauses, None):
            try:
                await self._post(body, delivery)
                return None
            except Refused as error:
                log.warning("The webhook: %s", error)
                return error
            except NpsError as error:
                log.warning("The webhook%s: %s", " is given up" if pause is None else "", error)
                last = error
            if pause is not None:
                await asyncio.sleep(pause)
        return last

    async def _post(self, body: bytes, delivery: str) -> None:
        """Raises NpsError when it was not taken, Refused when it is not worth while to try again."""
        address = self._address()
        stamp = str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"npsgui/{__version__}",
            "X-Npsgui-Delivery": delivery,
            "X-Npsgui-Timestamp": stamp,
        }
        if address.secret:
            headers["X-Npsgui-Signature"] = signature(address.secret, stamp, body)
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await ask_web(address.url, body, headers)
        except TimeoutError as error:
            raise NpsError("There was no answer within {seconds} s.", seconds=round(PATIENCE)) from error
        except ValueError as error:
            raise Refused("A webhook has an address like https://example.com/hook.") from error
        except OSError as error:
            raise NpsError("It cannot be reached: {reason}.", reason=str(error)) from error
        _check(answer)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What ``X-Npsgui-Signature`` says."""
    made = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


def body_of(alert: Alert) -> bytes:
    """An alert as JSON."""
    return msgspec.json.encode(
        {
            "alert": alert.kind,
            "at": format_time(alert.at),
            "owner": {"kind": alert.owner.kind, "id": alert.owner.id},
            "client": alert.client,
            "remark": alert.name,
            "title": str(alert.title()),
            "text": str(alert.sentence()),
            "details": dict(alert.details),
        }
    )


def trial_body(at: float) -> bytes:
    """What is posted to see whether it works."""
    text = "This is a test of npsgui's webhook."
    return msgspec.json.encode({"alert": "test", "at": format_time(at), "title": "Test", "text": text})


def _check(answer: bytes) -> None:
    found = _STATUS.match(answer)
    if found is None:
        raise NpsError("It did not answer as a web server does.")
    status = int(found[1])
    if 200 <= status < 300:
        return
    kind = NpsError if status in AGAIN or status >= 500 else Refused
    raise kind("It answered {status}.", status=status)
