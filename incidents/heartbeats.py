"""The configuration verbs of heartbeats: what is expected of them, and how often.

Each leaves an audit entry. They raise catalogue.Refused or permissions.NotPermitted in
words fit for a person.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.permissions import Actor
from incidents import beats
from incidents.catalogue import Refused
from incidents.models import Heartbeat, Service
from incidents.models.heartbeat import HEARTBEAT, heartbeat_key

Status = Heartbeat.Status

SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(days=30)


@transaction.atomic
def create(
    service: Service, *, actor: Actor, at: datetime, name: str, **values: Any
) -> Heartbeat:
    """Add a heartbeat, with an integration of its own; it waits for its first beat."""
    actor.require("configure", of=service)
    integration = service.integrations.create(
        account=service.account, name=name, kind=HEARTBEAT
    )
    heartbeat = Heartbeat(
        account=service.account,
        service=service,
        integration=integration,
        name=name,
        **values,
    )
    _save(heartbeat)
    audit.record(actor, "created heartbeat", heartbeat, at=at)
    return heartbeat


@transaction.atomic
def update(
    heartbeat: Heartbeat, *, actor: Actor, at: datetime, **values: Any
) -> Heartbeat:
    """Change what is expected; a beat is never due sooner than its grace from now."""
    heartbeat = _locked(heartbeat)
    actor.require("configure", of=heartbeat.service)
    changed = [n for n, value in values.items() if getattr(heartbeat, n) != value]
    if not changed:
        return heartbeat
    for name in changed:
        setattr(heartbeat, name, values[name])
    if heartbeat.due_at is not None and heartbeat.last_beat_at is not None:
        due_at = heartbeat.last_beat_at + heartbeat.interval + heartbeat.grace
        heartbeat.due_at = max(due_at, at + max(heartbeat.grace, SHORTEST))
    _save(heartbeat)
    heartbeat.service.integrations.filter(pk=heartbeat.integration_id).update(
        name=heartbeat.name
    )
    details = {"changed": changed}
    audit.record(actor, "updated heartbeat", heartbeat, at=at, details=details)
    return heartbeat


@transaction.atomic
def pause(heartbeat: Heartbeat, *, actor: Actor, at: datetime) -> Heartbeat:
    """Expect nothing until it is resumed; an open alert of its silence ends."""
    heartbeat = _locked(heartbeat)
    actor.require("configure", of=heartbeat.service)
    if heartbeat.status != Status.PAUSED:
        _end_alert(heartbeat, at=at)
        heartbeat.status, heartbeat.due_at = Status.PAUSED, None
        heartbeat.save(update_fields=["status", "due_at"])
        audit.record(actor, "paused heartbeat", heartbeat, at=at)
    return heartbeat


@transaction.atomic
def resume(heartbeat: Heartbeat, *, actor: Actor, at: datetime) -> Heartbeat:
    """Expect beats again: the next one within an interval and its grace from now."""
    heartbeat = _locked(heartbeat)
    actor.require("configure", of=heartbeat.service)
    if heartbeat.status == Status.PAUSED:
        has_beaten = heartbeat.last_beat_at is not None
        heartbeat.status = Status.BEATING if has_beaten else Status.NEW
        whole = heartbeat.interval + heartbeat.grace
        heartbeat.due_at = at + whole if has_beaten else None
        heartbeat.save(update_fields=["status", "due_at"])
        audit.record(actor, "resumed heartbeat", heartbeat, at=at)
    return heartbeat


@transaction.atomic
def rotate(heartbeat: Heartbeat, *, actor: Actor, at: datetime) -> Heartbeat:
    """Give the heartbeat a new address; the old one stops working at once."""
    heartbeat = _locked(heartbeat)
    actor.require("configure", of=heartbeat.service)
    heartbeat.key = heartbeat_key()
    heartbeat.save(update_fields=["key"])
    audit.record(actor, "rotated heartbeat key", heartbeat, at=at)
    return heartbeat


@transaction.atomic
def delete(heartbeat: Heartbeat, *, actor: Actor, at: datetime) -> None:
    """Delete a heartbeat; what it opened ends, and its history stays."""
    heartbeat = _locked(heartbeat)
    actor.require("configure", of=heartbeat.service)
    _end_alert(heartbeat, at=at)
    audit.record(actor, "deleted heartbeat", heartbeat, at=at)
    integration = heartbeat.integration
    heartbeat.delete()
    if not integration.events.exists():
        integration.delete()


def _locked(heartbeat: Heartbeat) -> Heartbeat:
    found: Heartbeat = (
        heartbeat.account.heartbeats.select_for_update(of=("self",))
        .select_related("account", "service", "integration")
        .get(pk=heartbeat.pk)
    )
    return found


def _end_alert(heartbeat: Heartbeat, *, at: datetime) -> None:
    if heartbeat.status == Status.MISSED:
        beats.end_alert(heartbeat, at=at)


def _save(heartbeat: Heartbeat) -> None:
    try:
        with transaction.atomic():
            heartbeat.save()
    except IntegrityError as error:
        if "heartbeat_name_once" not in str(error):
            raise
        raise Refused(_("Another heartbeat of the service has this name.")) from error
