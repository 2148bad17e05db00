"""A policy reaches nobody: an incident of its services would page no one now.

Looked at are only policies of services to which a tool has spoken, because a new
account is full of what is not set up yet.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account
from accounts.models.contact import Urgency
from incidents import notifications, own
from incidents.models import Service
from oncall import queries
from oncall.escalation import Level

logger = logging.getLogger(__name__)

# So many accounts at a time; each costs about a dozen small queries.
ACCOUNTS = 20
PREFIX = "nobody:"
# A gap that returns each night is told once a week. Whoever is not paged because of
# it is not forgotten: the owners hear of each incident that reaches nobody.
REST = timedelta(days=7)


def sweep(after: int, at: datetime) -> int:
    """Look at some accounts after this id; this will return the last one, 0 at the end.

    An account that fails is passed over until the next round.
    """
    accounts = list(
        Account.objects.filter(pk__gt=after, suspended_at=None).order_by("pk")[
            :ACCOUNTS
        ]
    )
    for account in accounts:
        try:
            with tenancy.scope(account):
                look(account, at=at)
        except Exception:
            logger.exception("Could not look at the policies of account %s", account.pk)
    return accounts[-1].pk if len(accounts) == ACCOUNTS else 0


def look(account: Account, *, at: datetime) -> None:
    """Open an incident for each policy that reaches nobody; end those that do again."""
    services = _in_use(account)
    unreached = _unreached(account, {s.escalation_policy_id for s in services}, at)
    still = set()
    for service in services:
        policy = service.escalation_policy
        if policy.pk in unreached:
            still.add(PREFIX + policy.public_id)
            _open(service, at=at)
    for incident in own.still_open(account).filter(own_key__startswith=PREFIX):
        if incident.own_key not in still:
            own.end(account, incident.own_key, at=at)


def _in_use(account: Account) -> list[Service]:
    """Find a service for each policy that events may start."""
    spoken = account.services.filter(
        disabled_at=None,
        integrations__last_event_at__isnull=False,
        integrations__disabled_at=None,
    )
    rows = spoken.select_related("account", "escalation_policy")
    ordered = rows.order_by("escalation_policy_id", "id")
    return list(ordered.distinct("escalation_policy_id"))


def _unreached(account: Account, policies: Iterable[int], at: datetime) -> set[int]:
    """Say which policies have no level that reaches anybody who can be told."""
    plans = queries.plans_of(account, set(policies))
    levels: list[Level] = [level for plan in plans.values() for level in plan.levels]
    reached = queries.people_of_levels(account, levels, at)
    people = {r.membership.pk: r.membership for found in reached for r in found}
    tellable = notifications.steps_of(account, list(people.values()), Urgency.HIGH)
    by_level = iter(reached)
    unreached = set()
    for pk, plan in plans.items():
        found = [r.membership.pk for _l in plan.levels for r in next(by_level)]
        if not any(member in tellable for member in found):
            unreached.add(pk)
    return unreached


def _open(service: Service, *, at: datetime) -> None:
    policy = service.escalation_policy
    own.open_once(
        service,
        PREFIX + policy.public_id,
        title=_("Policy %(policy)s reaches nobody") % {"policy": policy.name},
        lines=[
            _(
                "No level of it has anybody now who is on call and has a contact"
                " method that works."
            ),
            _("Service: %(service)s") % {"service": service.name},
            _("An incident that opens there now would only alarm the owners."),
            _("This incident ends by itself once somebody is reached."),
        ],
        at=at,
        people=own.owners(service.account),
        # Nothing is broken yet, and nobody must get up at night for it.
        urgency=Urgency.LOW,
        rest=REST,
    )
