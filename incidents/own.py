"""Incidents about ourselves: what we see, no tool tells us, and somebody must know.

One is open for each cause at a time, and ends with its cause. None of them follows a
policy: they go to people directly, so that a policy that reaches nobody loses none.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Account, Membership
from accounts.models.contact import Urgency
from accounts.permissions import Actor
from incidents import actions, opening
from incidents.models import Incident, Service
from incidents.states import RESOLVED

ENGINE: Final = Actor("engine", name="OnCall")
# Who resolved one by hand, while its cause went on, knows of it for so long.
KNOWN_FOR = timedelta(days=1)


def open_once(
    service: Service,
    own_key: str,
    *,
    title: str,
    lines: Iterable[str],
    at: datetime,
    people: Sequence[Membership] = (),
    urgency: str = Urgency.HIGH,
    rest: timedelta = timedelta(),
) -> Incident | None:
    """Open an incident about ourselves, unless this cause has one; in its scope.

    It goes to the people given, by default to the service's team, else to the owners.
    For `rest` after the cause ended, its return is not told again.
    """
    if _is_known(service.account, own_key, rest, at=at):
        return None
    draft = opening.Draft(
        title=title[:1024],
        urgency=urgency,
        description="\n".join(lines),
        own_key=own_key,
    )
    found = list(people) or responsible(service)
    try:
        with transaction.atomic():
            return opening.open_many(
                service, [draft], actor=ENGINE, at=at, people=found
            )[0]
    except IntegrityError as error:
        if "incident_own_key_once" not in str(error):
            raise
        # Another engine was faster.
        return None


def end(account: Account, own_key: str, *, at: datetime) -> Incident | None:
    """Resolve the open incident about this cause, if there is one; in its scope."""
    incident = still_open(account).filter(own_key=own_key).first()
    if incident is None:
        return None
    return actions.resolve(incident, actor=ENGINE, at=at)


def still_open(account: Account) -> QuerySet[Incident]:
    """Find the account's open incidents about ourselves; a small index has them."""
    return (
        account.incidents.exclude(status=RESOLVED)
        .exclude(own_key="")
        .select_related("account")
    )


def responsible(service: Service) -> list[Membership]:
    """Choose the people of the service's team, else the owners of the account."""
    members = service.account.memberships.filter(deactivated_at=None)
    team = members.filter(teams__services=service.pk).distinct()
    return list(team.select_related("user")) or owners(service.account)


def owners(account: Account) -> list[Membership]:
    """Choose the owners of the account."""
    members = account.memberships.filter(deactivated_at=None, role="owner")
    return list(members.select_related("user"))


def _is_known(account: Account, own_key: str, rest: timedelta, *, at: datetime) -> bool:
    """Whether one is open, was ended by hand of late, or rests."""
    mine = account.incidents.exclude(own_key="").filter(own_key=own_key)
    last = mine.order_by("-id").first()
    if last is None or last.resolved_at is None:
        return last is not None
    if last.resolved_at > at - rest:
        return True
    ended_by_us = last.timeline.filter(verb="resolve", via=ENGINE.via).exists()
    return not ended_by_us and last.resolved_at > at - KNOWN_FOR
