"""Which path a request is routed by."""

from __future__ import annotations

import pytest

from npsgui.relay.http.rewriting import plain_path


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/admin", "/admin"),
        ("//admin", "/admin"),
        ("/./admin/", "/admin/"),
        ("/x/../admin", "/admin"),
        ("/%61dmin?a=/x", "/admin"),
        ("/../admin/..", "/"),
        ("/", "/"),
        ("*", "*"),
        ("http://a@b/", "http://a@b/"),
    ],
)
def test_a_route_is_found_by_what_a_target_takes_a_path_for(path: str, plain: str) -> None:
    assert plain_path(path) == plain
