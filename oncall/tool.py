"""`manage.py tool`: runs a development tool of .venv with settings that load."""

import os
import sys

from oncall import bootstrap
from oncall.embedded import environment


def main(arguments: list[str]) -> None:
    """Become the tool; raises SystemExit, in words, if .venv does not have it."""
    if not arguments:
        sys.exit("Name a tool: python3 manage.py tool mypy .")
    path = bootstrap.python().with_name(arguments[0])
    if not path.exists():
        sys.exit(f"There is no {arguments[0]} in .venv/bin.")
    # mypy's Django plugin and the like load the settings, and open no database.
    surroundings = environment.placeholders() | os.environ
    os.execve(path, [str(path), *arguments[1:]], surroundings)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[2:])
