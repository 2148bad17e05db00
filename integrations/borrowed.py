"""The database, borrowed by threads that hold no connection of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def connected() -> Iterator[None]:
    """Let a sender's thread ask the database; this will let its connection go."""
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            connection.close()
