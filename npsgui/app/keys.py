"""Verify keys."""

from __future__ import annotations

import secrets


def new_key() -> str:
    """A fresh random verify key, 16 letters and digits, as NPS makes them."""
    return secrets.token_hex(8)
