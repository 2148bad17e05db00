"""Who is on call by policy and level in the API: `/oncalls`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from rest_framework.response import Response

from accounts.models import Membership
from integrations.api import (
    errors,
    lists,
    policies,
    references,
    rendering,
    schedules,
    users,
)
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from oncall import queries
from oncall import schedules as resolver
from oncall.models import EscalationPolicy, EscalationRule, Schedule
from oncall.overview import LOOK_BACK

FURTHEST = timedelta(days=90)
SECOND = timedelta(seconds=1)
# A client's clock may be ahead of ours.
LATE_CLOCK = timedelta(minutes=1)
# What a client asks for to see who is named in a policy without a schedule.
NO_SCHEDULE = "null"


@dataclass(frozen=True)
class OnCall:
    """Somebody is on call for a level of a policy; without a schedule, always."""

    policy: EscalationPolicy
    level: int
    membership: Membership
    schedule: Schedule | None = None
    shift: resolver.Shift | None = None

    @property
    def start(self) -> datetime | None:
        return self.shift.start if self.shift else None

    @property
    def end(self) -> datetime | None:
        return None if self.shift is None or self.shift.endless else self.shift.end


class OnCalls(ResourceView):
    """`/oncalls`."""

    def get(self, request: ApiRequest) -> Response:
        """List the shifts that overlap a period, by default the ones of now."""
        since, until = self._range()
        names = lists.includes(request, {"users", "schedules", "escalation_policies"})
        found = list(self._filtered(self._all(since, until)))
        if lists.flag(request, "earliest"):
            found = _earliest(found)
        shown = _Shown(request, names, found)
        return self.page("oncalls", found, shown.represent)

    def _range(self) -> tuple[datetime, datetime]:
        """The period, an instant if it has no length; raises ApiError."""
        zone = ZoneInfo(self.account.time_zone)
        since = rendering.moment(self.request, "since", zone)
        until = rendering.moment(self.request, "until", zone)
        now = self.at.replace(microsecond=0)
        since = since or min(now, until or now)
        until = until or max(now, since)
        if until < since:
            raise rendering.bad_range("until must not be before since.")
        if until > now + FURTHEST + LATE_CLOCK:
            raise errors.ApiError(
                400, 2005, "Invalid Date Range", "until may be 90 days ahead at most."
            )
        return since, max(until, since + SECOND)

    def _all(self, since: datetime, until: datetime) -> Iterator[OnCall]:
        """Every on-call of the period, policy by policy, level by level."""
        found = list(queries.with_levels(self._policies()))
        rows = _schedules(found)
        shifts = self._shifts(rows, since, until)
        ids = {shift.user for some in shifts.values() for shift in some}
        people = queries.active_members(self.account, ids)
        for policy in found:
            for rule in policy.rules.all():
                yield from _of_level(policy, rule, shifts, people)

    def _policies(self) -> QuerySet[EscalationPolicy]:
        rows = self.account.escalation_policies.order_by("name", "id")
        if wanted := lists.values(self.request, "escalation_policy_ids"):
            rows = rows.filter(public_id__in=wanted)
        return rows

    def _shifts(
        self, rows: Iterable[int], since: datetime, until: datetime
    ) -> dict[int, list[resolver.Shift]]:
        """The shifts of each schedule that overlap the period, with their true ends."""
        loaded = queries.load(self.account, list(rows), since=since - LOOK_BACK)
        return {
            pk: resolver.final_shifts(value, since, until, overflow=True)
            for pk, value in loaded.items()
        }

    def _filtered(self, found: Iterable[OnCall]) -> Iterator[OnCall]:
        people = set(lists.values(self.request, "user_ids"))
        rows = set(lists.values(self.request, "schedule_ids"))
        for one in found:
            schedule = one.schedule.public_id if one.schedule else NO_SCHEDULE
            if people and one.membership.public_id not in people:
                continue
            if not rows or schedule in rows:
                yield one


class _Shown:
    """Shows on-calls; what they share is shown once and used again."""

    def __init__(
        self, request: ApiRequest, includes: set[str], found: Sequence[OnCall]
    ) -> None:
        self._request = request
        self._zone = lists.zone(request) or ZoneInfo(request.account.time_zone)
        self._made: dict[Model, dict[str, Any]] = {}
        if "users" in includes:
            self._fill(users.full, users.represent, {x.membership for x in found})
        if "escalation_policies" in includes:
            self._fill(policies.full, policies.represent, {x.policy for x in found})
        if "schedules" in includes:
            rows = {x.schedule for x in found if x.schedule}
            self._fill(schedules.full, schedules.represent_row, rows)

    def represent(self, request: ApiRequest, one: OnCall) -> dict[str, Any]:
        """Show an on-call."""
        return {
            "user": self._show(one.membership),
            "schedule": self._show(one.schedule) if one.schedule else None,
            "escalation_policy": self._show(one.policy),
            "escalation_level": one.level,
            "start": rendering.spell(one.start, self._zone),
            "end": rendering.spell(one.end, self._zone),
        }

    def _fill(
        self,
        full: Callable[[QuerySet[Any]], QuerySet[Any]],
        represent: Callable[[ApiRequest, Any], dict[str, Any]],
        rows: set[Any],
    ) -> None:
        """Load what is to be shown in full, at once."""
        ids = [row.pk for row in rows]
        for model in {type(row) for row in rows}:
            found = model.across_accounts.filter(account=self._request.account)
            for row in full(found.filter(pk__in=ids)):
                self._made[row] = represent(self._request, row)

    def _show(self, row: Any) -> dict[str, Any]:
        if row not in self._made:
            self._made[row] = references.reference(self._request, row)
        return self._made[row]


def _of_level(
    policy: EscalationPolicy,
    rule: EscalationRule,
    shifts: dict[int, list[resolver.Shift]],
    people: dict[int, Membership],
) -> Iterator[OnCall]:
    for target in rule.targets.all():
        if target.schedule is None:
            if target.membership and target.membership.is_active:
                yield OnCall(policy, rule.level, target.membership)
            continue
        for shift in shifts.get(target.schedule.pk, ()):
            if shift.user in people:
                person = people[shift.user]
                yield OnCall(policy, rule.level, person, target.schedule, shift)


def _schedules(found: Iterable[EscalationPolicy]) -> set[int]:
    return {
        target.schedule_id
        for policy in found
        for rule in policy.rules.all()
        for target in rule.targets.all()
        if target.schedule_id
    }


def _earliest(found: Iterable[OnCall]) -> list[OnCall]:
    """The first on-call of each user by policy and level; a permanent one is first."""
    first: dict[tuple[int, int, int], OnCall] = {}
    for one in found:
        key = (one.policy.pk, one.level, one.membership.pk)
        if key not in first or _begins(one) < _begins(first[key]):
            first[key] = one
    return list(first.values())


def _begins(one: OnCall) -> datetime:
    return one.start or datetime.min.replace(tzinfo=UTC)
