"""The shifts of one member in every schedule."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Account, Membership
from oncall import overview, queries, schedules
from oncall.models import Schedule
from oncall.timetable import Entry, Row

MOST_SCHEDULES = 200


@dataclass(frozen=True, slots=True)
class MyRow:
    """What one schedule has for the member."""

    schedule: Schedule
    row: Row


@dataclass(frozen=True, slots=True)
class MyShift:
    """A shift with its schedule."""

    schedule: Schedule
    entry: Entry


def rows(
    account: Account, member: Membership, since: datetime, until: datetime
) -> list[MyRow]:
    """List the schedules in which the member has shifts in [since, until).

    The shifts keep their true ends. Takes six queries.
    """
    named = _schedules(account, member, since)
    loaded = queries.load(account, named, since - overview.LOOK_BACK, until)
    made = []
    for pk, schedule in loaded.items():
        shifts = schedules.final_shifts(schedule, since, until, overflow=True)
        mine = [
            Entry(shift.start, shift.end, member, shift.endless)
            for shift in shifts
            if shift.user == member.pk
        ]
        if mine:
            made.append(MyRow(named[pk], Row("final", mine, name=named[pk].name)))
    return sorted(made, key=lambda found: found.schedule.name.casefold())


def in_order(found: list[MyRow]) -> list[MyShift]:
    """List the shifts of all schedules by when they begin."""
    shifts = [
        MyShift(one.schedule, entry) for one in found for entry in one.row.entries
    ]
    return sorted(shifts, key=lambda shift: (shift.entry.start, shift.schedule.name))


def _schedules(
    account: Account, member: Membership, since: datetime
) -> dict[int, Schedule]:
    is_named = Q(layers__turns__membership=member) | Q(
        overrides__membership=member, overrides__ends_at__gt=since
    )
    found = account.schedules.filter(is_named).distinct().order_by("name", "id")
    return {row.pk: row for row in found[:MOST_SCHEDULES]}
