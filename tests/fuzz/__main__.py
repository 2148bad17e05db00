"""`python3 manage.py tool python -m tests.fuzz --minutes 10` fails on a server error.

It starts an instance of its own with a furnished account, and in the end prints how
often each operation was called and what came back.
"""

import argparse
import os
import sys

import django

from tests.fuzz import events, operations
from tests.fuzz.caller import Caller
from tests.fuzz.furnishing import furnished
from tests.fuzz.report import Report
from tests.fuzz.runs import Run, Target
from tests.scenarios.instance import new_folder, up


def main() -> None:
    """Run until the time is over; raises SystemExit with 1 after a server error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")
    django.setup()
    asked = _arguments()
    report = Report()
    with new_folder() as folder, up(folder) as instance:
        house = furnished(instance)
        run = Run(Caller(house, report), house, seed=asked.seed, minutes=asked.minutes)
        run.go(_targets(asked.only))
    sys.stdout.write(f"{report.words()}\n")
    sys.exit(1 if report.failures else 0)


def _targets(only: str) -> list[Target]:
    found: list[Target] = [*operations.offered(), *events.doors()]
    return [target for target in found if only in target.label]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1, help="the same one, same inputs")
    parser.add_argument("--only", default="", help="operations whose name has this")
    return parser.parse_args()


if __name__ == "__main__":
    main()
