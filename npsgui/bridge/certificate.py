"""The bridge's own certificate, made once and kept in the data folder. The one place here that touches files.

Agents do not check it, as npc does not: it keeps out who only listens. Source: nps-wire.md section 9.
"""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "bridge.pem"


def server_context(folder: Path) -> ssl.SSLContext:
    """TLS for the bridge's side, with the certificate in ``folder``; a new one if there is none that works.

    Raises OSError: when the folder cannot be written to.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = folder / NAME
    try:
        context.load_cert_chain(path)
    except (OSError, ssl.SSLError):
        _write(path)
        context.load_cert_chain(path)
    return context


def agent_context() -> ssl.SSLContext:
    """TLS for the agent's side: no name, nothing checked, as npc does it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _write(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "npsgui bridge")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem + certificate.public_bytes(serialization.Encoding.PEM))
    fresh.replace(path)
