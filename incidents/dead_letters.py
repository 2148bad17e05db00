"""Deliveries that were given up, and sending them once more."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from incidents import leases, poke
from incidents.models import Notification

Purpose = Notification.Purpose
State = Notification.Status


def retryable(rows: Sequence[Notification]) -> list[Notification]:
    """Choose the failed deliveries that somebody still waits for.

    A page whose incident is answered is not wanted any more, and a code is asked for
    anew by its person.
    """
    return [
        row
        for row in rows
        if row.status == State.FAILED
        and row.purpose != Purpose.CODE
        and leases.is_wanted(row)
    ]


def people(rows: Sequence[Notification]) -> int:
    """Count whom these deliveries reach, each person once."""
    return len({row.membership_id or row.address for row in rows})


@transaction.atomic
def retry(rows: Sequence[Notification], *, at: datetime) -> list[Notification]:
    """Make failed deliveries due now; this will return those that will be sent."""
    ids = [row.pk for row in rows]
    failed = (
        Notification.across_accounts.select_for_update(of=("self",))
        .filter(pk__in=ids, status=State.FAILED)
        .select_related("account", "membership", "contact_method", "incident")
    )
    again = retryable(list(failed))
    Notification.across_accounts.filter(pk__in=[row.pk for row in again]).update(
        status=State.PLANNED, send_at=at, attempts=0, failed_at=None, error=""
    )
    if again:
        poke.deliver()
    return again
