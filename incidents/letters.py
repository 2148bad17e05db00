"""Writes what a delivery says: from its row to a message that channels can render."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from incidents import links
from incidents.models import Incident, Notification

# Mail programs cut long ones anyway.
LONGEST_DETAILS = 500
# Of the incidents that a message carries besides its own.
LISTED = 100


def write(notification: Notification) -> channels.Message:
    """Write the message; the row must bring its account, person and incident along."""
    base: dict[str, Any] = {
        "token": notification.token,
        "account": notification.account.name,
        "recipient": notification.membership.name if notification.membership else "",
    }
    content, incident = notification.content, notification.incident
    if notification.purpose == Notification.Purpose.TEST:
        return channels.Test(**base, countries=_countries(notification))
    if notification.purpose == Notification.Purpose.CODE:
        return channels.Code(
            **base, code=content.get("code", ""), countries=_countries(notification)
        )
    if notification.purpose == Notification.Purpose.PAGE and incident is not None:
        return _page(notification, incident, base)
    if notification.purpose == Notification.Purpose.REQUEST and incident is not None:
        return _request(notification, incident, base)
    return channels.Notice(
        **base,
        subject=_subject(notification),
        lines=tuple(_lines(notification)),
        link=content.get("link") or (_link(notification) if incident else ""),
        action=content.get("action") or (_action(notification) if incident else ""),
    )


def responder_link(notification: Notification) -> str:
    """Return the address of this person's page of this incident."""
    token = links.sign(
        notification.account_id,
        notification.membership_id or 0,
        notification.incident_id or 0,
        at=notification.planned_for,
    )
    return f"{settings.SITE_URL}{reverse('responder', args=[token])}"


def _page(
    notification: Notification, incident: Incident, base: dict[str, Any]
) -> channels.Page:
    return channels.Page(
        **base,
        number=incident.number,
        title=incident.title,
        service=incident.service.name,
        urgency=incident.urgency,
        status=incident.status,
        link=_link(notification),
        opened_at=incident.created_at,
        details=_details(incident),
        reason=_reason(notification.reason),
        others=tuple(_others(notification)),
        unlisted=max(len(notification.carried) - LISTED, 0),
    )


def _others(notification: Notification) -> Iterator[tuple[int, str]]:
    for row in notification.carried[:LISTED]:
        if row.incident is not None:
            yield row.incident.number, row.incident.title


def _subject(notification: Notification) -> str:
    subject: str = notification.content.get("subject", "")
    if not notification.carried:
        return subject
    return _("%(subject)s (and %(count)d more)") % {
        "subject": subject,
        "count": len(notification.carried),
    }


def _lines(notification: Notification) -> Iterator[str]:
    """Say what the notice says, and in a line each what else it carries."""
    yield from notification.content.get("lines", ())
    for row in notification.carried[:LISTED]:
        if row.incident is not None:
            subject = row.content.get("subject", "")
            yield f"{subject}: #{row.incident.number} {row.incident.title}"
    if (unlisted := len(notification.carried) - LISTED) > 0:
        yield _("and %(count)d more") % {"count": unlisted}


def _link(notification: Notification) -> str:
    """Lead to the incident, or to all that wait where the message carries more."""
    if not notification.carried:
        return responder_link(notification)
    member = notification.membership
    mine = f"?assignee={member.public_id}" if member and _is_page(notification) else ""
    return f"{settings.SITE_URL}{reverse('incidents')}{mine}"


def _action(notification: Notification) -> str:
    return _("Open the incidents") if notification.carried else _("Open the incident")


def _is_page(notification: Notification) -> bool:
    return notification.purpose == Notification.Purpose.PAGE


def _request(
    notification: Notification, incident: Incident, base: dict[str, Any]
) -> channels.Request:
    return channels.Request(
        **base,
        number=incident.number,
        title=incident.title,
        service=incident.service.name,
        requester=notification.content.get("requester", ""),
        message=notification.content.get("message", ""),
        link=responder_link(notification),
    )


def _countries(notification: Notification) -> tuple[str, ...]:
    return tuple(notification.account.allowed_countries)


def _details(incident: Incident) -> str:
    return incident.description[:LONGEST_DETAILS]


def _reason(reason: dict[str, Any]) -> str:
    """Say why the person is told, in words."""
    if "policy" not in reason:
        return _("The incident was given to you.")
    words = _("Level %(level)s of %(policy)s") % reason
    if reason.get("schedule"):
        return _("%(words)s, on call for %(schedule)s") % {
            "words": words,
            "schedule": reason["schedule"],
        }
    return words
