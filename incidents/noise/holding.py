"""Lets alerts through that were held back: by a pause, or by maintenance.

A held alert is a row with a time, so a lost hint, or a maintenance whose end was
missed, costs nothing but that time. Alerts go through as if they came now, in the
order in which they did come.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.permissions import Actor
from incidents import columns
from incidents.models import Alert, Service
from incidents.noise import situation as situations
from incidents.noise.placing import place
from incidents.noise.situation import Situation

logger = logging.getLogger(__name__)

Held = Alert.Held
# Held alerts that one transaction, or one step of a larger one, lets through.
BATCH = 500
ROUNDS = 20
# How long a held alert that fails waits until it is tried again.
POSTPONEMENT = timedelta(seconds=10)


@transaction.atomic
def release(service: Service, *, at: datetime) -> int:
    """Let the alerts through that maintenance held; this will return their number.

    Alerts that have resolved meanwhile open nothing. If another window covers the
    service, they wait for its end.
    """
    held = _held(service).filter(held=Held.MAINTENANCE)
    until = situations.look(service, at=at).maintained_until
    if until is not None:
        held.update(release_at=until)
        return 0
    actor = Actor("engine", name=_("The end of the maintenance"))
    return _release(service, held, actor, at=at)


@transaction.atomic
def let_through(service: Service, *, actor: Actor, at: datetime) -> int:
    """Let every held alert through now; suppressed ones stay where they are."""
    actor.require("respond", of=service)
    held = _held(service).filter(held__in=(Held.MAINTENANCE, Held.PAUSED))
    return _release(service, held, actor, at=at)


def release_due(at: datetime) -> int:
    """Let each held alert through whose time has come; returns how many were due."""
    worked = 0
    for _round in range(ROUNDS):
        due = _due(at)
        for service, alerts in groupby(due, key=lambda alert: alert.service):
            _work(service, [alert.pk for alert in alerts], at=at)
        worked += len(due)
        if len(due) < BATCH:
            break
    return worked


def held_of(service: Service) -> QuerySet[Alert]:
    """The open alerts of a service that wait to be let through."""
    return service.account.alerts.filter(
        service=service,
        status=Alert.Status.TRIGGERED,
        held__in=(Held.MAINTENANCE, Held.PAUSED),
    )


def _held(service: Service) -> QuerySet[Alert]:
    return held_of(service).order_by("id")


def _release(
    service: Service, held: QuerySet[Alert], actor: Actor, *, at: datetime
) -> int:
    """Let alerts through in steps, each of which counts towards a storm."""
    released = 0
    while True:
        coming = held[: BATCH + 1].count()
        if not coming:
            return released
        now = situations.settle(service, at=at, coming=coming)
        alerts = list(held.select_for_update(of=("self",))[:BATCH])
        _let(service, alerts, now, actor, at=at)
        released += len(alerts)
        if not alerts:
            return released


def _let(
    service: Service,
    alerts: Sequence[Alert],
    now: Situation,
    actor: Actor,
    *,
    at: datetime,
) -> None:
    place(service, alerts, now, actor=actor, at=at)
    columns.update(
        "incidents_alert",
        {"incident_id": "bigint", "held": "text", "release_at": "timestamptz"},
        [(alert.pk, alert.incident_id, Held.NOT.value, None) for alert in alerts],
    )


def _due(at: datetime) -> list[Alert]:
    with tenancy.all_accounts():
        due = Alert.across_accounts.filter(release_at__lte=at)
        rows = due.select_related("service__account").order_by("release_at", "id")
        return sorted(rows[:BATCH], key=lambda alert: (alert.service_id, alert.pk))


def _work(service: Service, ids: Sequence[int], *, at: datetime) -> None:
    """Let due alerts of a service through together, or failing that, one by one."""
    try:
        _let_due(service, ids, at=at)
        return
    except Exception:
        logger.exception("Could not let alerts of service %s through", service.pk)
    for pk in ids:
        try:
            _let_due(service, [pk], at=at)
        except Exception:
            logger.exception("Could not let alert %s through", pk)
            _postpone(service, pk, at=at)


def _let_due(service: Service, ids: Sequence[int], *, at: datetime) -> None:
    with tenancy.scope(service.account):
        fresh = service.account.services.select_related(
            "account", "escalation_policy"
        ).get(pk=service.pk)
        now = situations.settle(fresh, at=at, coming=len(ids))
        due = fresh.account.alerts.select_for_update(of=("self",), skip_locked=True)
        alerts = list(due.filter(pk__in=ids, release_at__lte=at).order_by("id"))
        if now.maintained_until is not None:
            _hold_on([alert.pk for alert in alerts], now.maintained_until)
            return
        actor = Actor("engine", name=_("The end of its pause"))
        _let(fresh, alerts, now, actor, at=at)


def _hold_on(ids: Sequence[int], until: datetime) -> None:
    """Hold alerts for the maintenance that has begun, or goes on for longer."""
    Alert.across_accounts.filter(pk__in=ids).update(
        held=Held.MAINTENANCE, release_at=until
    )


def _postpone(service: Service, pk: int, *, at: datetime) -> None:
    with tenancy.scope(service.account):
        own = service.account.alerts.filter(pk=pk, release_at__lte=at)
        own.update(release_at=at + POSTPONEMENT)
