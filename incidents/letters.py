"""Writes what a delivery says: from its row to a message that channels can render."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import channels
from incidents import links
from incidents.models import Incident, Notification

# Mail programs cut long ones anyway.
LONGEST_DETAILS = 500


def write(notification: Notification) -> channels.Message:
    """Write the message; the row must bring its account, person and incident along."""
    base: dict[str, Any] = {
        "token": notification.token,
        "account": notification.account.name,
        "recipient": notification.membership.name if notification.membership else "",
    }
    content, incident = notification.content, notification.incident
    if notification.purpose == Notification.Purpose.TEST:
        return channels.Test(**base)
    if notification.purpose == Notification.Purpose.CODE:
        return channels.Code(**base, code=content.get("code", ""))
    if notification.purpose == Notification.Purpose.PAGE and incident is not None:
        return _page(notification, incident, base)
    return channels.Notice(
        **base,
        subject=content.get("subject", ""),
        lines=tuple(content.get("lines", ())),
        link=content.get("link") or (responder_link(notification) if incident else ""),
        action=content.get("action") or (_("Open the incident") if incident else ""),
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
        link=responder_link(notification),
        opened_at=incident.created_at,
        details=_details(incident),
        reason=_reason(notification.reason),
    )


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
