"""What the instance still has to do, asked of its database."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.bench.instance import Instance

LOOK = 0.1
PATIENCE = 120
WAITING = "SELECT count(*) FROM incidents_event WHERE processed_at IS NULL"
COUNTS = """
SELECT count(*) FILTER (WHERE outcome = 'opened'),
       count(*) FILTER (WHERE outcome = 'repeated'),
       count(*) FILTER (WHERE outcome = 'resolved') FROM incidents_event
"""
PLANNED = "SELECT count(*) FROM incidents_notification"


@dataclass(frozen=True)
class Backlog:
    """The engine's work, as rows."""

    connection: psycopg.Connection[Any]

    async def is_worked(self) -> float:
        """Wait until no event waits; this will return how many seconds that took."""
        before = time.perf_counter()
        while self._number(WAITING):
            if time.perf_counter() - before > PATIENCE:
                raise RuntimeError("The engine does not get through its events")
            await asyncio.sleep(LOOK)
        return time.perf_counter() - before

    def outcomes(self) -> dict[str, int]:
        """How many events opened, repeated and resolved something so far."""
        row = self.connection.execute(COUNTS).fetchone()
        assert row is not None
        planned = self._number(PLANNED)
        names = ("opened", "repeated", "resolved")
        return dict(zip(names, row, strict=True)) | {"planned": planned}

    def _number(self, query: str) -> int:
        row = self.connection.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def of(instance: Instance) -> Iterator[Backlog]:
    """Look into the instance's database while it runs."""
    with instance.connect("oncall") as connection:
        yield Backlog(connection)
