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
    is_alarm: bool


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
        is_alarm=notification.purpose == Notification.Purpose.ALARM,
    )


def _address(notification: Notification, *, is_own: bool) -> str:
    method = notification.contact_method
    if method is None:
        return ""
    return str(method.address if is_own else method.masked)


def _times(notification: Notification) -> list[tuple[str, datetime]]:
    """List what happened when; what is still to come says so."""
    happened = [
        (_("sent"), notification.sent_at),
        (_("delivered"), notification.delivered_at),
        (_("answered"), notification.answered_at),
        (_("failed"), notification.failed_at),
    ]
    known = [(word, at) for word, at in happened if at is not None]
    if notification.status == Status.PLANNED:
        return [(_("due"), notification.send_at)]
    return known or [(_("would have gone out"), notification.planned_for)]
