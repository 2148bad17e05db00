"""What a member covers for others, so that nobody leaves a gap by surprise.

Policies and schedules belong to an app above; they are read by their way back.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.models import Membership


@dataclass(frozen=True)
class Duty:
    """A level or a rotation that pages the member."""

    name: str
    # Nobody else is on it, so it would page nobody.
    is_alone: bool


def duties(membership: Membership) -> list[Duty]:
    """List the levels and layers that name the member, those at risk first."""
    found = [*_levels(membership), *_layers(membership)]
    return sorted(found, key=lambda duty: not duty.is_alone)


def shortest_level(membership: Membership) -> timedelta | None:
    """Answer how long the quickest level that names the member waits for them."""
    targets = membership.escalation_targets.select_related("rule")
    delays = [target.rule.delay for target in targets]
    turns = membership.turns.select_related("layer__schedule").prefetch_related(
        "layer__schedule__escalation_targets__rule"
    )
    for turn in turns:
        found = turn.layer.schedule.escalation_targets.all()
        delays += [target.rule.delay for target in found]
    return min(delays, default=None)


def _levels(membership: Membership) -> list[Duty]:
    targets = membership.escalation_targets.select_related(
        "rule__policy"
    ).prefetch_related("rule__targets")
    return [
        Duty(
            _("Level %(level)s of %(policy)s")
            % {"level": target.rule.level, "policy": target.rule.policy.name},
            len(target.rule.targets.all()) == 1,
        )
        for target in targets
    ]


def _layers(membership: Membership) -> list[Duty]:
    turns = membership.turns.select_related("layer__schedule").prefetch_related(
        "layer__turns"
    )
    alone_by_layer = {
        turn.layer: {t.membership_id for t in turn.layer.turns.all()} == {membership.pk}
        for turn in turns
    }
    return [
        Duty(
            _("%(layer)s of schedule %(schedule)s")
            % {"layer": str(layer), "schedule": layer.schedule.name},
            is_alone,
        )
        for layer, is_alone in alone_by_layer.items()
    ]
