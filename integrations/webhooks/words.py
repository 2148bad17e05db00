"""Says of webhooks, in words, how they are and what they hear."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from integrations.models import WebhookDelivery, WebhookSubscription
from integrations.webhooks import event_types

State = WebhookDelivery.State
# Types that are named one by one; of more, only how many there are.
NAMED: Final = 2


@dataclass(frozen=True)
class Mark:
    """A state as a chip shows it."""

    text: str | Promise
    tone: str
    icon: str


PAUSED: Final = Mark(gettext_lazy("Paused"), "snoozed", "snooze")
DISABLED: Final = Mark(gettext_lazy("Disabled for now"), "triggered", "warning")
FAILING: Final = Mark(gettext_lazy("Failing"), "acknowledged", "warning")
WORKING: Final = Mark(gettext_lazy("Working"), "resolved", "resolve")
UNTRIED: Final = Mark(gettext_lazy("Nothing sent yet"), "snoozed", "info")
RETRYING: Final = Mark(gettext_lazy("Trying again"), "acknowledged", "warning")
DELIVERIES: Final[dict[str, Mark]] = {
    State.WAITING: Mark(State.WAITING.label, "info", "info"),
    State.HELD: Mark(State.HELD.label, "snoozed", "snooze"),
    State.DELIVERED: Mark(State.DELIVERED.label, "resolved", "resolve"),
    State.DROPPED: Mark(State.DROPPED.label, "triggered", "error"),
}


def standing(subscription: WebhookSubscription) -> Mark:
    """Say how a subscription fares."""
    if not subscription.is_active:
        return PAUSED
    if subscription.is_temporarily_disabled:
        return DISABLED
    good, bad = subscription.last_success_at, subscription.last_error_at
    if bad and (good is None or bad > good):
        return FAILING
    return WORKING if good else UNTRIED


def progress(delivery: WebhookDelivery) -> Mark:
    """Say how far a delivery is."""
    if delivery.state == State.WAITING and delivery.attempts:
        return RETRYING
    return DELIVERIES[delivery.state]


def heard(subscription: WebhookSubscription) -> str:
    """Say which events a subscription hears."""
    chosen = [name for name in event_types.OFFERED if name in subscription.events]
    if len(chosen) == len(event_types.OFFERED):
        return _("Every event")
    incidents = [n for n in event_types.OFFERED if n.startswith("incident.")]
    if chosen == incidents:
        return _("Every event of incidents")
    if len(chosen) > NAMED:
        return ngettext("%(n)d type of event", "%(n)d types of events", len(chosen)) % {
            "n": len(chosen)
        }
    names = [str(event_types.OFFERED[name]) for name in chosen]
    return "; ".join(names) or _("Nothing that is ever sent")


def scope(subscription: WebhookSubscription) -> str:
    """Say whose events a subscription hears."""
    match subscription.filter_type:
        case WebhookSubscription.Filter.SERVICE:
            return _name(subscription.service, _("A service that is gone"))
        case WebhookSubscription.Filter.TEAM:
            return _name(subscription.team, _("A team that is gone"))
    return _("The whole account")


def event(name: str) -> str:
    """Say what an event is about."""
    if name == event_types.PING:
        return _("Ping")
    return str(event_types.OFFERED.get(name, name))


def _name(row: object | None, otherwise: str) -> str:
    return otherwise if row is None else str(row)
