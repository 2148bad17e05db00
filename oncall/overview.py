"""Who is on call now, and who is next: by schedule, and by policy and level."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Account, Membership
from oncall import queries, schedules
from oncall.models import EscalationPolicy, EscalationRule, EscalationTarget, Schedule

# How far back an override may have begun and still belong to the shift that runs.
LOOK_BACK = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Duty:
    """A schedule at an instant: who is on call, until when, and who is then.

    Nobody is on call without a membership; without an end nothing changes any more.
    """

    schedule: Schedule
    membership: Membership | None
    since: datetime | None
    until: datetime | None
    next_membership: Membership | None


@dataclass(frozen=True, slots=True)
class Post:
    """A target of a level at an instant; a person is on call always, without a duty."""

    target: EscalationTarget
    membership: Membership | None
    duty: Duty | None


@dataclass(frozen=True, slots=True)
class LevelNow:
    """A level at an instant."""

    rule: EscalationRule
    posts: Sequence[Post]

    @property
    def reaches_nobody(self) -> bool:
        return not any(post.membership for post in self.posts)


@dataclass(frozen=True, slots=True)
class PolicyNow:
    """A policy at an instant."""

    policy: EscalationPolicy
    levels: Sequence[LevelNow]

    def names(self, text: str) -> bool:
        """Say whether somebody of it, or the policy, is called like the text."""
        people = (post.membership for level in self.levels for post in level.posts)
        names = [self.policy.name, *(str(person) for person in people if person)]
        return any(text.casefold() in name.casefold() for name in names)


def on_call_now(account: Account, at: datetime) -> list[PolicyNow]:
    """Show every policy of the account at the instant, in a constant few queries."""
    policies = account.escalation_policies.select_related("team").order_by(
        "team__name", "name"
    )
    return policies_now(account, queries.with_levels(policies), at)


def policies_now(
    account: Account, policies: Iterable[EscalationPolicy], at: datetime
) -> list[PolicyNow]:
    """Show policies that brought their levels along; see `queries.with_levels`."""
    found = list(policies)
    ids = {t.schedule_id for p in found for t in _targets(p) if t.schedule_id}
    duties = duties_now(account, ids, at)
    return [
        PolicyNow(
            policy,
            [
                LevelNow(rule, [_post(target, duties) for target in rule.targets.all()])
                for rule in policy.rules.all()
            ],
        )
        for policy in found
    ]


def duties_now(
    account: Account, schedule_ids: Collection[int], at: datetime
) -> dict[int, Duty]:
    """Show the schedules of these ids at the instant, in a constant few queries."""
    rows = account.schedules.select_related("team").in_bulk(set(schedule_ids))
    loaded = queries.load(account, rows, since=at - LOOK_BACK)
    turns = {pk: _turn(schedule, at) for pk, schedule in loaded.items()}
    users = {user for _, _, *pair in turns.values() for user in pair if user}
    people = queries.active_members(account, users)
    return {
        pk: Duty(rows[pk], people.get(now or 0), since, until, people.get(then or 0))
        for pk, (since, until, now, then) in turns.items()
    }


def duties_of(policies: Iterable[PolicyNow], member: Membership) -> list[Duty]:
    """List the schedules that the member is on call for, each once."""
    mine = {
        post.duty.schedule.pk: post.duty
        for policy in policies
        for level in policy.levels
        for post in level.posts
        if post.duty and post.membership == member
    }
    return list(mine.values())


def _targets(policy: EscalationPolicy) -> Iterator[EscalationTarget]:
    for rule in policy.rules.all():
        yield from rule.targets.all()


def _post(target: EscalationTarget, duties: dict[int, Duty]) -> Post:
    if target.schedule_id is not None:
        duty = duties.get(target.schedule_id)
        return Post(target, duty.membership if duty else None, duty)
    member = target.membership
    return Post(target, member if member and member.is_active else None, None)


def _turn(
    schedule: schedules.Schedule, at: datetime
) -> tuple[datetime | None, datetime | None, int | None, int | None]:
    """Since when, until when, who, and who is next."""
    shift = schedules.shift_at(schedule, at)
    if shift is None:
        begins = schedules.next_handoff(schedule, at)
        then = schedules.on_call_at(schedule, begins) if begins else None
        return None, begins, None, then
    if shift.endless:
        return shift.start, None, shift.user, None
    return shift.start, shift.end, shift.user, schedules.on_call_at(schedule, shift.end)
