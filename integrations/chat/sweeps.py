"""What becomes due among chats without anybody's doing, looked at now and then."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import errands
from integrations.chat import refreshing
from integrations.models import ChatMessage

EVERY: Final = timedelta(seconds=30)
# Old rows go so many at a time, so that no table is locked for long.
BATCH: Final = 5000
# What a chat told us is remembered so long, which is longer than it may be repeated.
REQUESTS_KEPT: Final = timedelta(days=1)
LINES_KEPT: Final = timedelta(days=14)

OLD_REQUESTS = """
    DELETE FROM integrations_chatrequest WHERE id IN (
        SELECT id FROM integrations_chatrequest
        WHERE received_at < %s ORDER BY received_at LIMIT %s)
"""
# Only the oldest are looked at, for there is no index by age.
OLD_LINES = """
    WITH given (before, batch) AS (VALUES (%s::timestamptz, %s::int))
    DELETE FROM integrations_chatline WHERE id IN (
        SELECT id FROM (
            SELECT id, at FROM integrations_chatline
            ORDER BY id LIMIT (SELECT batch FROM given)
        ) AS oldest WHERE at < (SELECT before FROM given))
"""
OLD_TESTS = """
    DELETE FROM integrations_chatmessage WHERE id IN (
        SELECT id FROM integrations_chatmessage
        WHERE incident_id IS NULL AND created_at < %s ORDER BY id LIMIT %s)
"""


def sweep(at: datetime) -> None:
    """Make the round if it is due, for everybody who could."""
    if errands.claim("chats", every=EVERY, at=at) is None:
        return
    refreshing.follow_alerts(at)
    give_up(at)
    forget(at)


def give_up(at: datetime) -> int:
    """Give up what could not be shown in time; this will return how many."""
    with tenancy.all_accounts():
        late = ChatMessage.across_accounts.filter(
            Q(lease=None) | Q(leased_until__lte=at),
            due_at__isnull=False,
            expires_at__lte=at,
        )
        return late.update(
            due_at=None,
            expires_at=None,
            lease=None,
            leased_until=None,
            last_error=_("It could not be shown in time, and was given up."),
        )


def forget(at: datetime) -> int:
    """Delete what nobody needs any more, some at a time; return how many rows.

    Messages of incidents stay: a late change finds what it has to change.
    """
    gone = 0
    with tenancy.all_accounts(), connection.cursor() as cursor:
        for statement, kept in (
            (OLD_REQUESTS, REQUESTS_KEPT),
            (OLD_LINES, LINES_KEPT),
            (OLD_TESTS, LINES_KEPT),
        ):
            cursor.execute(statement, [at - kept, BATCH])
            gone += cursor.rowcount
    return gone
