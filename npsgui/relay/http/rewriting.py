"""What the next hop is sent for a request. Pure. Source: RFC 9110 section 7.6, RFC 9112 section 3.2."""

from __future__ import annotations

import posixpath
import re
import urllib.parse

from npsgui.model.entities import Host
from npsgui.relay.http.heads import AUTHORITY, Header, RequestHead

ABSOLUTE = re.compile(rb"https?://(?=[^/?:])(" + AUTHORITY + rb")((?:[/?][^#]*)?)", re.I)
"""The authority, and the path with its query."""


def authority_of(head: RequestHead) -> bytes:
    """Host and port that a request is for: those of its target, if it has any, else of its Host."""
    match = ABSOLUTE.fullmatch(head.target)
    return match[1] if match else head.get(b"host")


def path_of(head: RequestHead) -> bytes:
    """The path of a request, with its query: the origin form of its target."""
    match = ABSOLUTE.fullmatch(head.target)
    if match is None:
        return head.target
    if match[2].startswith(b"/"):
        return match[2]
    return b"*" if head.method == b"OPTIONS" and not match[2] else b"/" + match[2]


def plain_path(path: str) -> str:
    """The path that a target is likely to take ``path`` for: escapes undone, no query, no dots, no ``//``.

    Routes are found by it, so that ``//admin`` and ``/%61dmin`` do not get past the host for ``/admin``.
    """
    if not path.startswith("/"):
        return path
    asked = urllib.parse.unquote(path.partition("?")[0], "latin-1")
    plain = "/" + posixpath.normpath(asked).lstrip("/")
    return plain + "/" if asked.endswith(("/", "/.", "/..")) and plain != "/" else plain


def host_name(authority: bytes) -> str:
    """The name alone, without the port; an IPv6 address as a host has it, without brackets."""
    text = authority.decode("latin-1")
    return text[1 : text.find("]")] if text.startswith("[") else text.partition(":")[0]


def for_proxy_target(head: RequestHead) -> RequestHead:
    """A proxy's request as its target gets it."""
    return _sent(head, authority_of(head), [])


def for_host_target(head: RequestHead, host: Host, peer: str, scheme: str) -> RequestHead:
    """A host's request as its target gets it: who asked, and the headers that are set for it."""
    authority, visitor = authority_of(head), peer.rpartition(":")[0].strip("[]").encode()
    forwarded = b", ".join([*head.all(b"x-forwarded-for"), visitor])
    added = [
        (b"X-Forwarded-For", forwarded),
        (b"X-Real-IP", visitor),
        (b"X-Forwarded-Proto", scheme.encode()),
        (b"X-Forwarded-Host", authority),
        *((name.encode(), value.encode()) for name, value in host.headers),
    ]
    return _sent(head, host.host_change.encode() or authority, added)


def _sent(head: RequestHead, host: bytes, added: list[Header]) -> RequestHead:
    replaced = {b"host", *(name.lower() for name, _ in added)}
    kept = head.end_to_end(but=replaced)
    connection = [(b"Connection", b"keep-alive")]
    if head.upgrades:
        connection = [(b"Connection", b"upgrade"), (b"Upgrade", b", ".join(head.all(b"upgrade")))]
    return head.with_headers([(b"Host", host), *kept, *added, *connection], path_of(head))
