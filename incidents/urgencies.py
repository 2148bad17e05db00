"""How urgent an incident of a service is, and when the support hours change that."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models.contact import Urgency
from incidents import support_hours
from incidents.models import Service
from incidents.models.incident import Status
from incidents.support_hours import SupportHours

Rule = Service.UrgencyRule
LOW_SEVERITIES = ("warning", "info")


def of(service: Service, severity: str, *, at: datetime) -> str:
    """Say how urgent an incident is that opens now; no severity counts as high."""
    rule = service.urgency_rule
    if hours := hours_of(service):
        is_on = support_hours.are_on(hours, at)
        rule = service.urgency_in_hours if is_on else service.urgency_out_of_hours
    if rule == Rule.SEVERITY:
        return Urgency.LOW if severity in LOW_SEVERITIES else Urgency.HIGH
    return Urgency.LOW if rule == Rule.LOW else Urgency.HIGH


def hours_of(service: Service) -> SupportHours | None:
    """Return the support hours by which the service decides, if it does so."""
    start, end = service.support_start, service.support_end
    if service.urgency_rule != Rule.SUPPORT_HOURS or start is None or end is None:
        return None
    zone = ZoneInfo(service.support_time_zone or "UTC")
    return SupportHours(zone, frozenset(service.support_days), start, end)


def raises_at(service: Service, urgency: str, *, after: datetime) -> datetime | None:
    """Say when an open incident of this urgency becomes high by itself, if ever."""
    hours = hours_of(service)
    if urgency != Urgency.LOW or hours is None or not service.raise_at_support_start:
        return None
    return support_hours.next_start(hours, after)


def reschedule(service: Service, *, at: datetime) -> None:
    """Let the open incidents of a service, whose rule was changed, follow it now."""
    low = service.incidents.filter(urgency=Urgency.LOW).exclude(status=Status.RESOLVED)
    low.update(raise_at=raises_at(service, Urgency.LOW, after=at))
