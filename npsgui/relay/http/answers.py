"""The pages that npsgui answers with itself: what is wrong, in a sentence. They are charged to nobody."""

from __future__ import annotations

import html
import http

from npsgui.model.gate import Cause, Refusal
from npsgui.relay.http.heads import BadRequest

_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>{status} {phrase}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 36em }}</style>
<h1>{status} {phrase}</h1>
<p>{sentence}</p>
"""

_STATUS_OF = {Cause.QUOTA: 429, Cause.CONNECTIONS: 429, Cause.BLOCKED: 403, Cause.UNREGISTERED: 403}


ASK = ("WWW-Authenticate", 'Basic realm="npsgui", charset="UTF-8"')
"""The header that asks for a user and a password. RFC 7617."""


def page(status: int, sentence: str, *headers: tuple[str, str]) -> bytes:
    """A whole answer, after which the connection closes."""
    phrase = http.HTTPStatus(status).phrase
    body = _PAGE.format(status=status, phrase=phrase, sentence=html.escape(sentence)).encode()
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def refusal_page(refusal: Refusal) -> bytes:
    """Why a visitor is refused."""
    return page(_STATUS_OF.get(refusal.cause, 503), str(refusal.sentence()))


def error_page(error: BadRequest) -> bytes:
    """What is wrong with a request."""
    return page(error.status, str(error))
