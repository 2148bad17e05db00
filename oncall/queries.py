"""Loads schedules and policies in few queries, and asks the pure modules about them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from accounts.models import Account, Membership
from oncall import escalation, schedules, snapshots
from oncall.models import (
    EscalationPolicy,
    EscalationRule,
    EscalationTarget,
    Layer,
    Override,
    Restriction,
    ScheduleVersion,
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A member whom a level pages, and why: the schedule, or nothing if named."""

    membership: Membership
    reason: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    """What is needed of a schedule's row."""

    pk: int
    name: str
    public_id: str
    time_zone: str
    effective_at: datetime | None


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
    """Load schedules by id, users as ids of members, in four queries.

    They answer each instant as the version that is in force then, which takes a fifth
    query where one was edited after `since`. Overrides outside of [since, until), and
    versions that were replaced before, will be left out; None stands for no limit.
    Ids that the account does not have are missing from the answer.
    """
    rows = _rows(account, schedule_ids)
    return _values(rows, since, until)


def on_call(
    account: Account, schedule_ids: Collection[int], at: datetime
) -> dict[int, Membership | None]:
    """Say who is on call for each schedule at the instant; None where nobody is.

    Somebody who left the account is nobody; so is an unknown schedule's user.
    """
    found = _on_call_ids(_rows(account, schedule_ids), at)
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
    rows = _rows(account, {t.id for t in targets if t.kind == "schedule"})
    users = _on_call_ids(rows, at)
    named = {t.id for t in targets if t.kind == "user"}
    people = active_members(account, named | set(users.values()))
    return [_reached(level, rows, users, people) for level in levels]


def take_turns(rule_id: int, count: int) -> int | None:
    """Take so many turns of a round robin, together and before anybody else.

    This will return the first of them, counted from 0; None if the rule is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE oncall_escalationrule SET turns = turns + %s WHERE id = %s"
            " RETURNING turns",
            [count, rule_id],
        )
        row = cursor.fetchone()
    return int(row[0]) - count if row else None


def next_turns(account: Account, levels: Iterable[escalation.Level]) -> dict[int, int]:
    """Say by rule which turn of the round robins comes next, without taking it."""
    rings = {level.rule_id or 0 for level in levels if level.is_round_robin}
    if not rings:
        return {}
    rules = account.escalation_rules.filter(pk__in=rings)
    return dict(rules.values_list("pk", "turns"))


def next_up(
    account: Account,
    levels: Sequence[escalation.Level],
    found: Sequence[list[Reached]],
) -> list[list[Reached]]:
    """Keep of whom levels reach those whom they would page now; takes no turn.

    Only who has a contact method that may be paged takes part in a round robin.
    """
    rings = [level for level in levels if level.is_round_robin]
    if not rings:
        return list(found)
    turns = next_turns(account, rings)
    able = {
        method.membership_id
        for method in account.contact_methods.filter(
            membership__in={r.membership.pk for people in found for r in people}
        )
        if method.may_be_paged
    }
    return [
        _in_turn(people, able, turns.get(level.rule_id or 0, 0))
        if level.is_round_robin
        else people
        for level, people in zip(levels, found, strict=True)
    ]


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


def _rows(account: Account, schedule_ids: Collection[int]) -> dict[int, _Row]:
    if not schedule_ids:
        return {}
    found = account.schedules.filter(pk__in=set(schedule_ids)).values_list(
        "pk", "name", "public_id", "time_zone", "effective_at"
    )
    rows = (_Row(*values) for values in found)
    return {row.pk: row for row in rows}


def _values(
    rows: dict[int, _Row], since: datetime | None, until: datetime | None
) -> dict[int, schedules.Schedule]:
    """The schedules with the versions that were in force after since."""
    if not rows:
        return {}
    earlier = _earlier(rows.values(), since)
    layers = _layers(rows)
    overrides = _overrides(rows, since, until)
    return {
        pk: schedules.Schedule(
            zone=ZoneInfo(row.time_zone),
            layers=tuple(_clipped(row, layers.get(pk, ()), earlier.get(pk, ()))),
            overrides=tuple(overrides.get(pk, ())),
        )
        for pk, row in rows.items()
    }


def _layers(ids: Iterable[int]) -> dict[int, list[schedules.Layer]]:
    """The layers by schedule, without a model for each turn: there may be many."""
    found: dict[int, list[schedules.Layer]] = defaultdict(list)
    rows = Layer.across_accounts.filter(schedule__in=list(ids)).order_by("position")
    columns = (
        "schedule_id",
        "pk",
        "name",
        "position",
        "starts_at",
        "ends_at",
        "rotation_virtual_start",
        "turn_length",
    )
    users = ArrayAgg("turns__membership_id", order_by="turns__position")
    restrictions = _restrictions(ids)
    for (
        schedule,
        pk,
        name,
        position,
        start,
        end,
        virtual,
        turn,
        people,
    ) in rows.annotate(people=users).values_list(*columns, "people"):
        found[schedule].append(
            schedules.Layer(
                start=start,
                end=end,
                virtual_start=virtual,
                turn_length=turn,
                # A layer without turns has one of nobody.
                users=tuple(user for user in people if user is not None),
                restrictions=tuple(restrictions.get(pk, ())),
                name=name or f"Layer {position}",
                id=pk,
            )
        )
    return found


def _restrictions(ids: Iterable[int]) -> dict[int, list[schedules.Restriction]]:
    """The restrictions by layer."""
    found: dict[int, list[schedules.Restriction]] = defaultdict(list)
    rows = Restriction.across_accounts.filter(layer__schedule__in=list(ids))
    for layer, kind, start, duration, weekday in rows.order_by("id").values_list(
        "layer_id", "kind", "start_time", "duration", "weekday"
    ):
        is_weekly = kind == Restriction.Kind.WEEKLY
        found[layer].append(
            schedules.Restriction(
                "weekly" if is_weekly else "daily", start, duration, weekday
            )
        )
    return found


def _overrides(
    ids: Iterable[int], since: datetime | None, until: datetime | None
) -> dict[int, list[schedules.Override]]:
    """Overrides by schedule with a part in the range; an empty range is an instant."""
    found: dict[int, list[schedules.Override]] = defaultdict(list)
    rows = Override.across_accounts.filter(schedule__in=list(ids)).order_by("id")
    if since is not None:
        rows = rows.filter(ends_at__gt=since)
    if until is not None:
        rows = rows.filter(starts_at__lte=until)
    for schedule, start, end, member in rows.values_list(
        "schedule_id", "starts_at", "ends_at", "membership_id"
    ):
        found[schedule].append(schedules.Override(start, end, member))
    return found


def _clipped(
    row: _Row, layers: Sequence[schedules.Layer], earlier: Sequence[ScheduleVersion]
) -> Iterator[schedules.Layer]:
    """The layers of each version, cut to the time in which it is in force."""
    newest = row.effective_at
    periods = snapshots.periods(earlier, newest)
    for version, (start, end) in zip(earlier, periods, strict=True):
        then = snapshots.layers_of(version.snapshot)
        yield from snapshots.clipped(then, start, end)
    yield from layers if newest is None else snapshots.clipped(layers, newest, None)


def _earlier(
    rows: Iterable[_Row], since: datetime | None
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


def _on_call_ids(rows: dict[int, _Row], at: datetime) -> dict[int, int]:
    """Who is on call by schedule; schedules without anybody are left out."""
    values = _values(rows, at, at)
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
        strategy="round_robin" if rule.is_round_robin else "assign_to_everyone",
    )


def _in_turn(people: list[Reached], able: set[int], turn: int) -> list[Reached]:
    ring = [reached for reached in people if reached.membership.pk in able]
    return [escalation.turn(ring, turn)] if ring else people


def _reached(
    level: escalation.Level,
    rows: dict[int, _Row],
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


def _reason(schedule: _Row | None) -> dict[str, Any]:
    if schedule is None:
        return {}
    return {"schedule": schedule.name, "schedule_id": schedule.public_id}
