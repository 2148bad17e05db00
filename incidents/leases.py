"""Takes due deliveries for sending: fairly, bundled, and each looked at once more."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import tenancy
from accounts.models import ContactMethod
from incidents import notifications, results
from incidents.models import Incident, Notification, Responder
from incidents.models.incident import Status

Purpose = Notification.Purpose
State = Notification.Status

# How long a sender may hold a delivery before another one takes it.
LEASE = timedelta(seconds=15)
# Messages of one channel that are taken at a time.
BATCH = 32
# What is due so soon goes along with what is due now, to the same address.
TOGETHER = timedelta(seconds=5)
# When something is as late as this, the newest goes first: the old is known by then.
OUTAGE = timedelta(minutes=2)
# Of so many due rows the senders choose fairly between the accounts.
CANDIDATES = 20_000
# So many of each kind are put in line, for so many seconds.
AHEAD = 1000
SERVES = 0.5
DAY = timedelta(days=1)
# They have quotas of their own, where they are asked for.
FREE_OF_QUOTA = (Purpose.CODE, Purpose.TEST, Purpose.NOTICE)

# What has not been tried yet is one message to each address; what has been tried is
# the message that it was, because a provider may know that one already. Of each, one
# row leads: the most urgent, and the oldest or, after an outage, the newest. Then
# comes every account's first message, every account's second one, and so on.
MESSAGES = """
    WITH due AS (
        SELECT id, account_id, kind, urgency, bundled_into_id, CASE
            WHEN attempts > 0 THEN 'again ' || coalesce(bundled_into_id, id)
            WHEN purpose IN ('page', 'alarm') AND contact_method_id IS NOT NULL
            THEN purpose || contact_method_id ELSE 'alone ' || id END AS message,
            CASE WHEN (SELECT min(send_at) FROM incidents_notification
                WHERE status = 'planned' AND send_at <= %(at)s) < %(outage)s
            THEN %(at)s - planned_for ELSE send_at - %(at)s END AS age
        FROM incidents_notification
        WHERE status = 'planned' AND send_at <= %(at)s
        ORDER BY send_at LIMIT %(candidates)s
    ), leaders AS (
        SELECT DISTINCT ON (message) * FROM due
        ORDER BY message, bundled_into_id NULLS FIRST, urgency, age, id
    ), turns AS (
        SELECT *, row_number() OVER (
            PARTITION BY kind, account_id ORDER BY urgency, age, id) AS turn
        FROM leaders
    ), places AS (
        SELECT *, row_number() OVER (
            PARTITION BY kind ORDER BY turn, urgency, age, id) AS place
        FROM turns
    )
    SELECT kind, id FROM places WHERE place <= %(ahead)s ORDER BY place, id
"""
LOCK = """
    SELECT id FROM incidents_notification
    WHERE id = ANY (%(ids)s) AND status = 'planned' AND send_at <= %(at)s
    ORDER BY array_position(%(ids)s, id) FOR UPDATE SKIP LOCKED
"""


class Line:
    """The rows whose turn it is next, of each kind: a look at all that is due.

    In a burst that look costs more than what it finds, so it serves for a while.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, deque[int]] = {}
        self._looked: float | None = None

    def next(self, at: datetime, limit: int, busy: Mapping[str, int]) -> list[int]:
        """Name the next rows of each kind that is not busy enough, in their order."""
        is_fresh = self._looked is not None and monotonic() - self._looked < SERVES
        if not is_fresh or not any(self._waiting.values()):
            self._look(at)
        return self._take(limit, busy)

    def _take(self, limit: int, busy: Mapping[str, int]) -> list[int]:
        return [
            rows.popleft()
            for kind, rows in self._waiting.items()
            for _place in range(min(limit - busy.get(kind, 0), len(rows)))
        ]

    def _look(self, at: datetime) -> None:
        self._waiting = defaultdict(deque)
        given: dict[str, datetime | int] = {
            "at": at,
            "outage": at - OUTAGE,
            "candidates": CANDIDATES,
            "ahead": AHEAD,
        }
        with connection.cursor() as cursor:
            cursor.execute(MESSAGES, given)
            for kind, pk in cursor.fetchall():
                self._waiting[kind].append(pk)
        self._looked = monotonic()


def lease(
    at: datetime,
    *,
    limit: int = BATCH,
    busy: Mapping[str, int] | None = None,
    line: Line | None = None,
) -> list[Notification]:
    """Take due messages for sending until LEASE is over, so many of each kind.

    Of a kind that is busy with some already, as many less. The rows bring along what
    their messages carry as well; those not wanted any more will be called off.
    """
    line = line or Line()
    while True:
        with tenancy.all_accounts():
            chosen = line.next(at, limit, busy or {})
            rows = _complete(_lock_due(chosen, at))
            _bundle(rows, at=at)
            wanted = [row for row in rows if is_wanted(row)]
            refused = [row for row in wanted if _is_over_quota(row, at=at)]
            leased = [row for row in wanted if row not in refused]
            _hold(leased, at=at)
        for row in refused:
            _refuse(row, at=at)
        # Where all of them were called off, others may be due behind them.
        if leased or not chosen:
            return leased


def renew(rows: Sequence[Notification], *, at: datetime) -> list[Notification]:
    """Look again at leased rows that had to wait; this will return what is to be sent.

    What was answered meanwhile is called off, what another sender has by now is left
    to that one, and the lease of the rest begins anew.
    """
    with tenancy.all_accounts():
        attempts = {r.pk: r.attempts for row in rows for r in (row, *row.carried)}
        _locked(attempts)
        ours = [
            row
            for row in _complete(list(attempts))
            if row.status == State.PLANNED and row.attempts == attempts[row.pk]
        ]
        _call_off(row for row in ours if not is_wanted(row))
        wanted = {row.pk: row for row in ours if is_wanted(row)}
        messages = [
            [wanted[r.pk] for r in (row, *row.carried) if r.pk in wanted]
            for row in rows
        ]
        renewed = []
        for leader, *carried in filter(None, messages):
            leader.carried = carried
            renewed.append(leader)
        _hold(renewed, at=at, attempts=0)
        return renewed


def keep(rows: Sequence[Notification], *, at: datetime) -> None:
    """Let the leases of messages that are still with their senders begin anew."""
    attempts = {r.pk: r.attempts for row in rows for r in (row, *row.carried)}
    with tenancy.all_accounts(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_notification n SET send_at = %s WHERE n.id IN ("
            "SELECT id FROM incidents_notification"
            " JOIN unnest(%s::bigint[], %s::int[]) AS ours (id, attempts)"
            " USING (id, attempts) WHERE status = 'planned'"
            " ORDER BY id FOR UPDATE)",
            [at + LEASE, list(attempts), list(attempts.values())],
        )


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
    if notification.purpose == Purpose.REQUEST:
        asked: Responder | None = notification.responder
        return incident.is_open and asked is not None and asked.is_pending
    return (
        incident.status == Status.TRIGGERED and incident.episode == notification.episode
    )


def _lock_due(ids: list[int], at: datetime) -> list[int]:
    """Lock those rows that are due still, and that nobody else has, in their order."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": ids, "at": at})
        return [row[0] for row in cursor.fetchall()]


def _complete(ids: Sequence[int]) -> list[Notification]:
    """Load rows, in the order of their ids as given, with all that a letter says."""
    if not ids:
        return []
    found = (
        _of(ids)
        .select_related(
            "account",
            "membership__user",
            "contact_method__membership__user",
            "incident__service",
            "responder",
        )
        # Where pushes go: a sender's thread asks the database nothing.
        .prefetch_related("contact_method__push_subscriptions")
        .defer("incident__plan")
        .in_bulk()
    )
    return [found[pk] for pk in ids if pk in found]


def _bundle(leaders: Sequence[Notification], *, at: datetime) -> None:
    """Let messages carry what else waits for the same address; drop what is old."""
    if not leaders:
        return
    fresh = {
        (row.purpose, row.contact_method_id): row
        for row in leaders
        if row.attempts == 0 and row.purpose in notifications.PAGING
    }
    tried = {row.bundled_into_id or row.pk: row for row in leaders if row.attempts > 0}
    along = _along(fresh.values(), at=at) if fresh else []
    if tried:
        along += _alike().filter(
            bundled_into__in=tried, send_at__lte=at, attempts__gt=0
        )
    carried: dict[int, list[Notification]] = defaultdict(list)
    taken = {row.pk for row in leaders}
    for row in along:
        leader = tried.get(row.bundled_into_id or 0) if row.attempts else None
        leader = leader or fresh.get((row.purpose, row.contact_method_id))
        if leader is None or row.pk in taken:
            continue
        if leader.membership_id == row.membership_id:
            row.contact_method = leader.contact_method
            carried[leader.pk].append(row)
    for leader in leaders:
        leader.carried = [row for row in carried[leader.pk] if is_wanted(row)]
    every = [*leaders, *(row for rows in carried.values() for row in rows)]
    _call_off(row for row in every if not is_wanted(row))
    for leader in leaders:
        if not is_wanted(leader):
            # They are due still, and have a leader of their own in a moment.
            leader.carried = []


def _along(leaders: Iterable[Notification], *, at: datetime) -> list[Notification]:
    """Lock what waits for the addresses of these and has not been tried yet."""
    found = _alike().filter(
        contact_method__in={row.contact_method_id for row in leaders},
        purpose__in=notifications.PAGING,
        attempts=0,
        send_at__lte=at + TOGETHER,
    )
    # The most urgent first, then the newest.
    return list(found.order_by("urgency", "-planned_for", "-pk")[:CANDIDATES])


def _alike() -> QuerySet[Notification]:
    """Planned rows with no more than a bundle has to know of them."""
    return (
        Notification.across_accounts.filter(status=State.PLANNED)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("incident")
        .only(
            *("account_id", "public_id", "purpose", "membership_id", "incident_id"),
            *("contact_method_id", "bundled_into_id", "kind", "episode", "attempts"),
            *("status", "address", "responder_id", "content", "incident__number"),
            *("incident__title", "incident__status", "incident__episode"),
        )
    )


def _hold(rows: Sequence[Notification], *, at: datetime, attempts: int = 1) -> None:
    """Lease messages: nobody else takes them before LEASE is over."""
    if not rows:
        return
    pairs: list[tuple[int, int | None]] = [(row.pk, None) for row in rows]
    pairs += [(along.pk, row.pk) for row in rows for along in row.carried]
    for row in (each for leader in rows for each in (leader, *leader.carried)):
        row.attempts += attempts
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_notification n SET attempts = n.attempts + %s,"
            " send_at = %s, error = '', bundled_into_id = held.leader"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS held (id, leader)"
            " WHERE n.id = held.id",
            [
                attempts,
                at + LEASE,
                [pk for pk, _leader in pairs],
                [leader for _pk, leader in pairs],
            ],
        )


def _locked(ids: Collection[int]) -> None:
    list(_of(ids).select_for_update().order_by("pk").values_list("pk"))


def _call_off(rows: Iterable[Notification]) -> None:
    ids = [row.pk for row in rows]
    if ids:
        _of(ids).update(status=State.CANCELLED)


def _is_over_quota(notification: Notification, *, at: datetime) -> bool:
    """Say whether an unconfirmed address has to wait for another day.

    Pages to confirmed addresses never meet a quota.
    """
    method = notification.contact_method
    if method is None or method.verified_at or notification.purpose in FREE_OF_QUOTA:
        return False
    used = Notification.across_accounts.filter(
        Q(contact_method__verified_at=None),
        account=notification.account_id,
        sent_at__gt=at - DAY,
    ).exclude(purpose__in=FREE_OF_QUOTA)
    return used.count() >= notification.account.unconfirmed_pages_per_day


def _refuse(notification: Notification, *, at: datetime) -> None:
    """Fail a page over its quota, and tell the owners why nobody heard of it."""
    error = _("The day's quota for unconfirmed addresses is used.")
    with tenancy.scope(notification.account):
        results.fail([notification, *notification.carried], error, at=at)
        if notification.incident is None or notification.purpose != Purpose.PAGE:
            return
        subject = _("Unconfirmed addresses are not paged any more today")
        line = _("Let people confirm their addresses, or ask the operators for more.")
        notifications.warn(notification.incident, subject=subject, lines=[line], at=at)


def _of(ids: Collection[int]) -> QuerySet[Notification]:
    return Notification.across_accounts.filter(pk__in=ids)
