"""The verbs of escalation policies: create, change, delete."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, Membership, Team
from accounts.permissions import Actor
from oncall import escalation
from oncall.models import EscalationPolicy, EscalationRule, Schedule
from oncall.models.policy import MOST_TARGETS
from oncall.refusals import InUse


@dataclass(frozen=True, slots=True)
class Level:
    """What a level should be; the public id keeps an existing rule."""

    delay_minutes: int
    targets: tuple[Membership | Schedule, ...]
    public_id: str = ""
    strategy: escalation.Strategy = "assign_to_everyone"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a policy should be, whichever door says so."""

    name: str
    levels: tuple[Level, ...]
    description: str = ""
    repeats: int = 0
    team: Team | None = None


@transaction.atomic
def create(
    account: Account, *, actor: Actor, at: datetime, draft: Draft
) -> EscalationPolicy:
    """Make a policy with its levels; raises ValidationError or NotPermitted."""
    actor.require("configure", of=draft.team)
    policy = EscalationPolicy(account=account)
    _write(policy, draft)
    audit.record(
        actor, "created escalation policy", policy, at=at, details=_summary(draft)
    )
    return policy


@transaction.atomic
def update(
    policy: EscalationPolicy, *, actor: Actor, at: datetime, draft: Draft
) -> EscalationPolicy:
    """Make the policy what the draft says; incidents keep the plan that they have.

    Raises ValidationError or NotPermitted.
    """
    locked = policy.account.escalation_policies.select_for_update()
    policy = locked.get(pk=policy.pk)
    actor.require("configure", of=policy)
    actor.require_move(policy, draft.team)
    before = _summary(draft_of(policy))
    _write(policy, draft)
    details = {"before": before, "after": _summary(draft)}
    audit.record(actor, "changed escalation policy", policy, at=at, details=details)
    return policy


@transaction.atomic
def delete(policy: EscalationPolicy, *, actor: Actor, at: datetime) -> None:
    """Delete a policy that nothing needs; raises InUse with the services that do."""
    actor.require("configure", of=policy)
    if services := list(policy.services.all()):
        raise InUse(
            _("%(policy)s cannot be deleted: services page by it.")
            % {"policy": policy.name},
            services,
        )
    details = _summary(draft_of(policy))
    audit.record(actor, "deleted escalation policy", policy, at=at, details=details)
    policy.delete()


def draft_of(policy: EscalationPolicy) -> Draft:
    """Describe the policy as it is."""
    rules = policy.rules.prefetch_related(
        "targets__membership__user", "targets__schedule"
    )
    return Draft(
        name=policy.name,
        description=policy.description,
        repeats=policy.repeats,
        team=policy.team,
        levels=tuple(
            Level(
                rule.delay_minutes,
                _targets(rule),
                rule.public_id,
                "round_robin" if rule.is_round_robin else "assign_to_everyone",
            )
            for rule in rules
        ),
    )


def as_plan(draft: Draft, policy: EscalationPolicy | None = None) -> escalation.Plan:
    """Turn a draft into the value that the pure module takes, to play it.

    The policy that it would change says whose turn it is in a round robin.
    """
    rules = dict(policy.rules.values_list("public_id", "pk")) if policy else {}
    return escalation.Plan(
        policy_id=None,
        name=draft.name,
        levels=tuple(
            escalation.Level(
                delay=timedelta(minutes=level.delay_minutes),
                targets=tuple(_as_target(target) for target in level.targets),
                rule_id=rules.get(level.public_id),
                strategy=level.strategy,
            )
            for level in draft.levels
        ),
        repeats=draft.repeats,
    )


def count_problem(count: int) -> str:
    """Say what is wrong with a level of so many targets; nothing if it is fine."""
    if count == 0:
        return _("Choose somebody to page: a person or a schedule.")
    if count > MOST_TARGETS:
        return _("A level pages at most %(most)d people and schedules.") % {
            "most": MOST_TARGETS
        }
    return ""


def _targets(rule: EscalationRule) -> tuple[Membership | Schedule, ...]:
    found = (target.membership or target.schedule for target in rule.targets.all())
    return tuple(target for target in found if target is not None)


def _as_target(target: Membership | Schedule) -> escalation.Target:
    if isinstance(target, Schedule):
        return escalation.Target("schedule", target.pk, target.name)
    return escalation.Target("user", target.pk, target.name)


def _write(policy: EscalationPolicy, draft: Draft) -> None:
    _check(draft)
    policy.name = draft.name
    policy.description = draft.description
    policy.repeats = draft.repeats
    policy.team = draft.team
    policy.full_clean()
    policy.save()
    kept = {level.public_id for level in draft.levels}
    policy.rules.exclude(public_id__in=kept).delete()
    rules = {rule.public_id: rule for rule in policy.rules.all()}
    for number, level in enumerate(draft.levels, start=1):
        _write_level(rules.get(level.public_id), policy, number, level)


def _check(draft: Draft) -> None:
    if not draft.levels:
        raise ValidationError(_("A policy needs at least one level."))
    for number, level in enumerate(draft.levels, start=1):
        if problem := count_problem(len(level.targets)):
            raise ValidationError(
                _("Level %(number)d: %(problem)s"),
                params={"number": number, "problem": problem},
            )


def _write_level(
    rule: EscalationRule | None, policy: EscalationPolicy, number: int, level: Level
) -> None:
    rule = rule or EscalationRule(account=policy.account, policy=policy)
    rule.level = number
    rule.delay_minutes = level.delay_minutes
    rule.strategy = level.strategy
    # Levels swap their numbers within the transaction; the constraint is deferred.
    rule.clean_fields()
    # Not the turns, which incidents take meanwhile.
    columns = ["level", "delay_minutes", "strategy"]
    rule.save(update_fields=columns if rule.pk else None)
    rule.targets.all().delete()
    for position, target in enumerate(level.targets):
        kind = "schedule" if isinstance(target, Schedule) else "membership"
        rule.targets.create(account=policy.account, position=position, **{kind: target})


def _summary(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "repeats": draft.repeats,
        "levels": [
            {
                "delay_minutes": level.delay_minutes,
                "strategy": level.strategy,
                "targets": [str(t) for t in level.targets],
            }
            for level in draft.levels
        ],
    }
