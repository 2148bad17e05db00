"""What is wrong with who is on call in a period, in words, with what can be done."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db.models import Prefetch, Q

from accounts import companions
from accounts.models import Account, ContactMethod, Membership
from oncall import models, queries, schedules
from oncall.periods import split
from oncall.wallclock import moment, seconds

Kind = Literal["gap", "overlap", "double", "unreachable", "left"]
# How many schedules are searched for somebody's other shifts.
MOST_OTHERS = 200


@dataclass(frozen=True, slots=True)
class Occasion:
    """When something is wrong: [start, end), and who is meant."""

    start: datetime
    end: datetime
    membership: Membership | None = None
    # The other schedule of somebody who is on two at once.
    schedule: models.Schedule | None = None
    # Of two overrides at once, whose the earlier one is.
    hidden: Membership | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is wrong, with every time that it is."""

    kind: Kind
    occasions: Sequence[Occasion] = ()
    membership: Membership | None = None
    schedule: models.Schedule | None = None

    @property
    def is_serious(self) -> bool:
        """Whether a page would reach nobody."""
        return self.kind in ("gap", "left", "unreachable")


@dataclass(frozen=True, slots=True)
class Subject:
    """A schedule, stored or planned, and the period that is looked at."""

    account: Account
    planned: schedules.Schedule
    since: datetime
    until: datetime
    # The stored schedule, whose own shifts are no second booking.
    schedule: models.Schedule | None = None


@dataclass(slots=True)
class _Found:
    shifts: list[schedules.Shift]
    people: dict[int, Membership] = field(default_factory=dict)


def concerns(subject: Subject) -> list[Concern]:
    """List what is wrong, the worst first; takes nine queries at most."""
    final = schedules.final_shifts(subject.planned, subject.since, subject.until)
    users = {shift.user for shift in final}
    users |= {override.user for override in subject.planned.overrides}
    found = _Found(final, _people(subject.account, users))
    return [
        *_gaps(subject, found),
        *_left(found),
        *_unreachable(found),
        *_overlaps(subject, found),
        *_double_bookings(subject, found),
    ]


def _people(account: Account, users: Collection[int]) -> dict[int, Membership]:
    """The members with their contact methods, in two queries."""
    methods = Prefetch("contact_methods", ContactMethod.across_accounts.all())
    known = account.memberships.select_related("user").prefetch_related(methods)
    return known.in_bulk(users) if users else {}


def _gaps(subject: Subject, found: _Found) -> Iterator[Concern]:
    open_times = schedules.gaps(found.shifts, subject.since, subject.until)
    if open_times:
        yield Concern("gap", [Occasion(start, end) for start, end in open_times])


def _left(found: _Found) -> Iterator[Concern]:
    for user, times in _by_user(found.shifts).items():
        member = found.people.get(user)
        if member is not None and not member.is_active:
            yield Concern("left", _occasions(times), member)


def _unreachable(found: _Found) -> Iterator[Concern]:
    for user, times in _by_user(found.shifts).items():
        member = found.people.get(user)
        if member is None or not member.is_active:
            continue
        if not any(
            method.may_be_paged and not companions.is_companion(method)
            for method in member.contact_methods.all()
        ):
            yield Concern("unreachable", _occasions(times), member)


def _overlaps(subject: Subject, found: _Found) -> Iterator[Concern]:
    """Two people who have the same time; of two overrides the later made one wins."""
    for earlier, later in _crossing(subject.planned.overrides):
        start = max(earlier.start, later.start, subject.since)
        end = min(earlier.end, later.end, subject.until)
        if start < end and earlier.user != later.user:
            hidden, shown = (found.people.get(o.user) for o in (earlier, later))
            yield Concern("overlap", [Occasion(start, end, shown, hidden=hidden)])


def _crossing(
    overrides: Sequence[schedules.Override],
) -> Iterator[tuple[schedules.Override, schedules.Override]]:
    """The pairs that have a part in common, each in the order they were made in."""
    by_start = sorted(enumerate(overrides), key=lambda pair: pair[1].start)
    for index, one in enumerate(by_start):
        for other in by_start[index + 1 :]:
            if other[1].start >= one[1].end:
                break
            first, second = sorted((one, other), key=lambda pair: pair[0])
            yield first[1], second[1]


def _double_bookings(subject: Subject, found: _Found) -> Iterator[Concern]:
    """Who is on call for another schedule at the same time, in six queries."""
    mine = {
        user: times
        for user, times in _by_user(found.shifts).items()
        if user in found.people and found.people[user].is_active
    }
    others = _others(subject, mine)
    period = (subject.since, subject.until)
    loaded = queries.load(subject.account, others, *period) if others else {}
    for pk, other in loaded.items():
        elsewhere = _by_user(schedules.final_shifts(other, *period))
        for user in mine.keys() & elsewhere.keys():
            if both := _both(mine[user], elsewhere[user]):
                occasions = [
                    Occasion(start, end, found.people[user]) for start, end in both
                ]
                yield Concern("double", occasions, found.people[user], others[pk])


def _others(subject: Subject, users: Iterable[int]) -> dict[int, models.Schedule]:
    """The other schedules that name one of the users."""
    ids = list(users)
    if not ids:
        return {}
    is_named = Q(layers__turns__membership__in=ids) | Q(
        overrides__membership__in=ids, overrides__ends_at__gt=subject.since
    )
    found = subject.account.schedules.filter(is_named).distinct()
    if subject.schedule is not None:
        found = found.exclude(pk=subject.schedule.pk)
    return {row.pk: row for row in found[:MOST_OTHERS]}


def _by_user(shifts: Iterable[schedules.Shift]) -> dict[int, list[schedules.Shift]]:
    sorted_out: dict[int, list[schedules.Shift]] = {}
    for shift in shifts:
        sorted_out.setdefault(shift.user, []).append(shift)
    return sorted_out


def _occasions(shifts: Iterable[schedules.Shift]) -> list[Occasion]:
    return [Occasion(shift.start, shift.end) for shift in shifts]


def _both(
    mine: Iterable[schedules.Shift], elsewhere: Iterable[schedules.Shift]
) -> list[tuple[datetime, datetime]]:
    """When shifts of both lists run, which are sorted and disjoint."""
    pieces = [(seconds(s.start), seconds(s.end), s.user) for s in mine]
    spans = [(seconds(s.start), seconds(s.end)) for s in elsewhere]
    inside = split(pieces, spans)[0]
    return [(moment(start), moment(end)) for start, end, _user in inside]
