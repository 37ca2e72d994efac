"""Certificates that are made here: once, for their owner only, and anew when they are damaged."""

from __future__ import annotations

import os
from pathlib import Path

from npsgui.app.certificates import RENEW_AFTER, Certificates
from npsgui.model.entities import SELF_SIGNED, Host


def test_the_bridges_certificate_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    Certificates(tmp_path).bridge()
    path = tmp_path / "certificates" / "@bridge.pem"
    first = path.read_bytes()
    Certificates(tmp_path).bridge()

    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o077 == 0


def test_one_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "certificates" / "@bridge.pem"
    path.parent.mkdir()
    path.write_text("rubbish")
    Certificates(tmp_path).bridge()

    assert b"BEGIN CERTIFICATE" in path.read_bytes()


def test_one_of_a_host_is_made_anew_before_it_ends(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    host = Host(id=1, client=1, host="a.test", certificate=SELF_SIGNED)
    first = certificates.context(host)
    [path] = (tmp_path / "certificates").iterdir()
    kept = path.read_bytes()
    assert certificates.context(host) is first

    made = path.stat().st_mtime - RENEW_AFTER - 60
    os.utime(path, (made, made))
    assert certificates.context(host) is not first
    assert path.read_bytes() != kept


def test_no_host_has_the_certificate_of_another_or_of_the_bridge(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    certificates.bridge()
    for ident, name in enumerate(("bridge", "*.a.test", "_.a.test"), 1):
        certificates.context(Host(id=ident, client=1, host=name, certificate=SELF_SIGNED))

    assert len({path.read_bytes() for path in (tmp_path / "certificates").iterdir()}) == 4
