"""Every command that is no door of manage.py: finds its instance, then asks Django."""

import os
import sys
import warnings
from pathlib import Path

from django.core.management import execute_from_command_line

from oncall.embedded import environment, folders
from oncall.embedded.processes import Failed

# They only read the source. Where no instance runs they get addresses that lead
# nowhere, so a command that belongs here by mistake fails instead of doing harm.
NEED_NO_DATABASE = {
    *("", "help", "--help", "-h", "version", "--version"),
    *("check", "diffsettings", "findstatic", "collectstatic", "spectacular"),
    *("makemigrations", "makemessages", "compilemessages"),
    *("startapp", "startproject", "create_vapid_key"),
}
OURS = """\
OnCall's own:

    up      start everything on this machine and print the address
    test    run the tests on a PostgreSQL and a Redis of their own
    tool    run ruff, mypy, lint-imports or djlint from .venv
    prove   break an instance of its own at random, and account for every page

All other commands work on the instance that `up` runs; `--data DIR` names another.
"""


def main(arguments: list[str]) -> None:
    """Run the command; raises SystemExit with words if its instance does not run."""
    arguments, folder = without_data(arguments)
    command = arguments[1] if len(arguments) > 1 else ""
    try:
        found = surroundings(command, folder, arguments)
    except Failed as refusal:
        sys.exit(str(refusal))
    for name, value in found.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")
    if command in {"", "help", "--help", "-h"} and len(arguments) < 3:
        sys.stdout.write(f"{OURS}\n")
    execute_from_command_line(arguments)


def surroundings(command: str, folder: Path, arguments: list[str]) -> dict[str, str]:
    """What the environment lacks for this command; raises Failed if it is needed."""
    if os.environ.get("DATABASE_URL"):
        return {}
    needs_none = command in NEED_NO_DATABASE or "--help" in arguments
    if needs_none and not folders.is_running(folder):
        # makemigrations would also like to compare with a database.
        warnings.filterwarnings("ignore", "Got an error checking a consistent")
        return environment.placeholders()
    return environment.published(folder)


def without_data(arguments: list[str]) -> tuple[list[str], Path]:
    """Take `--data DIR` out of the arguments, wherever it stands; raises SystemExit."""
    kept: list[str] = []
    folder = folders.DEFAULT
    rest = iter(arguments)
    for argument in rest:
        option, equals, value = argument.partition("=")
        if option != "--data":
            kept.append(argument)
            continue
        folder = Path(value if equals else next(rest, "")).expanduser()
        if not folder.name:
            sys.exit("--data needs a folder: --data DIR")
    return kept, folder.resolve()


if __name__ == "__main__":
    main(sys.argv)
