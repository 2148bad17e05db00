#!/usr/bin/env python3
"""The one entry point: readies `.venv`, then runs the command inside it."""

import runpy
import sys

if sys.version_info < (3, 11):
    sys.exit("OnCall needs Python 3.11 or newer; this is " + sys.version.split()[0])

from oncall import bootstrap

# Whatever is not here is a command of Django or of ours under management/commands.
DOORS = {
    "up": "oncall.supervisor",
    "test": "oncall.testing",
    "tool": "oncall.tool",
    "prove": "tests.prove",
}
NEED_DEVELOPMENT = {"test", "tool", "prove"}


def main() -> None:
    """Run the command; this will go on in .venv and make it where it is missing."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    bootstrap.enter(development=command in NEED_DEVELOPMENT)
    runpy.run_module(DOORS.get(command, "oncall.command_line"), run_name="__main__")


if __name__ == "__main__":
    main()
