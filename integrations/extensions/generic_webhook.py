"""Generic webhooks: v3 webhooks of some services, set up the way of extensions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from incidents.models import Service
from integrations.extensions import schemas
from integrations.models import Extension, WebhookSubscription
from integrations.webhooks import subscriptions

REDACTED = "-- redacted --"
# What those are told who asked for a trigger, an acknowledgement and so on.
EVENTS = (
    *("incident.triggered", "incident.acknowledged", "incident.unacknowledged"),
    *("incident.escalated", "incident.delegated", "incident.reassigned"),
    *("incident.resolved", "incident.reopened", "incident.annotated"),
    *("incident.priority_updated", "incident.status_update_published"),
    *("incident.responder.added", "incident.responder.replied"),
)


class GenericWebhook:
    """Keeps one webhook subscription for each service of an extension."""

    def follow(
        self,
        extension: Extension,
        services: Sequence[Service],
        config: Mapping[str, Any] | None,
        *,
        actor: Actor,
        at: datetime,
    ) -> None:
        """Have a subscription for each service, and none for another; may refuse."""
        kept = {each.service_id: each for each in _subscriptions(extension)}
        headers = _headers(config, list(kept.values()))
        values = {"url": extension.endpoint_url, "description": extension.name}
        values["headers"] = headers
        for service in services:
            found = kept.pop(service.pk, None)
            if found is None:
                _subscribe(extension, service, values, actor=actor, at=at)
            else:
                subscriptions.change(found, actor=actor, at=at, values=values)
        for left in kept.values():
            subscriptions.delete(left, actor=actor, at=at)
        # A password in the address has become a header meanwhile.
        for fresh in _subscriptions(extension)[:1]:
            extension.endpoint_url = fresh.url
            extension.save(update_fields=["endpoint_url"])

    def enable(self, extension: Extension, *, actor: Actor, at: datetime) -> None:
        """End every temporary disabling, and send what was held."""
        for subscription in _subscriptions(extension):
            subscriptions.enable(subscription, actor=actor, at=at)

    def is_disabled(self, extension: Extension) -> bool:
        """Say whether one of them at least is disabled for a while."""
        return any(each.is_temporarily_disabled for each in _subscriptions(extension))

    def config(self, extension: Extension) -> dict[str, Any]:
        """Name the headers, without their values."""
        rows = _subscriptions(extension)
        headers = rows[0].headers if rows else []
        return {
            "headers": [{"name": each["name"], "value": REDACTED} for each in headers]
        }


def _subscriptions(extension: Extension) -> list[WebhookSubscription]:
    return list(extension.subscriptions.all())


def _headers(
    config: Mapping[str, Any] | None, kept: Sequence[WebhookSubscription]
) -> Any:
    """Take the headers that are given; redacted ones, and none given, stay."""
    before = kept[0].headers if kept else []
    if config is None or config.get("headers") is None:
        return before
    given = config["headers"]
    if not isinstance(given, list):
        return given
    old = {each["name"].lower(): each for each in before}
    return [_restored(each, old) for each in given]


def _restored(given: Any, old: Mapping[str, Any]) -> Any:
    is_redacted = isinstance(given, dict) and given.get("value") == REDACTED
    return old.get(str(given.get("name")).lower(), given) if is_redacted else given


def _subscribe(
    extension: Extension,
    service: Service,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    made, _secret = subscriptions.create(
        extension.account,
        actor=actor,
        at=at,
        values={
            **values,
            "events": list(EVENTS),
            "filter_type": WebhookSubscription.Filter.SERVICE,
            "service": service,
        },
    )
    made.extension = extension
    made.save(update_fields=["extension"])


SCHEMA = schemas.Schema(
    key="generic_webhook",
    public_id="PXWEBHOOK",
    label=_("Generic Webhook"),
    description=_(
        "Posts every event of the services' incidents to an address, as a signed"
        " webhook of version 3."
    ),
    courier=GenericWebhook(),
)
schemas.register(SCHEMA)
