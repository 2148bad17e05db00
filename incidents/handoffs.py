"""Plans the notices of hand-offs ahead, and has each sent once, when it is due.

The rows are the timers. What is due is looked at again with the schedule as it is
then, so an edit in between neither loses a notice nor sends one that is not true any
more. Paging never waits for any of this.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts import tenancy
from accounts.models import HandOffRule
from accounts.models.handoff import MOST_MINUTES_AHEAD
from incidents import handoff_words, notifications
from incidents.models import HandOff, Notification
from oncall import handoffs, queries, schedules
from oncall.models import Schedule

logger = logging.getLogger(__name__)

# A schedule is planned anew once an hour, and at once when it or a rule has changed.
PLANNED_ANEW_EVERY = timedelta(hours=1)
# So far ahead that no notice becomes due before its schedule is planned again.
AHEAD = timedelta(minutes=MOST_MINUTES_AHEAD) + 2 * PLANNED_ANEW_EVERY
# So long after a hand-off it is still worth telling; after an outage, not longer.
USEFUL = timedelta(hours=1)
# What was told is remembered, lest an edit there and back tells it twice.
KEPT = timedelta(days=7)
POSTPONEMENT = timedelta(minutes=5)
BATCH = 100
# The rest waits for the next tick.
SECONDS_A_TICK = 0.2

Outcome = HandOff.Outcome


def sweep(at: datetime) -> None:
    """Plan what is to be planned and send what is due; this will never raise."""
    try:
        _take_up_rules(at)
        ends = time.monotonic() + SECONDS_A_TICK
        for schedule in _waiting(at):
            _try(schedule, at)
            if time.monotonic() > ends:
                break
    except Exception:
        logger.exception("Could not sweep hand-offs")


def _take_up_rules(at: datetime) -> None:
    """Have the schedules planned anew that name the member of a new rule."""
    with tenancy.all_accounts():
        found = HandOffRule.across_accounts.select_for_update(skip_locked=True)
        rules = list(found.filter(taken_up_at=None).order_by("id")[:BATCH])
        if not rules:
            return
        members = {rule.membership_id for rule in rules}
        Schedule.across_accounts.filter(
            Q(layers__turns__membership__in=members)
            | Q(overrides__membership__in=members, overrides__ends_at__gt=at - USEFUL)
        ).update(handoffs_planned_until=None)
        HandOffRule.across_accounts.filter(pk__in=[rule.pk for rule in rules]).update(
            taken_up_at=at
        )


def _waiting(at: datetime) -> list[Schedule]:
    """Find schedules with a notice that is due, then those to plan (anew)."""
    with tenancy.all_accounts():
        due = HandOff.across_accounts.filter(outcome=Outcome.PLANNED, due_at__lte=at)
        pks = due.order_by("due_at").values_list("schedule", flat=True)[:BATCH]
        of_live_accounts = Schedule.across_accounts.filter(
            account__suspended_at=None
        ).select_related("account")
        behind = of_live_accounts.filter(
            Q(handoffs_planned_until=None)
            | Q(handoffs_planned_until__lt=at + AHEAD - PLANNED_ANEW_EVERY)
        )
        # The never planned ones come first.
        longest_behind = models.F("handoffs_planned_until").asc(nulls_first=True)
        found = [
            *of_live_accounts.filter(pk__in=set(pks)),
            *behind.order_by(longest_behind)[:BATCH],
        ]
    return list({schedule.pk: schedule for schedule in found}.values())


def _try(schedule: Schedule, at: datetime) -> None:
    """Work a schedule; one that fails steps aside."""
    try:
        with tenancy.scope(schedule.account):
            _work(schedule, at)
    except Exception:
        logger.exception("Could not work the hand-offs of schedule %s", schedule.pk)
        with tenancy.scope(schedule.account):
            _set_aside(schedule, at)


def _work(schedule: Schedule, at: datetime) -> None:
    # Who edits the schedule waits for this lock, and then has it planned anew.
    rows = schedule.account.schedules.select_for_update(no_key=True, skip_locked=True)
    fresh = rows.filter(pk=schedule.pk).first()
    if fresh is None:
        return
    since = at - 2 * USEFUL
    value = queries.load(schedule.account, [fresh.pk], since=since)[fresh.pk]
    _plan(fresh, value, at)
    _tell(fresh, value, at)
    fresh.handoffs_planned_until = at + AHEAD
    fresh.save(update_fields=["handoffs_planned_until"])


def _plan(schedule: Schedule, value: schedules.Schedule, at: datetime) -> None:
    """Make the rows what the schedule and the rules now say, past ones aside."""
    wanted = {_key(row): row for row in _wanted(schedule, value, at)}
    known = list(schedule.handoffs.filter(boundary_at__gte=at - USEFUL))
    gone = [row for row in known if row.outcome == Outcome.PLANNED]
    gone = [row for row in gone if row.rule_id is None or _key(row) not in wanted]
    schedule.handoffs.filter(
        Q(pk__in=[row.pk for row in gone]) | Q(boundary_at__lt=at - KEPT)
    ).delete()
    kept = {_key(row) for row in known} - {_key(row) for row in gone}
    HandOff.across_accounts.bulk_create(
        [row for key, row in wanted.items() if key not in kept], ignore_conflicts=True
    )


def _wanted(
    schedule: Schedule, value: schedules.Schedule, at: datetime
) -> Iterator[HandOff]:
    found = list(handoffs.boundaries(value, at - USEFUL, at + AHEAD))
    rules: dict[tuple[int, str], list[HandOffRule]] = defaultdict(list)
    of_these = {"membership__in": {boundary.user for boundary in found}}
    for rule in schedule.account.handoff_rules.filter(**of_these):
        rules[rule.membership_id, rule.when].append(rule)
    for boundary in found:
        for rule in rules[boundary.user, boundary.when]:
            yield _row(schedule, boundary, rule)


def _row(schedule: Schedule, boundary: handoffs.Boundary, rule: HandOffRule) -> HandOff:
    return HandOff(
        account=schedule.account,
        schedule=schedule,
        membership_id=rule.membership_id,
        contact_method_id=rule.contact_method_id,
        rule=rule,
        when=rule.when,
        minutes_ahead=rule.minutes_ahead,
        boundary_at=boundary.at,
        due_at=boundary.at - timedelta(minutes=rule.minutes_ahead),
    )


def _tell(schedule: Schedule, value: schedules.Schedule, at: datetime) -> None:
    """Settle the due rows of a schedule, of several that say the same one by words."""
    due = schedule.handoffs.filter(outcome=Outcome.PLANNED, due_at__lte=at)
    rows = due.select_related("membership__user", "contact_method")
    # The shortest time ahead first: after an outage it speaks for the longer ones.
    for row in rows.order_by("boundary_at", "minutes_ahead"):
        row.outcome, row.settled_at = _outcome(row, value, at), at
        if row.outcome == Outcome.TOLD:
            _post(schedule, row, value, at)
        row.save(update_fields=["outcome", "settled_at"])


def _outcome(row: HandOff, value: schedules.Schedule, at: datetime) -> Outcome:
    if not row.contact_method.may_be_paged or not row.membership.is_active:
        return Outcome.UNREACHABLE
    if row.boundary_at <= at - USEFUL or _is_over(row, value, at):
        return Outcome.LATE
    if _was_told_since(row):
        return Outcome.REPETITION
    return Outcome.TOLD


def _is_over(row: HandOff, value: schedules.Schedule, at: datetime) -> bool:
    """Say whether the shift that began is not theirs any more."""
    if row.when != HandOffRule.When.START or row.boundary_at > at:
        return False
    return schedules.on_call_at(value, at) != row.membership_id


def _was_told_since(row: HandOff) -> bool:
    """Say whether the same was told when, or after, this was due."""
    return HandOff.across_accounts.filter(
        schedule=row.schedule_id,
        boundary_at=row.boundary_at,
        contact_method=row.contact_method_id,
        when=row.when,
        outcome=Outcome.TOLD,
        settled_at__gte=row.due_at,
    ).exists()


def _post(
    schedule: Schedule, row: HandOff, value: schedules.Schedule, at: datetime
) -> None:
    other = schedules.on_call_at(value, _other_side(row))
    people = queries.active_members(schedule.account, [other] if other else [])
    facts = handoff_words.Facts(
        schedule,
        row.membership,
        row.boundary_at,
        until=_end(row, value),
        other=people.get(other or 0),
        is_past=row.boundary_at <= at,
    )
    is_start = row.when == HandOffRule.When.START
    write = handoff_words.start if is_start else handoff_words.end
    notifications.post(
        schedule.account,
        purpose=Notification.Purpose.NOTICE,
        at=at,
        contact_method=row.contact_method,
        content=write(facts),
    )


def _other_side(row: HandOff) -> datetime:
    """An instant at which whoever comes before or after the shift is on call."""
    if row.when == HandOffRule.When.START:
        return row.boundary_at - handoffs.SECOND
    return row.boundary_at


def _end(row: HandOff, value: schedules.Schedule) -> datetime | None:
    """When the shift that starts ends again, if ever."""
    shift = schedules.shift_at(value, row.boundary_at)
    return None if shift is None or shift.endless else shift.end


def _set_aside(schedule: Schedule, at: datetime) -> None:
    retry_at = at + POSTPONEMENT
    schedule.handoffs.filter(outcome=Outcome.PLANNED, due_at__lt=retry_at).update(
        due_at=retry_at
    )
    Schedule.across_accounts.filter(pk=schedule.pk).update(
        handoffs_planned_until=retry_at + AHEAD - PLANNED_ANEW_EVERY
    )


def _key(row: HandOff) -> tuple[datetime, int, str, int]:
    return row.boundary_at, row.contact_method_id, row.when, row.minutes_ahead
