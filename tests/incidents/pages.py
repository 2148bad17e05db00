"""What tests of the pages of incidents share."""

from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Actor
from incidents import actions
from incidents.models import Incident


def opened(world, title="Checkout is down", **fields) -> Incident:
    """Open an incident as a tool would."""
    return actions.open_incident(
        world.service,
        actor=Actor("event", name="Monitoring"),
        at=timezone.now(),
        title=title,
        **fields,
    )


def fresh(incident: Incident) -> Incident:
    return Incident.across_accounts.get(pk=incident.pk)


def says(response) -> str:
    return str(response.content.decode())


def act(client, incident, verb, follow=True, **values):
    url = reverse("incident_act", args=[incident.number, verb])
    return client.post(url, values, follow=follow)


def written(world, *statuses: str) -> None:
    """Write incidents of these statuses, as they would lie there after a long time."""
    at = timezone.now()
    first = world.account.incidents.count() + 1
    Incident.across_accounts.bulk_create(
        Incident(
            account=world.account,
            service=world.service,
            number=number,
            title=f"Incident {number}",
            status=status,
            created_at=at,
            changed_at=at,
        )
        for number, status in enumerate(statuses, first)
    )
