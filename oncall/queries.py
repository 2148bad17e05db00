"""Loads schedules and policies in few queries, and asks the pure modules about them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Account, Membership
from oncall import escalation, schedules, snapshots
from oncall.models import (
    EscalationPolicy,
    EscalationRule,
    EscalationTarget,
    Layer,
    Override,
    Schedule,
    ScheduleVersion,
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A member whom a level pages, and why: the schedule, or nothing if named."""

    membership: Membership
    reason: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shift:
    """A member's shift: [start, end), with its true ends only where asked for."""

    start: datetime
    end: datetime
    membership: Membership
    endless: bool = False


def load(
    account: Account,
    schedule_ids: Collection[int],
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[int, schedules.Schedule]:
    """Load schedules by id, users as ids of members, in five queries.

    They answer each instant as the version that is in force then, which takes a sixth
    query where one was edited after `since`. Overrides outside of [since, until), and
    versions that were replaced before, will be left out; None stands for no limit.
    Ids that the account does not have are missing from the answer.
    """
    return _values(_rows(account, schedule_ids, since, until), since)


def pure(
    schedule: Schedule, earlier: Sequence[ScheduleVersion] = ()
) -> schedules.Schedule:
    """Turn a row with what hangs on it into the value that the maths takes.

    Earlier versions, in their order, answer the time before the last edit counts.
    """
    newest = schedule.effective_at
    layers = [
        layer
        for version, (start, end) in zip(
            earlier, snapshots.periods(earlier, newest), strict=True
        )
        for layer in snapshots.clipped(
            snapshots.layers_of(version.snapshot), start, end
        )
    ]
    rows = (_layer(layer) for layer in schedule.layers.all())
    return schedules.Schedule(
        zone=ZoneInfo(schedule.time_zone),
        layers=(*layers, *snapshots.clipped(rows, newest, None)),
        overrides=tuple(
            schedules.Override(row.starts_at, row.ends_at, row.membership_id)
            for row in schedule.overrides.all()
        ),
    )


def on_call(
    account: Account, schedule_ids: Collection[int], at: datetime
) -> dict[int, Membership | None]:
    """Say who is on call for each schedule at the instant; None where nobody is.

    Somebody who left the account is nobody; so is an unknown schedule's user.
    """
    found = _on_call_ids(_rows(account, schedule_ids, at, at), at)
    people = active_members(account, found.values())
    return {pk: people.get(found.get(pk, 0)) for pk in schedule_ids}


def shifts(
    account: Account,
    schedule: schedules.Schedule,
    since: datetime,
    until: datetime,
    *,
    overflow: bool = False,
) -> list[Shift]:
    """List the final schedule's shifts in [since, until), with their people.

    People who left are named too, because history names them: see `is_active`.
    """
    found = schedules.final_shifts(schedule, since, until, overflow=overflow)
    return with_people(account, found)


def with_people(account: Account, found: Sequence[schedules.Shift]) -> list[Shift]:
    """Put the members into shifts of the pure kind, in one query."""
    people = members(account, {shift.user for shift in found})
    return [
        Shift(shift.start, shift.end, people[shift.user], shift.endless)
        for shift in found
        if shift.user in people
    ]


def plan_of(policy: EscalationPolicy) -> escalation.Plan:
    """Take the snapshot of a policy that an incident keeps, in three queries."""
    return plans_of(policy.account, [policy.pk])[policy.pk]


def plans_of(
    account: Account, policy_ids: Collection[int]
) -> dict[int, escalation.Plan]:
    """Take the snapshots of policies by id; unknown ids will be missing."""
    policies = account.escalation_policies.filter(pk__in=policy_ids)
    return {policy.pk: as_plan(policy) for policy in with_levels(policies)}


def with_levels(
    policies: QuerySet[EscalationPolicy],
) -> QuerySet[EscalationPolicy]:
    """Let the policies bring their levels and targets along, in two more queries."""
    return policies.prefetch_related(
        "rules",
        Prefetch(
            "rules__targets",
            EscalationTarget.across_accounts.select_related(
                "membership__user", "schedule"
            ),
        ),
    )


def as_plan(policy: EscalationPolicy) -> escalation.Plan:
    """Turn a policy that brought its levels along into the value of the pure module."""
    return escalation.Plan(
        policy_id=policy.pk,
        name=policy.name,
        levels=tuple(_level(rule) for rule in policy.rules.all()),
        repeats=policy.repeats,
    )


def people_of(account: Account, level: escalation.Level, at: datetime) -> list[Reached]:
    """Say whom a level reaches at the instant, each member once.

    What was deleted since the snapshot, and who left, will be passed over.
    """
    return people_of_levels(account, [level], at)[0]


def people_of_levels(
    account: Account, levels: Sequence[escalation.Level], at: datetime
) -> list[list[Reached]]:
    """Say whom each of the levels reaches, in as many queries as one level takes."""
    targets = {target for level in levels for target in level.targets}
    rows = _rows(account, {t.id for t in targets if t.kind == "schedule"}, at, at)
    users = _on_call_ids(rows, at)
    named = {t.id for t in targets if t.kind == "user"}
    people = active_members(account, named | set(users.values()))
    return [_reached(level, rows, users, people) for level in levels]


def restrictions_of(layer: Layer) -> tuple[schedules.Restriction, ...]:
    """Turn a layer's restrictions into the values that the maths takes."""
    return tuple(
        schedules.Restriction(
            kind="weekly" if row.kind == "weekly" else "daily",
            start_time=row.start_time,
            duration=row.duration,
            weekday=row.weekday,
        )
        for row in layer.restrictions.all()
    )


def members(account: Account, ids: Iterable[int]) -> dict[int, Membership]:
    """Find members by id, with their users; those who left are among them."""
    if not (wanted := set(ids)):
        return {}
    return account.memberships.select_related("user").in_bulk(wanted)


def active_members(account: Account, ids: Iterable[int]) -> dict[int, Membership]:
    """Find the members by id who may be paged."""
    found = members(account, ids)
    return {pk: member for pk, member in found.items() if member.is_active}


def _rows(
    account: Account,
    schedule_ids: Collection[int],
    since: datetime | None,
    until: datetime | None,
) -> dict[int, Schedule]:
    if not schedule_ids:
        return {}
    found = account.schedules.filter(pk__in=set(schedule_ids)).prefetch_related(
        Prefetch("layers", Layer.across_accounts.order_by("position")),
        "layers__turns",
        "layers__restrictions",
        Prefetch("overrides", _overrides(since, until)),
    )
    return {row.pk: row for row in found}


def _overrides(since: datetime | None, until: datetime | None) -> QuerySet[Override]:
    """Overrides with a part in the range; an empty range is an instant."""
    limits = Q()
    if since is not None:
        limits &= Q(ends_at__gt=since)
    if until is not None:
        limits &= Q(starts_at__lte=until)
    return Override.across_accounts.filter(limits).order_by("id")


def _layer(layer: Layer) -> schedules.Layer:
    return schedules.Layer(
        start=layer.starts_at,
        end=layer.ends_at,
        virtual_start=layer.rotation_virtual_start,
        turn_length=layer.turn_length,
        users=tuple(turn.membership_id for turn in layer.turns.all()),
        restrictions=restrictions_of(layer),
        name=str(layer),
        id=layer.pk,
    )


def _values(
    rows: dict[int, Schedule], since: datetime | None
) -> dict[int, schedules.Schedule]:
    """The rows as values, with the versions that were in force after since."""
    earlier = _earlier(rows.values(), since)
    return {pk: pure(row, earlier.get(pk, ())) for pk, row in rows.items()}


def _earlier(
    rows: Iterable[Schedule], since: datetime | None
) -> dict[int, list[ScheduleVersion]]:
    edited = [
        row.pk
        for row in rows
        if row.effective_at and (since is None or row.effective_at > since)
    ]
    if not edited:
        return {}
    found = ScheduleVersion.across_accounts.filter(
        schedule__in=edited, number__lt=F("schedule__version")
    )
    if since is not None:
        found = found.filter(~Exists(_replacements(since)))
    versions: dict[int, list[ScheduleVersion]] = defaultdict(list)
    for version in found.order_by("number"):
        versions[version.schedule_id].append(version)
    return versions


def _replacements(since: datetime) -> QuerySet[ScheduleVersion]:
    """The versions that took the place of an outer one before since."""
    return ScheduleVersion.across_accounts.filter(
        schedule=OuterRef("schedule"),
        number__gt=OuterRef("number"),
        effective_at__lte=since,
    )


def _on_call_ids(rows: dict[int, Schedule], at: datetime) -> dict[int, int]:
    """Who is on call by schedule; schedules without anybody are left out."""
    values = _values(rows, at)
    users = {pk: schedules.on_call_at(value, at) for pk, value in values.items()}
    return {pk: user for pk, user in users.items() if user is not None}


def _level(rule: EscalationRule) -> escalation.Level:
    return escalation.Level(
        delay=rule.delay,
        targets=tuple(
            escalation.Target("schedule", target.schedule_id, str(target))
            if target.schedule_id is not None
            else escalation.Target("user", target.membership_id or 0, str(target))
            for target in rule.targets.all()
        ),
        rule_id=rule.pk,
    )


def _reached(
    level: escalation.Level,
    rows: dict[int, Schedule],
    users: dict[int, int],
    people: dict[int, Membership],
) -> list[Reached]:
    reached: dict[int, Reached] = {}
    for target in level.targets:
        if target.kind == "user":
            user, reason = target.id, {}
        else:
            user, reason = users.get(target.id, 0), _reason(rows.get(target.id))
        if user in people and user not in reached:
            reached[user] = Reached(people[user], reason)
    return list(reached.values())


def _reason(schedule: Schedule | None) -> dict[str, Any]:
    if schedule is None:
        return {}
    return {"schedule": schedule.name, "schedule_id": schedule.public_id}
