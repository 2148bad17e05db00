"""What happened in the demo account before the newcomer came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from accounts.models import Membership
from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident, Notification, Service


@dataclass(frozen=True, slots=True)
class Past:
    """An incident that is over: when, how long until each step, and what was learnt."""

    service: int
    title: str
    days_ago: float
    acknowledged_after: int
    resolved_after: int
    by: int
    note: str
    urgency: str = "high"


PASTS = (
    Past(
        service=0,
        title="Payments fail for one card type",
        days_ago=11.3,
        acknowledged_after=4,
        resolved_after=52,
        by=1,
        note="The bank changed a certificate; trusted the new one.",
    ),
    Past(
        service=1,
        title="Website answers slowly",
        days_ago=8.8,
        acknowledged_after=2,
        resolved_after=17,
        by=0,
        note="A report ran at noon; moved it to the night.",
    ),
    Past(
        service=0,
        title="Disk of orders-db is 90 % full",
        days_ago=5.1,
        acknowledged_after=9,
        resolved_after=31,
        by=2,
        note="Removed old logs, and made an alert at 80 %.",
        urgency="low",
    ),
    Past(
        service=1,
        title="Certificate expires in 7 days",
        days_ago=3.4,
        acknowledged_after=25,
        resolved_after=60,
        by=1,
        note="Renewed.",
        urgency="low",
    ),
    Past(
        service=0,
        title="Checkout answers with errors",
        days_ago=1.2,
        acknowledged_after=1,
        resolved_after=23,
        by=0,
        note="Rolled back the release of that afternoon.",
    ),
)


def tell(services: list[Service], people: list[Membership], at: datetime) -> int:
    """Play the past through the verbs; this will return how many incidents there were.

    All in one transaction with the account, so that nobody is paged for it now.
    """
    for past in PASTS:
        _play(past, services[past.service], people[past.by], at)
    return len(PASTS)


def _play(past: Past, service: Service, person: Membership, at: datetime) -> None:
    opened = at - timedelta(days=past.days_ago)
    acknowledged = opened + timedelta(minutes=past.acknowledged_after)
    incident = actions.open_incident(
        service,
        actor=Actor("event", name="Prometheus"),
        at=opened,
        title=past.title,
        urgency=past.urgency,
    )
    _deliver(incident, until=acknowledged)
    actor = Actor("web", person)
    actions.acknowledge(incident, actor=actor, at=acknowledged)
    actions.resolve(
        incident,
        actor=actor,
        at=opened + timedelta(minutes=past.resolved_after),
        note=past.note,
    )


def _deliver(incident: Incident, *, until: datetime) -> None:
    """Let the pages that were due have arrived."""
    incident.notifications.filter(send_at__lte=until).update(
        status=Notification.Status.DELIVERED,
        attempts=1,
        sent_at=F("send_at"),
        delivered_at=F("send_at"),
    )
