"""Plans deliveries by notification rules, leases them, records what came of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import Account, ContactMethod, Membership, NotificationRule
from accounts.models.contact import Urgency
from incidents import poke
from incidents.models import Incident, Notification, TimelineEntry
from incidents.models.incident import Status

Purpose = Notification.Purpose
State = Notification.Status

# How long a sender may hold a delivery before another one takes it.
LEASE = timedelta(seconds=30)
# How long to wait after each failed attempt; after the last one the delivery failed.
BACKOFF = tuple(timedelta(seconds=s) for s in (5, 15, 45, 120))
DAY = timedelta(days=1)
# They have quotas of their own, where they are asked for.
FREE_OF_QUOTA = (Purpose.CODE, Purpose.TEST, Purpose.NOTICE)
# Of so many due rows at a time the senders choose fairly between the accounts.
CANDIDATES = 2000


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
    once; a member without any is missing from the answer.
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
    for method in usable:
        if not any(s.rule for s in steps.get(method.membership_id, ())):
            steps.setdefault(method.membership_id, []).append(Step(0, method))
    return steps


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


def cancel(incidents: Sequence[Incident]) -> int:
    """Call off the pages and alarms that have not been sent yet."""
    if not incidents:
        return 0
    return Notification.across_accounts.filter(
        account_id=incidents[0].account_id,
        incident__in=[incident.pk for incident in incidents],
        status=State.PLANNED,
        purpose__in=(Purpose.PAGE, Purpose.ALARM),
    ).update(status=State.CANCELLED)


def alarm(
    incident: Incident, *, subject: str, lines: Sequence[str], at: datetime
) -> int:
    """Tell the owners and the service's team, on every verified channel.

    This will return how many people are told.
    """
    account = incident.account
    people = account.memberships.filter(
        Q(role="owner") | Q(teams__services=incident.service_id), deactivated_at=None
    ).distinct()
    methods = [
        method
        for method in account.contact_methods.filter(membership__in=people)
        if method.may_be_paged
    ]
    save(
        Notification(
            account=account,
            purpose=Purpose.ALARM,
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
        for method in methods
    )
    return len({method.membership_id for method in methods})


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


def lease(at: datetime, *, limit: int) -> list[Notification]:
    """Take due deliveries for sending, fairly between accounts, until LEASE is over.

    Those that are not wanted any more will be called off instead.
    """
    with tenancy.all_accounts():
        ids = _due(at, limit)
        if not ids:
            return []
        rows = list(
            Notification.across_accounts.filter(pk__in=ids).select_related(
                "account",
                "membership__user",
                "contact_method__membership__user",
                "incident__service",
            )
        )
        wanted = [row for row in rows if is_wanted(row)]
        unwanted = [row.pk for row in rows if not is_wanted(row)]
        if unwanted:
            _of(unwanted).update(status=State.CANCELLED)
        wanted = [row for row in wanted if not _is_over_quota(row, at=at)]
        for row in wanted:
            row.attempts += 1
        _of([row.pk for row in wanted]).update(
            attempts=F("attempts") + 1, send_at=at + LEASE
        )
        return wanted


def is_wanted(notification: Notification) -> bool:
    """Say whether a delivery still makes sense, right before it is sent.

    A page needs an incident that still waits in the same episode, and an address
    that still is the person's and may be paged.
    """
    method: ContactMethod | None = notification.contact_method
    incident: Incident | None = notification.incident
    if method is None:
        return bool(notification.address)
    if method.membership_id != notification.membership_id or method.disabled_at:
        return False
    if notification.purpose in (Purpose.CODE, Purpose.TEST):
        return True
    if not method.may_be_paged or not method.membership.is_active:
        return False
    if notification.purpose == Purpose.NOTICE or incident is None:
        return True
    if notification.purpose == Purpose.ALARM:
        return incident.is_open
    return (
        incident.status == Status.TRIGGERED and incident.episode == notification.episode
    )


def sent(deliveries: Sequence[tuple[Notification, str]], *, at: datetime) -> None:
    """Record that providers have taken messages, each with the id it gave them."""
    for account, own in _by_account(deliveries).items():
        with tenancy.scope(account):
            _record_sent(own, at=at)


def _record_sent(
    deliveries: Sequence[tuple[Notification, str]], *, at: datetime
) -> None:
    rows = [notification for notification, _id in deliveries]
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_notification SET status = 'sent', sent_at = %s,"
            " error = '', provider_id = new.provider_id"
            " FROM unnest(%s::bigint[], %s::text[]) AS new (id, provider_id)"
            " WHERE incidents_notification.id = new.id AND status = 'planned'",
            [
                at,
                [row.pk for row in rows],
                [provider_id[:100] for _row, provider_id in deliveries],
            ],
        )
    codes = [row.pk for row in rows if row.purpose == Purpose.CODE]
    if codes:
        _of(codes).update(content={})
    _write("notified", *rows, at=at)
    ContactMethod.across_accounts.filter(
        pk__in={row.contact_method_id for row in rows}
    ).update(last_delivery_at=at)


def not_sent(
    notification: Notification, error: str, *, at: datetime, is_permanent: bool
) -> None:
    """Record a failed attempt: this will plan the next one, or give the delivery up."""
    with tenancy.scope(notification.account):
        if is_permanent or notification.attempts > len(BACKOFF):
            _fail(notification, error, at=at)
            return
        wait = BACKOFF[notification.attempts - 1]
        _of([notification.pk]).filter(status=State.PLANNED).update(
            send_at=at + wait, error=error[:300]
        )


def receipt(
    token: str, state: Literal["delivered", "failed"], error: str, *, at: datetime
) -> bool:
    """Record what the provider says of a delivery later; an unknown token is False.

    A state never goes backwards: a late `delivered` does not undo an answer.
    """
    with tenancy.all_accounts():
        notification = _by_token(token).select_related("account").first()
    if notification is None:
        return False
    with tenancy.scope(notification.account):
        fresh = _by_token(token).select_for_update(of=("self",)).get()
        if fresh.status in (State.PLANNED, State.SENT):
            if state == "delivered":
                _of([fresh.pk]).update(status=State.DELIVERED, delivered_at=at)
            else:
                _fail(fresh, error, at=at)
    return True


def answered(notification: Notification, *, at: datetime) -> None:
    """Record that the person answered this very message; inside the account's scope."""
    _of([notification.pk]).update(status=State.ANSWERED, answered_at=at)


def _due(at: datetime, limit: int) -> list[int]:
    """Lock due rows: every account's first one, then every account's second one ..."""
    query = """
        WITH due AS (
            SELECT id, account_id, send_at FROM incidents_notification
            WHERE status = 'planned' AND send_at <= %s
            ORDER BY send_at LIMIT %s
        ), fair AS (
            SELECT id, row_number() OVER (
                PARTITION BY account_id ORDER BY send_at, id) AS turn
            FROM due
        )
        SELECT n.id FROM incidents_notification n JOIN fair USING (id)
        WHERE n.status = 'planned' AND n.send_at <= %s
        ORDER BY fair.turn, n.send_at LIMIT %s
        FOR UPDATE OF n SKIP LOCKED
    """
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(query, [at, CANDIDATES, at, limit])
        return [row[0] for row in cursor.fetchall()]


def _fail(notification: Notification, error: str, *, at: datetime) -> None:
    _of([notification.pk]).update(status=State.FAILED, failed_at=at, error=error[:300])
    _write("notify_failed", notification, at=at, error=error[:300])
    if notification.purpose == Purpose.PAGE:
        _pull_forward(notification, at=at)


def _is_over_quota(notification: Notification, *, at: datetime) -> bool:
    """Fail a page to an unconfirmed address once the account's daily quota is used.

    Pages to confirmed addresses never meet a quota.
    """
    method = notification.contact_method
    if method is None or method.verified_at or notification.purpose in FREE_OF_QUOTA:
        return False
    used = Notification.across_accounts.filter(
        account=notification.account_id,
        contact_method__verified_at=None,
        sent_at__gt=at - DAY,
    ).exclude(purpose__in=FREE_OF_QUOTA)
    if used.count() < notification.account.unconfirmed_pages_per_day:
        return False
    _fail(notification, _("The day's quota for unconfirmed addresses is used."), at=at)
    if notification.incident is not None and notification.purpose == Purpose.PAGE:
        subject = _("Unconfirmed addresses are not paged any more today")
        line = _("Let people confirm their addresses, or ask the operators for more.")
        alarm(notification.incident, subject=subject, lines=[line], at=at)
    return True


def _pull_forward(notification: Notification, *, at: datetime) -> None:
    """Let the person's next rule fire now; without one, let the next level begin."""
    episode = Notification.across_accounts.filter(
        incident=notification.incident_id,
        purpose=Purpose.PAGE,
        episode=notification.episode,
    )
    waiting = episode.filter(status=State.PLANNED)
    ahead = waiting.filter(membership=notification.membership_id, send_at__gt=at)
    following = ahead.filter(attempts=0).order_by("send_at").first()
    if following is not None:
        _of([following.pk]).update(send_at=at)
        poke.deliver()
    elif (
        notification.incident_id is not None
        and not episode.exclude(status__in=(State.FAILED, State.CANCELLED)).exists()
    ):
        Incident.across_accounts.filter(
            pk=notification.incident_id,
            episode=notification.episode,
            status=Status.TRIGGERED,
            escalate_at__gt=at,
        ).update(escalate_at=at)


def _write(
    verb: str, *notifications: Notification, at: datetime, error: str = ""
) -> None:
    """Put deliveries on the timelines of their incidents."""
    TimelineEntry.across_accounts.bulk_create(
        TimelineEntry(
            account_id=row.account_id,
            incident_id=row.incident_id,
            verb=verb,
            at=at,
            via="engine",
            membership_id=row.membership_id,
            details={
                "kind": row.kind,
                "purpose": row.purpose,
                "notification": row.public_id,
                **({"error": error} if error else {}),
            },
        )
        for row in notifications
        if row.incident_id is not None
    )


def _by_account(
    deliveries: Sequence[tuple[Notification, str]],
) -> dict[Account, list[tuple[Notification, str]]]:
    grouped: dict[Account, list[tuple[Notification, str]]] = {}
    for notification, provider_id in deliveries:
        own = grouped.setdefault(notification.account, [])
        own.append((notification, provider_id))
    return grouped


def _of(ids: Sequence[int]) -> QuerySet[Notification]:
    return Notification.across_accounts.filter(pk__in=ids)


def _by_token(token: str) -> QuerySet[Notification]:
    return Notification.across_accounts.filter(token=token)
