"""Raises open incidents of low urgency when the support hours of a service begin."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models.contact import Urgency
from accounts.permissions import Actor
from incidents import chains, changes, states
from incidents.models import Incident

ACTOR = Actor("engine", name="Support hours")


@transaction.atomic
def raise_all(
    incidents: Sequence[Incident], *, at: datetime, actor: Actor = ACTOR
) -> None:
    """Raise incidents that are locked, and page where nobody took them."""
    low, high = Urgency.LOW.value, Urgency.HIGH.value
    changes.write(
        "change_urgency", *incidents, actor=actor, at=at, to=high, **{"from": low}
    )
    for incident in incidents:
        incident.urgency, incident.raise_at, incident.changed_at = high, None, at
    Incident.across_accounts.filter(pk__in=[each.pk for each in incidents]).update(
        urgency=high, raise_at=None, changed_at=at
    )
    waiting = [each for each in incidents if each.status == states.TRIGGERED]
    for alike in chains.alike(waiting):
        chains.page_together_again(alike, at=at)
