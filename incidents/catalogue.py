"""The configuration verbs: services, and the integrations through which events come.

Every door calls them with who and when; each leaves an audit entry. They raise
Refused or permissions.NotPermitted in words fit for a person.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor
from incidents import integration_keys, outbox, urgencies
from incidents.models import Integration, Service
from incidents.models.service import integration_key
from incidents.queries import services as queries

Part = TypeVar("Part", Service, Integration)


class Refused(Exception):
    """The catalogue cannot be changed like this; the words are fit for a person."""


@transaction.atomic
def create_service(
    account: Account, *, actor: Actor, at: datetime, **values: Any
) -> Service:
    """Add a service; it needs a name and an escalation policy."""
    actor.require("configure", of=values.get("team"))
    service = Service(account=account, **values)
    _save(service)
    audit.record(actor, "created service", service, at=at)
    outbox.record_service("created", service, actor=actor, at=at)
    return service


@transaction.atomic
def update_service(
    service: Service, *, actor: Actor, at: datetime, **values: Any
) -> Service:
    """Change a service; incidents that are open keep the plan they began with."""
    service = _locked(service)
    actor.require("configure", of=service)
    actor.require_move(service, values.get("team", service.team))
    changed = [n for n, value in values.items() if getattr(service, n) != value]
    for name in changed:
        setattr(service, name, values[name])
    if changed:
        _save(service)
        urgencies.reschedule(service, at=at)
        details = {"changed": changed}
        audit.record(actor, "updated service", service, at=at, details=details)
        outbox.record_service("updated", service, actor=actor, at=at)
    return service


@transaction.atomic
def disable_service(service: Service, *, actor: Actor, at: datetime) -> Service:
    """Let events of the service open nothing until it is enabled again."""
    _switch(service, "disabled service", at, actor=actor, at=at)
    outbox.record_service("updated", service, actor=actor, at=at)
    return service


@transaction.atomic
def enable_service(service: Service, *, actor: Actor, at: datetime) -> Service:
    """Let events of the service open incidents again."""
    _switch(service, "enabled service", None, actor=actor, at=at)
    outbox.record_service("updated", service, actor=actor, at=at)
    return service


@transaction.atomic
def delete_service(service: Service, *, actor: Actor, at: datetime) -> None:
    """Delete a service to which nothing ever happened; raises Refused otherwise."""
    service = _locked(service)
    actor.require("configure", of=service)
    if queries.has_history(service):
        raise Refused(
            _("%(service)s has a history, which stays; disable it instead.")
            % {"service": service}
        )
    audit.record(actor, "deleted service", service, at=at)
    outbox.record_service("deleted", service, actor=actor, at=at)
    service.delete()


@transaction.atomic
def add_integration(
    service: Service, *, actor: Actor, at: datetime, name: str, kind: str = "events_v2"
) -> Integration:
    """Give the service one more key, for one tool."""
    actor.require("configure", of=service)
    integration: Integration = service.integrations.create(
        account=service.account, name=name, kind=kind
    )
    audit.record(actor, "created integration", integration, at=at)
    return integration


@transaction.atomic
def rename_integration(
    integration: Integration, *, actor: Actor, at: datetime, name: str
) -> Integration:
    """Give an integration another name; its key stays."""
    actor.require("configure", of=integration.service)
    details = {"from": integration.name, "to": name}
    integration.name = name
    integration.save(update_fields=["name"])
    audit.record(actor, "renamed integration", integration, at=at, details=details)
    return integration


@transaction.atomic
def delete_integration(integration: Integration, *, actor: Actor, at: datetime) -> None:
    """Delete one through which nothing ever came; raises Refused otherwise."""
    actor.require("configure", of=integration.service)
    if integration.events.exists() or integration.alerts.exists():
        raise Refused(
            _("%(integration)s has a history, which stays; disable it instead.")
            % {"integration": integration}
        )
    audit.record(actor, "deleted integration", integration, at=at)
    integration.delete()


@transaction.atomic
def disable_integration(
    integration: Integration, *, actor: Actor, at: datetime
) -> Integration:
    """Let events with this key open nothing until it is enabled again."""
    return _switch(integration, "disabled integration", at, actor=actor, at=at)


@transaction.atomic
def enable_integration(
    integration: Integration, *, actor: Actor, at: datetime
) -> Integration:
    """Let events with this key open incidents again."""
    return _switch(integration, "enabled integration", None, actor=actor, at=at)


@transaction.atomic
def rotate_key(integration: Integration, *, actor: Actor, at: datetime) -> Integration:
    """Give an integration a new key; the old one works for a while beside it."""
    actor.require("configure", of=integration.service)
    integration.previous_key = integration.key
    integration.previous_key_until = at + integration_keys.BOTH_WORK
    integration.key = integration_key()
    integration.save(update_fields=["key", "previous_key", "previous_key_until"])
    audit.record(actor, "rotated integration key", integration, at=at)
    return integration


@transaction.atomic
def retire_key(integration: Integration, *, actor: Actor, at: datetime) -> Integration:
    """Let the key before stop working at once."""
    actor.require("configure", of=integration.service)
    integration.previous_key = integration.previous_key_until = None
    integration.save(update_fields=["previous_key", "previous_key_until"])
    audit.record(actor, "retired integration key", integration, at=at)
    return integration


@transaction.atomic
def map_integration(
    integration: Integration, *, actor: Actor, at: datetime, mapping: dict[str, str]
) -> Integration:
    """Say where in the tool's payloads each field is."""
    actor.require("configure", of=integration.service)
    integration.mapping = mapping
    integration.save(update_fields=["mapping"])
    audit.record(actor, "mapped integration", integration, at=at)
    return integration


def _switch(
    part: Part, action: str, value: datetime | None, *, actor: Actor, at: datetime
) -> Part:
    """Set or clear `disabled_at`; this does nothing when it already is so."""
    owned = part if isinstance(part, Service) else part.service
    actor.require("configure", of=owned)
    if bool(part.disabled_at) != bool(value):
        part.disabled_at = value
        part.save(update_fields=["disabled_at"])
        audit.record(actor, action, part, at=at)
    return part


def _locked(service: Service) -> Service:
    return service.account.services.select_for_update().get(pk=service.pk)


def _save(service: Service) -> None:
    try:
        with transaction.atomic():
            service.save()
    except IntegrityError as error:
        if "service_name_once" not in str(error):
            raise
        raise Refused(_("Another service has this name.")) from error
