"""Events refused: a tool sends faster than its account may, and loses some.

The door notes a refusal in Redis, and not more often than once a minute for each
integration, because a refused request must cost next to nothing. An emptied Redis
forgets refusals, which the next one mends.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.utils.translation import gettext as _

from accounts import tenancy
from incidents import own
from incidents.models import Incident, Integration
from incidents.states import RESOLVED

logger = logging.getLogger(__name__)

NOTED = "events-refused"
EVERY = timedelta(minutes=1)
# Without a refusal for so long, the incident ends.
CALM = timedelta(minutes=15)
PREFIX = "refused:"

_noted: dict[str, datetime] = {}
_noting = threading.Lock()


def note(key: str, at: datetime) -> None:
    """Note that an event with this integration key was refused; never raises."""
    with _noting:
        last = _noted.get(key)
        if last is not None and timedelta() <= at - last < EVERY:
            return
        if len(_noted) > 10_000:
            _noted.clear()
        _noted[key] = at
    try:
        _redis().hset(NOTED, key, str(at.timestamp()))
    except redis.RedisError as error:
        logger.warning("A refusal could not be noted: %s", error)


def sweep(at: datetime) -> None:
    """Open an incident for each integration whose events are refused; end old ones."""
    recent = {key: last for key, last in _recall(at).items() if last > at - CALM}
    with tenancy.all_accounts():
        mine = Integration.across_accounts.filter(key__in=list(recent))
        refused = list(mine.select_related("account"))
        ours = Incident.across_accounts.exclude(status=RESOLVED).exclude(own_key="")
        told = list(ours.filter(own_key__startswith=PREFIX).select_related("account"))
    open_keys = {incident.own_key for incident in told}
    for integration in refused:
        if _own_key(integration) not in open_keys:
            with tenancy.scope(integration.account):
                _open(integration, at=at)
    still = {_own_key(integration) for integration in refused}
    for incident in told:
        # After Redis was emptied we know nothing; the incident's own age counts.
        if incident.own_key not in still and incident.created_at <= at - CALM:
            with tenancy.scope(incident.account):
                own.end(incident.account, incident.own_key, at=at)


def _recall(at: datetime) -> dict[str, datetime]:
    """Read what was refused, and forget what is old."""
    try:
        noted: Any = _redis().hgetall(NOTED)
        found = {
            key: datetime.fromtimestamp(float(then), UTC) for key, then in noted.items()
        }
        old = [key for key, last in found.items() if last < at - 4 * CALM]
        if old:
            _redis().hdel(NOTED, *old)
    except redis.RedisError as error:
        logger.warning("Refusals could not be read: %s", error)
        return {}
    return found


def _open(integration: Integration, *, at: datetime) -> None:
    integration = (
        integration.account.integrations.select_related(
            "account", "service__account", "service__escalation_policy"
        )
    ).get(pk=integration.pk)
    names = {"name": integration.name, "service": integration.service.name}
    own.open_once(
        integration.service,
        _own_key(integration),
        title=_("Events of %(name)s for %(service)s were refused") % names,
        lines=[
            _(
                "They came faster than the account may send: %(limit)s events a"
                " minute, and half of them through one integration."
            )
            % {"limit": integration.account.events_per_minute},
            _("The tool was told when to try again. One that does not has lost them."),
            _("Ends of alerts that are open here are never refused."),
            _("This incident ends by itself after 15 minutes without refusals."),
        ],
        at=at,
    )


def _own_key(integration: Integration) -> str:
    return f"{PREFIX}{integration.public_id}"


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=0.1,
        socket_connect_timeout=0.1,
        decode_responses=True,
    )
