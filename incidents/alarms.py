"""Tells the owners, and a service's team, when nobody else could be told."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from incidents import notifications, timeline
from incidents.models import Incident, TimelineEntry


def tell_unreached(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Tell the owners of saved incidents that no one could be told of."""
    _tell(incidents, "nobody_reached", _("Nobody could be paged"), at=at)


def tell_exhausted(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Tell the owners of saved incidents whose policies ended unanswered."""
    why = _("Nobody answered, and the policy ended")
    _tell(incidents, "policy_exhausted", why, at=at)


def _tell(incidents: Sequence[Incident], verb: str, why: str, *, at: datetime) -> None:
    told = notifications.alarm_all(
        [
            (
                incident,
                f"{why}: #{incident.number} {incident.title}",
                _lines(incident, why),
            )
            for incident in incidents
        ],
        at=at,
    )
    timeline.write(
        TimelineEntry(
            account_id=incident.account_id,
            incident=incident,
            verb=verb,
            at=at,
            via="engine",
            details={"told": count},
        )
        for incident, count in zip(incidents, told, strict=True)
    )


def _lines(incident: Incident, why: str) -> list[str]:
    return [
        why + ".",
        _("Incident #%(number)s is open: %(title)s")
        % {"number": incident.number, "title": incident.title},
        _("Service: %(service)s") % {"service": incident.service.name},
    ]
