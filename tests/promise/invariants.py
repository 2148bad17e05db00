"""What must hold of every incident at every moment, whatever has happened to it."""

from collections import Counter
from datetime import datetime, timedelta

from accounts.models import Account
from incidents.models import Incident, Notification

TIMERS = (
    "escalate_at",
    "acknowledgement_expires_at",
    "snoozed_until",
    "auto_resolve_at",
)
PLANNED = Notification.Status.PLANNED


def check(account: Account, at: datetime) -> None:
    """Look at every incident of an account; this will fail on the first wrong one."""
    for incident in account.incidents.all():
        _timers_fit_the_status(incident, at)
        _only_the_present_episode_waits(incident)
        _each_page_is_planned_once(incident)
        _the_timeline_leads_to_the_status(incident)


def overdue(account: Account, at: datetime, by: timedelta) -> list[Notification]:
    """Name the deliveries that should have left so long ago."""
    return list(account.notifications.filter(status=PLANNED, send_at__lt=at - by))


def _timers_fit_the_status(incident: Incident, at: datetime) -> None:
    set_timers = {name for name in TIMERS if getattr(incident, name) is not None}
    if incident.status == "resolved":
        assert not set_timers, (incident, set_timers)
        assert incident.resolved_at is not None
    elif incident.status == "acknowledged":
        assert "escalate_at" not in set_timers, incident
    elif incident.urgency == "high" and incident.exhausted_at is None:
        assert "escalate_at" in set_timers, (incident, "would never go on")
    elif incident.urgency == "low" and incident.unreached_at is None:
        # Only the auditor gives it a step, and that is due at once.
        step = incident.escalate_at
        assert step is None or step <= at, (incident, "low must not escalate")


def _only_the_present_episode_waits(incident: Incident) -> None:
    waiting = incident.notifications.filter(status=PLANNED, purpose="page")
    if incident.status != "triggered":
        assert not waiting.exists(), (incident, "answered, yet somebody will be paged")
    else:
        assert not waiting.exclude(episode=incident.episode).exists(), incident


def _each_page_is_planned_once(incident: Incident) -> None:
    pages = incident.notifications.filter(purpose="page").values_list(
        "episode", "membership_id", "contact_method_id", "delay_minutes"
    )
    twice = [page for page, count in Counter(pages).items() if count > 1]
    assert not twice, (incident, twice)


LEADS_TO = {
    "trigger": "triggered",
    "acknowledge": "acknowledged",
    "unacknowledge": "triggered",
    "resolve": "resolved",
    "reopen": "triggered",
    "escalate": "triggered",
    "reassign": "triggered",
    "snooze": "acknowledged",
    "merged": "resolved",
    "auto_resolve": "resolved",
    "ack_timeout": "triggered",
    "snooze_ended": "triggered",
}


def _the_timeline_leads_to_the_status(incident: Incident) -> None:
    verbs = incident.timeline.filter(verb__in=LEADS_TO).order_by("id")
    last = verbs.values_list("verb", flat=True).last()
    assert last is not None, incident
    assert LEADS_TO[last] == incident.status, (incident, last)
