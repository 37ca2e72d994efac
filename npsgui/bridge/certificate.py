"""TLS as an agent does it within streams. The server's certificate is the app's affair."""

from __future__ import annotations

import ssl


def agent_context() -> ssl.SSLContext:
    """TLS for the agent's side: no name, nothing checked, as npc does it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
