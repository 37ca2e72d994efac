"""The command lines that connect an agent, ready to be copied. Pure."""

from __future__ import annotations

import shlex

from npsgui.model.entities import Target


def npc_line(server: Target, key: str, *, tls: bool) -> str:
    """For NPS's agent. Of ``-tls_enable`` only yisier's fork knows. Source: nps-wire.md section 16."""
    words = ["npc", f"-server={server}", f"-vkey={key}", "-type=tcp"]
    return shlex.join([*words, "-tls_enable=true"] if tls else words)


def npsgui_line(server: Target, key: str, *, tls: bool) -> str:
    """For our own."""
    words = ["npsgui", "agent", "--server", str(server), f"--key={key}" if key.startswith("-") else "--key"]
    if not key.startswith("-"):
        words.append(key)
    return shlex.join([*words, "--tls"] if tls else words)
