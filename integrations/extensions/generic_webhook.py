"""Generic webhooks: v3 webhooks, set up the way of extensions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from integrations.extensions import schemas, values
from integrations.models import Extension, WebhookSubscription
from integrations.webhooks import subscriptions

REDACTED = "-- redacted --"
# What all of them are told, and what those besides who asked for an update.
ALWAYS = ("incident.triggered", "incident.reopened")
Update, Filter = Extension.Update, WebhookSubscription.Filter
EVENTS: dict[str, tuple[str, ...]] = {
    Update.ACKNOWLEDGED: ("incident.acknowledged", "incident.unacknowledged"),
    Update.RESOLVED: ("incident.resolved",),
    Update.ASSIGNED: (
        *("incident.escalated", "incident.delegated", "incident.reassigned"),
    ),
    Update.ANNOTATED: ("incident.annotated",),
    Update.RESPONDERS: ("incident.responder.added", "incident.responder.replied"),
    Update.OTHER: (*("incident.priority_updated", "incident.status_update_published"),),
}


class GenericWebhook:
    """Keeps one webhook subscription for all, for a team, or for each service."""

    def follow(
        self,
        extension: Extension,
        config: Mapping[str, Any] | None,
        *,
        actor: Actor,
        at: datetime,
    ) -> None:
        """Have a subscription for what it hears of, and no other; may refuse."""
        kept = {_key(each): each for each in _subscriptions(extension)}
        wanted = {
            "url": extension.endpoint_url,
            "description": extension.name,
            "headers": _headers(config, list(kept.values())),
            "events": _events(extension),
        }
        for filters in _filters(extension):
            found = kept.pop(_key(WebhookSubscription(**filters)), None)
            if found is None:
                _subscribe(extension, {**wanted, **filters}, actor=actor, at=at)
            else:
                subscriptions.change(found, actor=actor, at=at, values=wanted)
        for left in kept.values():
            subscriptions.delete(left, actor=actor, at=at)
        # A password in the address has become a header meanwhile.
        for fresh in _subscriptions(extension)[:1]:
            extension.endpoint_url = fresh.url
            extension.save(update_fields=["endpoint_url"])

    def pause(self, extension: Extension, *, actor: Actor, at: datetime) -> None:
        """Pause each of them."""
        for subscription in _subscriptions(extension):
            subscriptions.disable(subscription, actor=actor, at=at)

    def enable(self, extension: Extension, *, actor: Actor, at: datetime) -> None:
        """End every pause and disabling, and send what was held."""
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


def _filters(extension: Extension) -> list[dict[str, Any]]:
    """Say what its subscriptions hear of."""
    if extension.scope == Extension.Scope.ACCOUNT:
        return [{"filter_type": Filter.ACCOUNT}]
    if extension.scope == Extension.Scope.TEAM:
        return [{"filter_type": Filter.TEAM, "team": extension.team}]
    chosen = values.services(extension)
    return [{"filter_type": Filter.SERVICE, "service": each} for each in chosen]


def _key(subscription: WebhookSubscription) -> tuple[str, int | None, int | None]:
    return (
        str(subscription.filter_type),
        subscription.service_id,
        subscription.team_id,
    )


def _events(extension: Extension) -> list[str]:
    chosen = [
        name
        for key, names in EVENTS.items()
        if key in extension.updates
        for name in names
    ]
    return [*ALWAYS, *chosen]


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
    extension: Extension, wanted: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    made, _secret = subscriptions.create(
        extension.account, actor=actor, at=at, values=wanted
    )
    made.extension = extension
    made.save(update_fields=["extension"])
    if extension.is_paused:
        subscriptions.disable(made, actor=actor, at=at)


SCHEMA = schemas.Schema(
    key="generic_webhook",
    public_id="PXWEBHOOK",
    label=_("Generic Webhook"),
    description=_(
        "Posts what happens to incidents to an address, as a signed webhook of"
        " version 3."
    ),
    courier=GenericWebhook(),
)
schemas.register(SCHEMA)
