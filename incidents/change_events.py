"""Changes that tools tell of: written down, shown for a while, and paging nobody."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts import audit, tenancy
from accounts.permissions import Actor
from incidents.models import ChangeEvent, Integration, Service

KEPT: Final = timedelta(days=90)
SHOWN: Final = 5
# So that one message never has much to forget.
MOST_FORGOTTEN: Final = 100


def record(integration: Integration, *, at: datetime, **fields: Any) -> ChangeEvent:
    """Write a change down, in a transaction of its own, and forget old ones."""
    service = integration.service
    with tenancy.scope(integration.account):
        _forget(service, at - KEPT)
        made: ChangeEvent = service.change_events.create(
            account=integration.account,
            integration=integration,
            received_at=at,
            **fields,
        )
    return made


@transaction.atomic
def describe(
    change: ChangeEvent, *, actor: Actor, at: datetime, summary: str, details: Any
) -> ChangeEvent:
    """Say better what was changed; raises NotPermitted."""
    actor.require("respond", of=change.service)
    before = change.summary
    change.summary, change.details = summary, details
    change.save(update_fields=["summary", "details"])
    facts = {"from": before, "to": summary}
    audit.record(actor, "described change event", change, at=at, details=facts)
    return change


def recent(service: Service) -> list[ChangeEvent]:
    """List the newest changes of a service."""
    found = service.change_events.select_related("integration")
    return list(found.order_by("-occurred_at", "-id")[:SHOWN])


def _forget(service: Service, until: datetime) -> None:
    old = service.change_events.select_for_update(skip_locked=True)
    rows = old.filter(received_at__lt=until).order_by("received_at")
    pks = [row.pk for row in rows.only("pk")[:MOST_FORGOTTEN]]
    if pks:
        service.change_events.filter(pk__in=pks).delete()
