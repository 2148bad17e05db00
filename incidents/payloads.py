"""Keeps the last bodies of each integration as they came, to be looked at."""

import logging
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError

from accounts import tenancy
from incidents.models import Integration, Payload

logger = logging.getLogger(__name__)

KEPT: Final = 50
# In characters of JSON; a larger one is only counted.
LONGEST: Final = 64 * 1024
LONGEST_REASON: Final = 1000


def note(
    integration: Integration,
    body: Any,
    outcome: str,
    *,
    at: datetime,
    reason: str = "",
    event_count: int = 0,
) -> None:
    """Keep a body, and forget the oldest; never raises, for nobody is paged by it.

    `body` is None where it was unreadable or is longer than `LONGEST`.
    """
    try:
        with tenancy.scope(integration.account):
            integration.payloads.create(
                account=integration.account,
                received_at=at,
                body=body,
                outcome=outcome,
                reason=reason[:LONGEST_REASON],
                event_count=event_count,
            )
            _forget(integration)
    except DatabaseError:
        logger.exception("A payload could not be kept")


def last(integration: Integration) -> Payload | None:
    """Return the newest one that has a body."""
    return integration.payloads.exclude(body=None).order_by("-id").first()


def _forget(integration: Integration) -> None:
    # Those that another door forgets at this moment are left to it.
    rows = integration.payloads.select_for_update(skip_locked=True).order_by("-id")
    old = [row.pk for row in rows.only("pk")[KEPT : KEPT + 100]]
    if old:
        integration.payloads.filter(pk__in=old).delete()
