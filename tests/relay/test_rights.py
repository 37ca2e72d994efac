"""A port that only administrators may open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

UNPRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
NOBODY = 65534

LISTEN = """
import os, sys
from npsgui.model.errors import BindFailed
from npsgui.relay.sockets import listen
if os.getuid() == 0:
    os.setuid(int(sys.argv[2]))
try:
    listen("127.0.0.1", int(sys.argv[1]))
except BindFailed as error:
    print(error)
"""


def test_a_port_without_the_rights_for_it_is_told() -> None:
    if not UNPRIVILEGED.exists() or not hasattr(os, "setuid"):
        pytest.skip("This system does not tell which ports need rights.")
    port = int(UNPRIVILEGED.read_text()) - 1
    if port < 1:
        pytest.skip("On this system everyone may open every port.")

    child = [sys.executable, "-c", LISTEN, str(port), str(NOBODY)]
    said = subprocess.run(child, check=True, capture_output=True, text=True).stdout
    assert said == f"Port {port} needs administrator rights; use one from 1024 to 65535.\n"
