"""Keeps those informed who do not work on an incident: subscribers and updates."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Actor
from incidents import changes, notices, states
from incidents.models import Incident, StatusUpdate, Subscriber


@transaction.atomic
def subscribe(
    incident: Incident,
    *,
    actor: Actor,
    at: datetime,
    people: Sequence[Membership] = (),
    teams: Sequence[Team] = (),
) -> Incident:
    """Let people and teams be told of updates; who is already told stays so.

    Anybody may subscribe themselves. Raises states.NotAllowed when that adds nobody,
    or permissions.NotPermitted.
    """
    is_self = not teams and list(people) == [actor.user]
    actor.require("view" if is_self else "respond", of=incident.service)
    incident = changes.lock(incident)
    rows = _new(incident, people, teams, at=at)
    if not rows:
        raise states.NotAllowed(
            _("They are subscribed already.")
            if people or teams
            else _("Choose people or a team to keep informed.")
        )
    Subscriber.across_accounts.bulk_create(rows)
    names = {} if is_self else {"to": [str(row) for row in rows]}
    changes.write("subscribed", incident, actor=actor, at=at, **names)
    return incident


@transaction.atomic
def unsubscribe(subscriber: Subscriber, *, actor: Actor, at: datetime) -> Incident:
    """Stop telling somebody of updates; raises permissions.NotPermitted."""
    is_self = subscriber.membership is not None and subscriber.membership == actor.user
    service = subscriber.incident.service
    actor.require("view" if is_self else "respond", of=service)
    incident = changes.lock(subscriber.incident)
    names = {} if is_self else {"to": [str(subscriber)]}
    changes.write("unsubscribed", incident, actor=actor, at=at, **names)
    subscriber.delete()
    return incident


@transaction.atomic
def post(
    incident: Incident, *, actor: Actor, at: datetime, message: str, subject: str = ""
) -> StatusUpdate:
    """Tell every subscriber; teams are whoever is in them now.

    Raises states.NotAllowed for an empty message, or permissions.NotPermitted.
    """
    actor.require("respond", of=incident.service)
    if not message.strip():
        raise states.NotAllowed(_("The status update is empty."))
    incident = changes.lock(incident)
    update: StatusUpdate = incident.status_updates.create(
        account=incident.account,
        sender=actor.user,
        message=message.strip(),
        subject=subject.strip()[:200],
        at=at,
    )
    people = recipients(incident)
    told = notices.tell(
        incident,
        people,
        chosen=incident.account.contact_methods.filter(
            status_update_rules__membership__in=people
        ),
        subject=_subject(incident, update),
        lines=_lines(update, actor),
        at=at,
        link=_link(incident),
    )
    changes.write(
        "status_update", incident, actor=actor, at=at, text=update.message, told=told
    )
    return update


def recipients(incident: Incident) -> list[Membership]:
    """List the active members who are subscribed now, by themselves or by a team."""
    found = incident.account.memberships.filter(
        Q(subscriptions__incident=incident)
        | Q(teams__subscriptions__incident=incident),
        deactivated_at=None,
        user__is_active=True,
    )
    return list(found.select_related("user").distinct())


def _new(
    incident: Incident,
    people: Sequence[Membership],
    teams: Sequence[Team],
    *,
    at: datetime,
) -> list[Subscriber]:
    known = incident.subscribers.values_list("membership_id", "team_id")
    members, known_teams = {ids[0] for ids in known}, {ids[1] for ids in known}
    rows = [
        *(Subscriber(membership=each) for each in people if each.pk not in members),
        *(Subscriber(team=each) for each in teams if each.pk not in known_teams),
    ]
    for row in rows:
        row.account, row.incident, row.created_at = incident.account, incident, at
    return rows


def _subject(incident: Incident, update: StatusUpdate) -> str:
    return _("[#%(number)s %(status)s] Status update: %(subject)s") % {
        "number": incident.number,
        "status": incident.get_status_display(),
        "subject": update.subject or incident.title,
    }


def _lines(update: StatusUpdate, actor: Actor) -> list[str]:
    name = actor.user.name if actor.user else actor.name
    return [
        *(line for line in update.message.splitlines() if line.strip()),
        _("Written by %(name)s about #%(number)s %(title)s.")
        % {
            "name": name,
            "number": update.incident.number,
            "title": update.incident.title,
        },
    ]


def _link(incident: Incident) -> str:
    """Lead to the page behind the sign-in, because such mail is passed on."""
    return f"{settings.SITE_URL}{reverse('incident_by_id', args=[incident.public_id])}"
