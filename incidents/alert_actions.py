"""What people and tools do to alerts themselves: end them, and move them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from incidents import actions, changes, states
from incidents.models import Alert, Incident
from incidents.noise.grouping import MOST_ALERTS


@transaction.atomic
def resolve(
    incident: Incident, alerts: Sequence[Alert], *, actor: Actor, at: datetime
) -> None:
    """End alerts of an incident; it is resolved with the last of them.

    Alerts that have ended already stay as they are. Raises permissions.NotPermitted.
    """
    incident = changes.lock(incident)
    actor.require("respond", of=incident.service)
    open_alerts = incident.alerts.filter(status=Alert.Status.TRIGGERED)
    ending = open_alerts.filter(pk__in=[alert.pk for alert in alerts])
    summaries = list(ending.values_list("summary", flat=True))
    if not summaries:
        return
    ending.update(status=Alert.Status.RESOLVED, resolved_at=at)
    changes.write("alerts_resolved", incident, actor=actor, at=at, alerts=summaries)
    if incident.is_open and not open_alerts.exists():
        actions.resolve(incident, actor=actor, at=at)


@transaction.atomic
def move(
    incident: Incident,
    alerts: Sequence[Alert],
    *,
    to: Incident,
    actor: Actor,
    at: datetime,
) -> None:
    """Give alerts of an incident to another one, which is open.

    Raises states.NotAllowed, or permissions.NotPermitted.
    """
    by_id = {each.pk: each for each in changes.lock_all([incident, to])}
    incident, to = by_id[incident.pk], by_id[to.pk]
    for each in (incident, to):
        actor.require("respond", of=each.service)
    if incident == to:
        return
    moving = incident.alerts.filter(pk__in=[alert.pk for alert in alerts])
    summaries = list(moving.values_list("summary", flat=True))
    _require_room(to, len(summaries))
    moving.update(incident=to)
    facts = {"alerts": summaries, "from": incident.number, "to": to.number}
    changes.write("alerts_moved", incident, to, actor=actor, at=at, **facts)


def _require_room(to: Incident, more: int) -> None:
    if not to.is_open:
        raise states.NotAllowed(
            _("#%(number)d is resolved; move alerts to an open incident.")
            % {"number": to.number}
        )
    if to.alerts.count() + more > MOST_ALERTS:
        raise states.NotAllowed(
            _("Together they have more than %(most)d alerts, the most of an incident.")
            % {"most": MOST_ALERTS}
        )
