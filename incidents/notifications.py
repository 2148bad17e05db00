"""Plans deliveries by notification rules, and calls them off."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts import companions, contact_methods, tenancy
from accounts.models import Account, ContactMethod, Membership, NotificationRule
from accounts.models.contact import Urgency
from incidents import poke
from incidents.models import Incident, Notification

Purpose = Notification.Purpose
State = Notification.Status

# What an answer calls off, and what the end of an incident does.
PAGING = (Purpose.PAGE, Purpose.ALARM)
ASKING = (*PAGING, Purpose.REQUEST)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a member's own plan: after `delay`, by this contact method."""

    delay_minutes: int
    method: ContactMethod
    rule: NotificationRule | None = None


def steps_of(
    account: Account, members: Collection[Membership], urgency: str
) -> dict[int, list[Step]]:
    """Say how each member wants to be told, by the rules that can reach them.

    A member whose rules name no usable contact method will get every usable one at
    once, and so does one whose rules of high urgency are left with companions alone; a
    member without any is missing from the answer.
    """
    wanted = {member.pk for member in members}
    usable = [
        method
        for method in account.contact_methods.filter(membership__in=wanted)
        if method.may_be_paged
    ]
    methods = {method.pk: method for method in usable}
    steps: dict[int, list[Step]] = {}
    rules = account.notification_rules.filter(
        membership__in={method.membership_id for method in usable}, urgency=urgency
    )
    for rule in rules:
        if method := methods.get(rule.contact_method_id):
            steps.setdefault(rule.membership_id, []).append(
                Step(rule.delay_minutes, method, rule)
            )
    told = _told_by_rules(steps, urgency)
    for method in usable:
        if method.membership_id not in told or (
            told[method.membership_id] and not companions.is_companion(method)
        ):
            steps.setdefault(method.membership_id, []).append(Step(0, method))
    return steps


def _told_by_rules(steps: dict[int, list[Step]], urgency: str) -> dict[int, bool]:
    """Name the members whom rules reach, and say of which by companions alone."""
    return {
        member: urgency == Urgency.HIGH
        and all(companions.is_companion(step.method) for step in found)
        for member, found in steps.items()
    }


def plan(
    incident: Incident,
    steps: dict[int, list[Step]],
    reasons: dict[int, dict[str, Any]],
    *,
    at: datetime,
) -> list[Notification]:
    """Make the pages of one start of paging, unsaved, one for each step."""
    return [
        Notification(
            account_id=incident.account_id,
            purpose=Purpose.PAGE,
            incident=incident,
            membership_id=member,
            contact_method=step.method,
            rule=step.rule,
            kind=step.method.kind,
            urgency=incident.urgency,
            episode=incident.episode,
            level=incident.level,
            delay_minutes=step.delay_minutes,
            reason=reason,
            planned_for=at + timedelta(minutes=step.delay_minutes),
            send_at=at + timedelta(minutes=step.delay_minutes),
            created_at=at,
        )
        for member, reason in reasons.items()
        for step in steps.get(member, ())
    ]


def save(notifications: Iterable[Notification]) -> None:
    """Keep planned pages; one that was planned before stays as it is."""
    rows = list(notifications)
    if rows:
        Notification.across_accounts.bulk_create(rows, ignore_conflicts=True)
        poke.deliver()


def cancel(incidents: Sequence[Incident], purposes: Collection[str] = PAGING) -> int:
    """Call off what has not been sent yet: pages and alarms, or what is named."""
    if not incidents:
        return 0
    with connection.cursor() as cursor:
        # In the order of their ids, as whoever records them locks them.
        cursor.execute(
            "UPDATE incidents_notification SET status = 'cancelled' WHERE id IN ("
            "SELECT id FROM incidents_notification WHERE account_id = %s"
            " AND incident_id = ANY(%s) AND status = 'planned' AND purpose = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE)",
            [
                incidents[0].account_id,
                [incident.pk for incident in incidents],
                [str(purpose) for purpose in purposes],
            ],
        )
        return int(cursor.rowcount)


def warn(
    incident: Incident, *, subject: str, lines: Sequence[str], at: datetime
) -> None:
    """Tell the owners of something that went wrong, besides any alarm."""
    # As alarms these would take the place of a real one: there is one a start.
    alarm_all([(incident, subject, lines)], at=at, purpose=Purpose.NOTICE)


def alarm_all(
    letters: Sequence[tuple[Incident, str, Sequence[str]]],
    *,
    at: datetime,
    purpose: str = Purpose.ALARM,
) -> list[int]:
    """Tell the owners and the services' teams, on every verified channel.

    Of many incidents of one account, each with its subject and lines. This will
    return how many people are told of each.
    """
    methods = {
        service: _methods_for_alarms(letters[0][0].account, service)
        for service in {incident.service_id for incident, *_letter in letters}
    }
    save(
        Notification(
            account_id=incident.account_id,
            purpose=purpose,
            incident=incident,
            membership_id=method.membership_id,
            contact_method=method,
            kind=method.kind,
            urgency=Urgency.HIGH,
            episode=incident.episode,
            content={"subject": subject, "lines": list(lines)},
            planned_for=at,
            send_at=at,
            created_at=at,
        )
        for incident, subject, lines in letters
        for method in methods[incident.service_id]
    )
    return [
        len({method.membership_id for method in methods[incident.service_id]})
        for incident, *_letter in letters
    ]


def post(
    account: Account,
    *,
    purpose: str,
    at: datetime,
    contact_method: ContactMethod | None = None,
    kind: str = "",
    address: str = "",
    content: dict[str, Any] | None = None,
) -> str:
    """Plan a test, a code or a notice; the courier of `accounts.channels`."""
    notification = account.notifications.create(
        purpose=purpose,
        contact_method=contact_method,
        membership_id=contact_method.membership_id if contact_method else None,
        kind=contact_method.kind if contact_method else kind,
        address=address,
        content=content or {},
        planned_for=at,
        send_at=at,
        created_at=at,
    )
    poke.deliver()
    return notification.public_id


def switch_off(notification: Notification, reason: str, *, at: datetime) -> None:
    """Stop paging a contact method that its provider says is no more.

    One that has become another in the meantime, by a new subscription, stays.
    """
    method = notification.contact_method
    if method is None:
        return
    with tenancy.scope(notification.account):
        methods = notification.account.contact_methods.select_for_update()
        fresh = methods.filter(pk=method.pk, disabled_at=None).first()
        if fresh is not None and fresh.destination == method.destination:
            contact_methods.disable(fresh, reason, at=at)


def _methods_for_alarms(account: Account, service_id: int) -> list[ContactMethod]:
    people = account.memberships.filter(
        Q(role="owner") | Q(teams__services=service_id), deactivated_at=None
    ).distinct()
    found = account.contact_methods.filter(membership__in=people)
    return [method for method in found if method.may_be_paged]
