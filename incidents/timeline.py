"""Writes what happened to incidents, for their pages and for those outside."""

from collections.abc import Iterable

from incidents import outbox
from incidents.models import TimelineEntry


def write(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Save entries of timelines together; this will tell those outside of them."""
    written = TimelineEntry.across_accounts.bulk_create(entries)
    outbox.record(written)
    return written
