"""Tells members something about an incident that asks for no answer."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import Max

from accounts.models import ContactMethod, Membership
from accounts.models.contact import Urgency
from incidents import notifications
from incidents.models import Incident, Notification

PREFERRED = "email"


def tell(
    incident: Incident,
    people: Collection[Membership],
    *,
    subject: str,
    lines: Sequence[str],
    at: datetime,
    link: str = "",
    chosen: Iterable[ContactMethod] = (),
) -> int:
    """Plan a notice for each person by e-mail, or else by whatever reaches them.

    Who has chosen contact methods of their own is told by those that work.

    The incident must be locked, and bring its account along. Without a link it leads
    to the person's own page of the incident. This will return how many people are told.
    """
    usable = [method for method in chosen if method.may_be_paged]
    told = {method.membership_id for method in usable}
    rest = [person for person in people if person.pk not in told]
    methods = [*usable, *_methods(incident, rest)]
    content = {"subject": subject, "lines": list(lines), "link": link}
    turn = _next_turn(incident)
    notifications.save(
        Notification(
            account_id=incident.account_id,
            purpose=Notification.Purpose.NOTICE,
            incident=incident,
            membership_id=method.membership_id,
            contact_method=method,
            kind=method.kind,
            urgency=Urgency.LOW,
            episode=turn,
            content=content,
            planned_for=at,
            send_at=at,
            created_at=at,
        )
        for method in methods
    )
    return len({method.membership_id for method in methods})


def _methods(incident: Incident, people: Collection[Membership]) -> list[ContactMethod]:
    """Choose every mail address of a person; who has none gets one other message."""
    active = {person.pk for person in people if person.is_active}
    found = incident.account.contact_methods.filter(membership__in=active)
    usable = [method for method in found.order_by("id") if method.may_be_paged]
    chosen = [method for method in usable if method.kind == PREFERRED]
    told = {method.membership_id for method in chosen}
    for method in usable:
        if method.membership_id not in told:
            told.add(method.membership_id)
            chosen.append(method)
    return chosen


def _next_turn(incident: Incident) -> int:
    """Number the notices of an incident, for each of them is planned once."""
    notices = incident.notifications.filter(purpose=Notification.Purpose.NOTICE)
    return int(notices.aggregate(last=Max("episode"))["last"] or 0) + 1
