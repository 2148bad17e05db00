"""The events that the bench sends, and the marks by which their mails are known."""

import itertools
import json
import re
import secrets
from collections.abc import Iterator, Sequence

PATH = "/v2/enqueue"
MARK = re.compile(rb"mark-[0-9a-f]{6}-\d+-")


def bodies(
    keys: Sequence[str], action: str = "trigger", run: str = "", count: int = 10**9
) -> Iterator[bytes]:
    """Make events of distinct dedup keys, by the integration keys in turns.

    The same run names the same dedup keys again.
    """
    run = run or new_run()
    for number, key in zip(range(count), itertools.cycle(keys), strict=False):
        yield body(key, action, f"{run}-{number}", mark(run, number))


def new_run() -> str:
    """Name a run, so that its events are told from all others."""
    return secrets.token_hex(3)


def mark(run: str, number: int) -> str:
    """Name one event inside its summary."""
    return f"mark-{run}-{number}-"


def body(key: str, action: str, dedup_key: str, marked: str) -> bytes:
    """Write one event as a monitoring tool would."""
    event = {
        "routing_key": key,
        "event_action": action,
        "dedup_key": dedup_key,
        "payload": {
            "summary": f"Disk full on db-1 {marked}",
            "source": "db-1",
            "severity": "critical",
            "custom_details": {
                "load": "9.7",
                "mount": "/var/lib/postgresql",
                "free": "0.1%",
                "host": "db-1.example.test",
            },
        },
    }
    return json.dumps(event).encode()
