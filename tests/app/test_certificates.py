"""Certificates that are made here: once, for their owner only, and anew when they are damaged."""

from __future__ import annotations

from pathlib import Path

from npsgui.app.certificates import Certificates


def test_the_bridges_certificate_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    Certificates(tmp_path).bridge()
    path = tmp_path / "certificates" / "bridge.pem"
    first = path.read_bytes()
    Certificates(tmp_path).bridge()

    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o077 == 0


def test_one_that_is_damaged_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "certificates" / "bridge.pem"
    path.parent.mkdir()
    path.write_text("rubbish")
    Certificates(tmp_path).bridge()

    assert b"BEGIN CERTIFICATE" in path.read_bytes()
