"""The delivery trail as a page shows it: what was sent to whom, and its outcome."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Membership
from incidents import wording
from incidents.models import Notification
from incidents.queries.detail import Trail

Status = Notification.Status
# Tone and icon of a delivery's state.
LOOKS = {
    Status.PLANNED: ("snoozed", "clock"),
    Status.SENT: ("info", "arrow-up-right"),
    Status.DELIVERED: ("info", "resolved"),
    Status.ANSWERED: ("resolved", "resolved"),
    Status.FAILED: ("triggered", "triggered"),
    Status.CANCELLED: ("snoozed", "suppressed"),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery in words."""

    label: str
    tone: str
    icon: str
    channel: str
    address: str
    times: list[tuple[str, datetime]]
    attempts: int
    error: str
    # What it is, where it is no page of the escalation.
    purpose: str
    # The number of the incident whose message carried this one as well.
    carried_by: int | None
    # Who took the last attempt.
    provider: str


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that was sent to one person."""

    name: str
    deliveries: list[Delivery]


def show(trails: list[Trail], reader: Membership) -> list[Person]:
    """Put the trails into words; addresses of others are masked."""
    return [
        Person(
            trail.person.name if trail.person else _("Nobody"),
            [_delivery(n, is_own=trail.person == reader) for n in trail.deliveries],
        )
        for trail in trails
    ]


def _delivery(notification: Notification, *, is_own: bool) -> Delivery:
    tone, icon = LOOKS[Status(notification.status)]
    return Delivery(
        label=str(notification.get_status_display()),
        tone=tone,
        icon=icon,
        channel=wording.kind(notification.kind),
        address=_address(notification, is_own=is_own),
        times=_times(notification),
        attempts=notification.attempts,
        error=notification.error,
        purpose=_purpose(notification),
        carried_by=_carried_by(notification),
        provider=notification.provider,
    )


def _address(notification: Notification, *, is_own: bool) -> str:
    method = notification.contact_method
    if method is None:
        return ""
    return str(method.address if is_own else method.masked)


def _times(notification: Notification) -> list[tuple[str, datetime]]:
    """List what happened when; what is still to come says so."""
    happened = [
        (_("planned"), notification.created_at),
        (_("sent"), notification.sent_at),
        (_("delivered"), notification.delivered_at),
        (_("answered"), notification.answered_at),
        (_("failed"), notification.failed_at),
    ]
    known = [(word, at) for word, at in happened if at is not None]
    if notification.status == Status.PLANNED:
        return [*known, (_("due"), notification.send_at)]
    if len(known) == 1:
        return [*known, (_("would have gone out"), notification.planned_for)]
    return known


def _purpose(notification: Notification) -> str:
    if notification.purpose == Notification.Purpose.PAGE:
        return ""
    return str(notification.get_purpose_display())


def _carried_by(notification: Notification) -> int | None:
    carrier: Notification | None = notification.bundled_into
    if carrier is None or carrier.incident is None:
        return None
    return int(carrier.incident.number)
