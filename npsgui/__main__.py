"""Starts npsgui. The one place that puts the floors together."""

from __future__ import annotations

import sys

from npsgui.cli.main import main as run_command


def main() -> int:
    """Run what the command line asks for; the exit code."""
    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
