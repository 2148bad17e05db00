"""Shifts in the API: the period that a caller asks for, and the entries in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Account, Membership
from integrations.api import errors, lists, references
from integrations.api.requests import ApiRequest
from oncall import queries, schedules

TWO_WEEKS = timedelta(days=14)
SECOND = timedelta(seconds=1)
# The calendar has an end, and no zone may shift a time beyond it.
FIRST_YEAR, LAST_YEAR = 3, 9996
# A year of twenty layers that change each hour has fewer.
MOST_ENTRIES = 250_000


@dataclass(frozen=True)
class Period:
    """What a caller wants to see of a schedule: [since, until), or nothing."""

    zone: tzinfo
    since: datetime | None = None
    until: datetime | None = None
    overflow: bool = False

    def spell(self, at: datetime | None) -> str | None:
        """Spell an instant in the zone of the answer, to the second."""
        return spell(at, self.zone)


def asked_for(request: ApiRequest, local: ZoneInfo) -> Period:
    """Read the period of a request; raises ApiError for one without a length.

    Times without an offset are in the local zone, that of the schedule, whichever zone
    the answer is to be spelled in. With one end only, the other is two weeks away.
    """
    since, until = moment(request, "since", local), moment(request, "until", local)
    if since is None and until is not None:
        since = until - TWO_WEEKS
    if until is None and since is not None:
        until = since + TWO_WEEKS
    if since is not None and until is not None and until <= since:
        raise bad_range("until must be after since.")
    return Period(
        lists.zone(request) or local, since, until, lists.flag(request, "overflow")
    )


def bad_range(sentence: str) -> errors.ApiError:
    """Refuse a period."""
    return errors.ApiError(400, 2004, "Invalid Date Range", sentence)


def moment(request: ApiRequest, name: str, local: ZoneInfo) -> datetime | None:
    """Read an instant from the address; raises ApiError for anything else."""
    text = request.query_params.get(name, "").strip()
    if not text:
        return None
    # An unescaped plus of an offset arrives as a space.
    found = read(text.replace(" ", "+") if "T" in text else text, local)
    if found is None:
        raise bad_range(f"{name} is not a date and time of ISO 8601: {text}")
    return found


def read(text: str, local: ZoneInfo) -> datetime | None:
    """Read an instant, to the second, in UTC; nothing if it is none.

    A date alone is midnight. Without an offset it is a time on the local wall clock:
    the first of two, and one that the clocks skip is later by what they skip.
    """
    found = lists.parse_moment(text.strip())
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=local, fold=0)
    return found.astimezone(UTC).replace(microsecond=0)


def certain(text: str, local: ZoneInfo) -> datetime:
    """Read an instant that has been looked at before; raises ApiError for another."""
    found = read(text, local)
    if found is None:
        raise bad_range(f"This is not a date and time of ISO 8601: {text}")
    return found


def spell(at: datetime | None, zone: tzinfo) -> str | None:
    """Spell an instant with the offset of the zone, or `Z`, to the second."""
    if at is None:
        return None
    words = at.astimezone(zone).replace(microsecond=0).isoformat()
    return words.replace("+00:00", "Z")


class Renderer:
    """Turns the shifts of schedules into entries, and names each user but once."""

    def __init__(
        self, request: ApiRequest, values: Iterable[schedules.Schedule]
    ) -> None:
        self._request = request
        self._people = queries.members(request.account, _users(values))
        self._references: dict[int, dict[str, Any]] = {}

    def rendered(self, value: schedules.Schedule, period: Period) -> dict[str, Any]:
        """Answer the entries of a schedule in the period, and how much they cover.

        Raises ApiError where they would be too many to answer.
        """
        if period.since is None or period.until is None:
            return {
                "rendered_schedule_entries": [],
                "rendered_coverage_percentage": None,
            }
        _require_few(value, period.since, period.until)
        shifts = schedules.final_shifts(
            value, period.since, period.until, overflow=period.overflow
        )
        covered = schedules.coverage(shifts, period.since, period.until)
        return {
            "rendered_schedule_entries": self.entries(shifts, period),
            "rendered_coverage_percentage": round(covered, 3),
        }

    def entries(
        self, shifts: Iterable[schedules.Shift], period: Period
    ) -> list[dict[str, Any]]:
        """Spell shifts; one that never ends has no end."""
        return [
            {
                "start": period.spell(shift.start),
                "end": None if shift.endless else period.spell(shift.end),
                "user": self.reference(self._people[shift.user]),
            }
            for shift in shifts
            if shift.user in self._people
        ]

    def reference(self, member: Membership) -> dict[str, Any]:
        """Refer to a user."""
        if member.pk not in self._references:
            found = references.reference(self._request, member)
            self._references[member.pk] = found
        return self._references[member.pk]


def load(
    account: Account, schedule_ids: Iterable[int], period: Period
) -> dict[int, schedules.Schedule]:
    """Load what the period shows; whole shifts may need what is far outside of it."""
    if period.overflow or period.since is None:
        return queries.load(account, list(schedule_ids))
    return queries.load(account, list(schedule_ids), period.since, period.until)


def _users(values: Iterable[schedules.Schedule]) -> set[int]:
    found: set[int] = set()
    for value in values:
        found.update(override.user for override in value.overrides)
        for layer in value.layers:
            found.update(layer.users)
    return found


def _require_few(value: schedules.Schedule, since: datetime, until: datetime) -> None:
    """Refuse what would keep a worker busy for long, before it does."""
    expected = sum(_expected(layer, since, until) for layer in value.layers)
    if expected > MOST_ENTRIES:
        raise bad_range("There are too many shifts in this range; ask for less.")


def _expected(layer: schedules.Layer, since: datetime, until: datetime) -> int:
    """About how many shifts and windows a layer has in the period."""
    start = max(layer.start, since)
    length = (min(layer.end, until) if layer.end else until) - start
    if length <= timedelta():
        return 0
    windows = sum(length // (SECOND * each.period) for each in layer.restrictions)
    return windows + (length // layer.turn_length if len(set(layer.users)) > 1 else 0)
