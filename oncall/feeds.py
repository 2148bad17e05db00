"""Calendar feeds: made, their link shown once, found by it, read, revoked."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.keys import digest
from accounts.models import Membership
from accounts.permissions import Actor
from oncall import queries
from oncall.models import CalendarFeed, Schedule
from oncall.refusals import NotAllowed

MOST_FEEDS = 50
# How exactly the last reading is known; a row is not written for each one.
READING_IS_NOTED_EVERY = timedelta(minutes=10)
# An override may have begun so long ago and still belong to a shift that is shown.
LOOK_BACK = timedelta(days=100)


@transaction.atomic
def create(
    membership: Membership, schedule: Schedule | None, *, actor: Actor, at: datetime
) -> tuple[CalendarFeed, str]:
    """Make a feed of a schedule, or of one's own shifts; this tells its secret once.

    Raises NotAllowed beyond a number, and NotPermitted for somebody else's feed.
    """
    _require(actor, membership)
    if live(membership).count() >= MOST_FEEDS:
        words = _("%d calendar links are the most: revoke one that is not in use.")
        raise NotAllowed(words % MOST_FEEDS)
    secret = secrets.token_urlsafe(32)
    feed = membership.calendar_feeds.create(
        account=membership.account,
        schedule=schedule,
        prefix=secret[:6],
        digest=digest(secret),
    )
    audit.record(actor, "created calendar feed", feed, at=at)
    return feed, secret


def revoke(feed: CalendarFeed, *, actor: Actor, at: datetime) -> None:
    """End a feed; a second time does nothing. Raises NotPermitted."""
    _require(actor, feed.membership)
    if feed.revoked_at is None:
        feed.revoked_at = at
        feed.save(update_fields=["revoked_at"])
        audit.record(actor, "revoked calendar feed", feed, at=at)


def live(membership: Membership) -> QuerySet[CalendarFeed]:
    """The member's feeds that work."""
    return membership.calendar_feeds.filter(revoked_at=None)


def find(secret: str) -> CalendarFeed | None:
    """Find the feed that works with a secret; asked in `all_accounts()`.

    The database looks for a digest, so that how long it takes says nothing of how much
    of a secret is right.
    """
    feed = (
        CalendarFeed.across_accounts.select_related(
            "account", "membership__user", "schedule"
        )
        .filter(digest=digest(secret), revoked_at=None, account__suspended_at=None)
        .first()
    )
    return feed if feed is not None and feed.membership.is_active else None


def note_reading(feed: CalendarFeed, at: datetime) -> None:
    """Remember when the feed was last read, at most once in a while."""
    last = feed.last_read_at
    if last is None or at - last >= READING_IS_NOTED_EVERY:
        feed.last_read_at = at
        feed.save(update_fields=["last_read_at"])


def shifts(
    feed: CalendarFeed, since: datetime, until: datetime
) -> list[tuple[Schedule, list[queries.Shift]]]:
    """List what the feed shows by schedule: shifts in the range with their true ends.

    One without an end will end with the range.
    """
    rows = _schedules(feed)
    loaded = queries.load(feed.account, rows, since=since - LOOK_BACK)
    found = []
    for pk, value in loaded.items():
        all_of_it = queries.shifts(feed.account, value, since, until, overflow=True)
        mine = [shift for shift in all_of_it if _is_shown(feed, shift)]
        found.append((rows[pk], [_ended(shift, until) for shift in mine]))
    return found


def _require(actor: Actor, membership: Membership) -> None:
    if actor.user != membership:
        actor.require("administer")


def _schedules(feed: CalendarFeed) -> dict[int, Schedule]:
    if feed.schedule is not None:
        return {feed.schedule.pk: feed.schedule}
    member = feed.membership_id
    is_named = (
        Q(layers__turns__membership=member)
        | Q(overrides__membership=member)
        # Whoever was taken off still has the shifts that they had.
        | Q(versions__snapshot__layers__contains=[{"users": [member]}])
    )
    return feed.account.schedules.in_bulk(
        feed.account.schedules.filter(is_named).values_list("pk", flat=True)
    )


def _is_shown(feed: CalendarFeed, shift: queries.Shift) -> bool:
    return feed.schedule is not None or shift.membership == feed.membership


def _ended(shift: queries.Shift, until: datetime) -> queries.Shift:
    return replace(shift, end=until) if shift.endless else shift
