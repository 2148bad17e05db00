"""The table of docs/promise.md: each failure, our rule, and the tests that prove it."""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

MARK: Final = re.compile(r"pytest\.mark\.promise\(([\d, ]+)\)")
TEST: Final = re.compile(r" *def (test_\w+)\(")

# Number: what was seen in the field, and what we do about it.
ROWS: Final[dict[int, tuple[str, str]]] = {
    1: (
        "The future is kept only in a broker",
        "Due work is a row; a hint may get lost",
    ),
    2: (
        "Committed, and then not published",
        "A decision and the work it plans are one transaction",
    ),
    3: (
        "The incident exists, its escalation never started",
        "Both are born together; an event that is taken twice changes nothing",
    ),
    4: (
        "Recorded as sent, and then the sender died",
        "Lease, send, record; a lease that ended is asked for at the provider",
    ),
    5: (
        "One job runs twice and pages twice",
        "One delivery for each incident, episode, person, address and delay",
    ),
    6: (
        "A guard does not see that a first step was lost",
        "An auditor asks every 30 s whether each open incident will go on",
    ),
    7: (
        "A poison row stops the queue",
        "Each row alone; after five failures its chain moves on and operators are told",
    ),
    8: (
        "A blip is made terminal",
        "Only bad data is final, and for one rule only",
    ),
    9: (
        "An empty level waits its whole delay, and nobody reached is silent",
        "Skipped at once; nobody reached is an alarm for the owners and shown in red",
    ),
    10: (
        "A failed text leaves the next rule waiting",
        "A permanent failure pulls the next rule forward; others back off, fail over",
    ),
    11: (
        "Acknowledged, and yet the phone rings",
        "An answer cancels in its own transaction; a page is looked at before sending",
    ),
    12: (
        "Everything ends its snooze at once",
        "Ends are due rows; a release is one message for each person and address",
    ),
    13: (
        "After an outage stale pages come first",
        "Answered ones are gone, the newest and most urgent first, one digest a person",
    ),
    14: (
        "One sender with a tiny budget",
        "Senders side by side, a budget for each channel, turns between accounts",
    ),
    15: (
        "A throttle eats the first page",
        "The first page of an incident is never held back; later ones travel together",
    ),
    16: (
        "A changed route orphans a resolve",
        "The dedup key belongs to the integration key that it came through",
    ),
    17: (
        "Opening a link acknowledges, and scanners open links",
        "GET, HEAD and OPTIONS change nothing; a POST does",
    ),
    18: (
        "Daylight saving has gaps and doubles",
        "The wall-clock rules of schedules, tried over all zones",
    ),
    19: (
        "The address belongs to somebody else by now",
        "Whose it is is looked up when sending",
    ),
    20: (
        "The page and the pager disagree on who is on call",
        "One resolver serves both",
    ),
    21: (
        "Voicemail acknowledges",
        "A key press is needed",
    ),
    22: (
        "A forged callback",
        "Signatures are required in every configuration, and a token per attempt",
    ),
    23: (
        "Another account's object",
        "A scope, then row-level security; every route is tried with foreign ids",
    ),
    24: (
        "A call out into our own network",
        "One client: resolve, check every address, connect to it, no redirects",
    ),
    25: (
        "Health checks share the queue's fate",
        "/healthz touches nothing, /readyz reads the age of the oldest due row",
    ),
    26: (
        "A chat that is down or slow holds pages up, or shows an old state for ever",
        "Queue, threads and rows of its own; a row says what is shown, till it is true",
    ),
}


def table() -> str:
    """Write the table in Markdown, with every test that is marked for a row."""
    lines = ["| # | Seen in the field | What we do | Proof |", "|---|---|---|---|"]
    for number, (failure, rule) in ROWS.items():
        proofs = "<br>".join(f"`{name}`" for name in sorted(proofs_of(number)))
        lines.append(f"| {number} | {failure} | {rule} | {proofs} |")
    return "\n".join(lines)


def proofs_of(number: int) -> list[str]:
    """Name the tests that are marked for a row, as `file::test`."""
    return [name for name, rows in _marked() if number in rows]


@cache
def _marked() -> list[tuple[str, set[int]]]:
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        where = path.relative_to(ROOT / "tests").as_posix()
        for_all: set[int] = set()
        above: set[int] = set()
        for line in path.read_text().splitlines():
            if marks := MARK.findall(line):
                rows = {int(row) for row in re.findall(r"\d+", marks[0])}
                for_all, above = (
                    (rows, above) if line.startswith("pytestmark") else (for_all, rows)
                )
            if name := TEST.match(line):
                if rows := for_all | above:
                    found.append((f"{where}::{name[1]}", rows))
                above = set()
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
