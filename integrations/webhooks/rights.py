"""Who may see and change a webhook: managers of the account, or of its team."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.models import Membership, Team
from accounts.permissions import PARTS, Actor, Owned, may
from incidents.models import Service
from integrations.models import WebhookSubscription

M = TypeVar("M", bound=Model)


def owner(subscription: WebhookSubscription) -> Owned | Team | None:
    """Return what a subscription hears of; nothing for the whole account."""
    found: Service | Team | None = subscription.service or subscription.team
    return found


def require(subscription: WebhookSubscription, actor: Actor) -> None:
    """Do nothing, or raise NotPermitted."""
    actor.require("configure", of=owner(subscription))


def visible(
    rows: QuerySet[WebhookSubscription], actor: Actor
) -> QuerySet[WebhookSubscription]:
    """Leave those that the actor may see; a key of the account sees all."""
    teams = only_of(actor)
    if teams is None:
        return rows
    return rows.filter(Q(team__in=teams) | Q(service__team__in=teams))


def owned(rows: QuerySet[M], actor: Actor, team: str) -> QuerySet[M]:
    """Leave the services, or teams, whose webhooks the actor may set up."""
    teams = only_of(actor)
    return rows if teams is None else rows.filter(**{f"{team}__in": teams})


def only_of(actor: Actor) -> list[int] | None:
    """Name the only teams whose webhooks the actor may set up; None for no limit."""
    if actor.user is None or may(actor.user, "configure"):
        return None
    return _managed(actor.user)


def _managed(member: Membership) -> list[int]:
    if not member.is_active:
        return []
    places: dict[Any, str] = member.parts
    return [team for team, part in places.items() if "configure" in PARTS[part]]
