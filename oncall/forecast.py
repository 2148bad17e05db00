"""Who would get what and when, if an incident opened at an instant."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts import channels
from accounts.models import Account, NotificationRule
from accounts.models.contact import Urgency
from oncall import escalation, queries


@dataclass(frozen=True, slots=True)
class Message:
    """One message by a person's own rules."""

    delay: timedelta
    rule: NotificationRule
    # Whether the next level has begun by then.
    is_late: bool

    @property
    def by(self) -> str:
        """The name of the channel, as people say it."""
        kind: str = self.rule.contact_method.kind
        try:
            return _(channels.get(kind).label)
        except channels.PermanentFailure:
            return kind


@dataclass(frozen=True, slots=True)
class Page:
    """A person whom a level pages, and what they get."""

    reached: queries.Reached
    messages: Sequence[Message]

    @property
    def arrives(self) -> bool:
        """Whether anything gets through before the next level begins."""
        return any(
            message.rule.contact_method.may_be_paged and not message.is_late
            for message in self.messages
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A level, how long after the incident it begins, and whom it pages."""

    number: int
    delay: timedelta
    until_next: timedelta
    pages: Sequence[Page]
    # Of round robin: the others, who are paged for the incidents after this one.
    waiting: Sequence[str] = ()


def forecast(account: Account, plan: escalation.Plan, at: datetime) -> list[Step]:
    """Play the first round of the plan, as if nobody answered, in few queries.

    A level that reaches nobody is skipped at once, and has no pages.
    """
    everyone = queries.people_of_levels(account, plan.levels, at)
    found = queries.next_up(account, plan.levels, everyone)
    rules = _rules(account, {r.membership.pk for people in found for r in people})
    steps: list[Step] = []
    delay = timedelta()
    for number, (level, people) in enumerate(
        zip(plan.levels, found, strict=True), start=1
    ):
        pages = [
            Page(reached, _messages(rules[reached.membership.pk], delay, level.delay))
            for reached in people
        ]
        others = [r.membership.name for r in everyone[number - 1] if r not in people]
        steps.append(Step(number, delay, level.delay, pages, others))
        delay += level.delay if people else timedelta()
    return steps


def _rules(
    account: Account, member_ids: Collection[int]
) -> dict[int, list[NotificationRule]]:
    """The rules for high urgency by member, those that come first in front."""
    rules: dict[int, list[NotificationRule]] = defaultdict(list)
    for rule in (
        account.notification_rules.filter(
            membership__in=member_ids, urgency=Urgency.HIGH
        )
        .select_related("contact_method")
        .order_by("delay_minutes", "id")
    ):
        rules[rule.membership_id].append(rule)
    return rules


def _messages(
    rules: Sequence[NotificationRule], begins: timedelta, lasts: timedelta
) -> list[Message]:
    return [
        Message(begins + rule.delay, rule, is_late=rule.delay >= lasts)
        for rule in rules
    ]
