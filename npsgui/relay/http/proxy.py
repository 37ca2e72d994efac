"""HTTP proxy tunnels: CONNECT, and requests in absolute form, which reach the target in origin form.

Source: RFC 9110 sections 7 and 9.3.6, RFC 9112 section 3.2.
"""

from __future__ import annotations

import re

from npsgui.model.entities import Target
from npsgui.model.errors import FieldError
from npsgui.model.targets import parse_target
from npsgui.relay.http.answers import page
from npsgui.relay.http.authorization import permitted
from npsgui.relay.http.heads import RequestHead
from npsgui.relay.http.rewriting import ABSOLUTE, for_proxy_target
from npsgui.relay.http.service import Lead, TunnelService
from npsgui.relay.targets import Route

ASK = ("Proxy-Authenticate", 'Basic realm="npsgui", charset="UTF-8"')


class ProxyService(TunnelService):
    """The open ports of one HTTP proxy tunnel."""

    def decide(self, head: RequestHead, peer: str, scheme: str) -> Lead | bytes:
        """To the target that the request names, if its visitor may."""
        if not permitted(self.tunnel.accounts, head.get(b"proxy-authorization")):
            return page(407, "This proxy asks for a user and a password.", ASK)
        target = target_of(head)
        if target is None:
            return page(400, "This is a proxy: it takes CONNECT host:port, or GET http://host/…")
        tunnel = self.tunnel
        route = Route(tunnel.owner, tunnel.client, tunnel.via, (target,), peer)
        return Lead(route, None if head.method == b"CONNECT" else lambda other: self._plan(other, target))

    def _plan(self, head: RequestHead, target: Target) -> RequestHead | None:
        """In origin form, to the same target; another one, or a CONNECT, is decided on anew."""
        if head.method == b"CONNECT" or target_of(head) != target:
            return None
        if not permitted(self.tunnel.accounts, head.get(b"proxy-authorization")):
            return None
        return for_proxy_target(head)


def target_of(head: RequestHead) -> Target | None:
    """Where a request to a proxy leads; None when it does not say."""
    if head.method == b"CONNECT":
        authority, port = head.target, b""
    else:
        match = ABSOLUTE.fullmatch(head.target)
        if match is None or head.target[:5].lower() != b"http:":
            return None
        authority, port = match[1], b":80"
    text = authority.decode("latin-1")
    if not re.search(r":\d+$", text):
        text += port.decode()
    try:
        targets = parse_target(text)
    except FieldError:
        return None
    return targets[0] if len(targets) == 1 and ":" in text else None
