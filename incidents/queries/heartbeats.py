"""Heartbeats as their list and their page show them."""

from django.conf import settings
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse

from accounts.models import Account
from incidents.models import Heartbeat, Incident

INCIDENTS = 20
SIZE = 500


def listed(account: Account) -> QuerySet[Heartbeat]:
    """List the heartbeats, those that are missed first."""
    worst = Case(
        When(status=Heartbeat.Status.MISSED, then=Value(0)),
        When(status=Heartbeat.Status.PAUSED, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = account.heartbeats.select_related("service")
    return rows.order_by(worst, "service__name", "name")[:SIZE]


def incidents(heartbeat: Heartbeat) -> list[Incident]:
    """List the newest incidents that the heartbeat's silence and failures opened."""
    alerts = heartbeat.account.alerts.filter(integration=heartbeat.integration_id)
    found = heartbeat.account.incidents.filter(pk__in=alerts.values("incident"))
    return list(found.order_by("-id")[:INCIDENTS])


def address(heartbeat: Heartbeat) -> str:
    """Write the address that takes the heartbeat's beats."""
    path = reverse("beat", args=[heartbeat.key]).rstrip("/")
    return f"{settings.SITE_URL}{path}"


def curl(heartbeat: Heartbeat) -> str:
    """Write the command that sends a beat, again if we do not answer."""
    return f"curl -fsS -m 10 --retry 5 -o /dev/null -X POST {address(heartbeat)}"


def cron(heartbeat: Heartbeat) -> str:
    """Write a line for cron that says how the job ended."""
    where = address(heartbeat)
    send = "curl -fsS -m 10 --retry 5 -o /dev/null -X POST"
    return f"0 3 * * * /usr/local/bin/job && {send} {where} || {send} {where}/fail"
