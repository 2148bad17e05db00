"""What people and tools do to extensions.

Every door calls these with who and when; each leaves an audit entry. They raise
webhooks.refusals.Refused or permissions.NotPermitted in words fit for a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account
from accounts.permissions import Actor
from incidents.models import Service
from integrations.extensions import schemas
from integrations.extensions.schemas import Courier, Schema
from integrations.models import ExtendedService, Extension
from integrations.webhooks import rights
from integrations.webhooks.refusals import Refused


@transaction.atomic
def create(
    account: Account,
    schema: Schema,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    endpoint_url: str,
    services: Sequence[Service],
    config: Mapping[str, Any] | None = None,
) -> Extension:
    """Let news of the services go to one more place."""
    _require(services, actor)
    courier = _courier(schema)
    extension = account.extensions.create(
        schema=schema.key,
        name=name,
        endpoint_url=endpoint_url,
        created_by=actor.user,
        created_at=at,
    )
    _choose(extension, services)
    courier.follow(extension, services, config, actor=actor, at=at)
    audit.record(actor, "created extension", extension, at=at)
    return extension


@transaction.atomic
def change(
    extension: Extension,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    endpoint_url: str,
    services: Sequence[Service],
    config: Mapping[str, Any] | None = None,
) -> Extension:
    """Change what it is called, where it goes and whose news; no config: as before."""
    fresh = _locked(extension)
    _require([*of(fresh), *services], actor)
    fresh.name, fresh.endpoint_url = name, endpoint_url
    fresh.save(update_fields=["name", "endpoint_url"])
    _choose(fresh, services)
    courier = _courier(schemas.of(fresh))
    courier.follow(fresh, services, config, actor=actor, at=at)
    audit.record(actor, "updated extension", fresh, at=at)
    return fresh


@transaction.atomic
def delete(extension: Extension, *, actor: Actor, at: datetime) -> None:
    """Delete an extension with everything that delivers for it."""
    fresh = _locked(extension)
    _require(of(fresh), actor)
    audit.record(actor, "deleted extension", fresh, at=at)
    fresh.delete()


@transaction.atomic
def enable(extension: Extension, *, actor: Actor, at: datetime) -> Extension:
    """Deliver again to what was disabled for a while, and what was held meanwhile."""
    fresh = _locked(extension)
    _require(of(fresh), actor)
    _courier(schemas.of(fresh)).enable(fresh, actor=actor, at=at)
    audit.record(actor, "enabled extension", fresh, at=at)
    return fresh


def of(extension: Extension) -> list[Service]:
    """Return the services whose news an extension gets."""
    return [each.service for each in extension.extended_services.all()]


def visible(rows: QuerySet[Extension], actor: Actor) -> QuerySet[Extension]:
    """Leave those of which the actor may configure every service."""
    teams = rights.only_of(actor)
    if teams is None:
        return rows
    foreign = ExtendedService.across_accounts.filter(
        Q(service__team=None) | ~Q(service__team__in=teams), extension=OuterRef("pk")
    )
    return rows.filter(~Exists(foreign), extended_services__isnull=False).distinct()


def _require(services: Sequence[Service], actor: Actor) -> None:
    """Do nothing, or raise NotPermitted; of no service, the account's right counts."""
    if not services:
        actor.require("configure")
    for service in services:
        actor.require("configure", of=service)


def _courier(schema: Schema) -> Courier:
    if schema.courier is None:
        raise Refused(
            _("%(name)s must be allowed by signing in there, with a browser.")
            % {"name": schema.label}
        )
    return schema.courier


def _choose(extension: Extension, services: Sequence[Service]) -> None:
    """Say whose news it gets."""
    if not services:
        raise Refused(_("Choose at least one service."), "services")
    extension.extended_services.exclude(service__in=services).delete()
    for service in services:
        extension.extended_services.get_or_create(
            account=extension.account, service=service
        )


def _locked(extension: Extension) -> Extension:
    found: Extension = (
        extension.account.extensions.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .get(pk=extension.pk)
    )
    return found
