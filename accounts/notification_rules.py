"""A member's notification rules: added, removed, filled from presets, told in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, channels, companions
from accounts.models import ContactMethod, Membership, NotificationRule
from accounts.onboarding import Refused
from accounts.permissions import Actor

MOST_RULES = 20


@dataclass(frozen=True)
class Preset:
    """A usual plan: kinds of contact methods with their delays in minutes."""

    name: str
    label: str | Promise
    steps: tuple[tuple[str, int], ...]


PRESETS = (
    Preset("quiet", gettext_lazy("E-mail at once"), (("email", 0),)),
    Preset(
        "usual",
        gettext_lazy("E-mail and text at once, call after 15 minutes"),
        (("email", 0), ("sms", 0), ("voice", 15)),
    ),
    Preset(
        "push",
        gettext_lazy("Push at once, call after 2 minutes"),
        (("push", 0), ("voice", 2)),
    ),
    Preset(
        "loud",
        gettext_lazy("Everything at once, call again after 5 and 10 minutes"),
        (
            *(("email", 0), ("push", 0), ("sms", 0), ("voice", 0)),
            *(("voice", 5), ("voice", 10)),
        ),
    ),
)


@dataclass(frozen=True)
class Step:
    """The rules of one moment, for the sentence list."""

    delay_minutes: int
    rules: tuple[NotificationRule, ...]

    @property
    def words(self) -> str:
        """Say when: at once, or after so many minutes."""
        if self.delay_minutes == 0:
            return _("At once")
        return _("After %d min") % self.delay_minutes


@transaction.atomic
def add(
    method: ContactMethod,
    *,
    urgency: str,
    delay_minutes: int,
    actor: Actor,
    at: datetime,
) -> NotificationRule:
    """Add a rule. Raises Refused for a double, too many, or companions alone, and
    NotPermitted."""
    _require(actor, method.membership)
    rules = method.membership.notification_rules.filter(urgency=urgency)
    if rules.count() >= MOST_RULES:
        raise Refused(_("%d rules are the most for one urgency.") % MOST_RULES)
    try:
        with transaction.atomic():
            rule = _create(method, urgency, delay_minutes)
    except IntegrityError:
        raise Refused(_("You already have this rule.")) from None
    companions.refuse_alone(method.membership, urgency)
    audit.record(actor, "added notification rule", rule, at=at)
    return rule


@transaction.atomic
def change(
    rule: NotificationRule,
    *,
    method: ContactMethod,
    urgency: str,
    delay_minutes: int,
    actor: Actor,
    at: datetime,
) -> NotificationRule:
    """Make a rule another one. Raises Refused for a double or companions alone, and
    NotPermitted."""
    _require(actor, rule.membership)
    before = rule.urgency
    rule.contact_method = method
    rule.urgency = urgency
    rule.delay_minutes = delay_minutes
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError:
        raise Refused(_("You already have this rule.")) from None
    for affected in {before, urgency}:
        companions.refuse_alone(rule.membership, affected)
    audit.record(actor, "changed notification rule", rule, at=at)
    return rule


@transaction.atomic
def remove(rule: NotificationRule, *, actor: Actor, at: datetime) -> None:
    """Remove a rule. Raises NotPermitted, and Refused if only companions were left."""
    _require(actor, rule.membership)
    companions.keep_another_rule(rule)
    audit.record(actor, "removed notification rule", rule, at=at)
    rule.delete()


@transaction.atomic
def apply(
    preset: Preset, membership: Membership, *, urgency: str, actor: Actor, at: datetime
) -> None:
    """Replace the rules of an urgency by a preset's.

    Raises Refused if no contact method has a kind that the preset names.
    """
    _require(actor, membership)
    methods = list(membership.contact_methods.filter(disabled_at=None))
    wanted = [
        (method, delay)
        for kind, delay in preset.steps
        for method in methods
        if method.kind == kind
    ]
    if not wanted:
        raise Refused(_("You have no contact method that this preset uses."))
    membership.notification_rules.filter(urgency=urgency).delete()
    for method, delay in wanted:
        _create(method, urgency, delay)
    details = {"preset": preset.name, "urgency": urgency}
    audit.record(
        actor, "applied notification preset", membership, at=at, details=details
    )


def missing(preset: Preset, methods: Iterable[ContactMethod]) -> list[str]:
    """Name the kinds that the preset uses and the member does not have."""
    wanted = dict.fromkeys(kind for kind, _delay in preset.steps)
    have = {method.kind for method in methods}
    return [label(kind) for kind in wanted if kind not in have]


def steps(rules: Iterable[NotificationRule]) -> Sequence[Step]:
    """Group rules, which are in order of their delay, into moments."""
    grouped = groupby(rules, key=lambda rule: rule.delay_minutes)
    return [Step(delay, tuple(found)) for delay, found in grouped]


def unheard(
    rules: Iterable[NotificationRule], first_level: timedelta | None
) -> list[NotificationRule]:
    """Find rules that come when a policy has already moved on to the next level."""
    if first_level is None:
        return []
    return [rule for rule in rules if rule.delay >= first_level]


def label(kind: str) -> str:
    """Name a channel as people say it; a kind that is gone keeps its own word."""
    found = next((c.label for c in channels.every() if c.kind == kind), kind)
    return str(found)


def _require(actor: Actor, membership: Membership) -> None:
    if actor.user != membership:
        actor.require("people")


def _create(method: ContactMethod, urgency: str, delay: int) -> NotificationRule:
    return method.account.notification_rules.create(
        membership=method.membership,
        contact_method=method,
        urgency=urgency,
        delay_minutes=delay,
    )
