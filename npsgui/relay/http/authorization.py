"""Basic authentication of visitors. Source: RFC 7617."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from npsgui.model.entities import Account


def permitted(accounts: Sequence[Account], header: bytes) -> bool:
    """Whether ``header``, the value of (Proxy-)Authorization, is of one of ``accounts``, or none is needed.

    Compares with every account, so that the time it takes tells nothing.
    """
    if not accounts:
        return True
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return False
    found = False
    for account in accounts:
        same = hmac.compare_digest(f"{account.user}:{account.password}".encode(), given)
        found = found or same
    return found
