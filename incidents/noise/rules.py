"""The verbs of suppression rules, and what a rule would have kept from people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.permissions import Actor
from incidents.models import Alert, Service, SuppressionRule
from incidents.noise import suppression
from oncall.refusals import NotAllowed

MOST_RULES: Final = 20
MOST_CONDITIONS: Final = 10
LOOKED_AT: Final = 100

Condition = dict[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would have suppressed of the newest alerts."""

    looked_at: int
    alerts: list[Alert]


@transaction.atomic
def create(
    service: Service,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    conditions: list[Condition],
) -> SuppressionRule:
    """Add a rule to the service; raises NotAllowed when it has too many."""
    actor.require("configure", of=service)
    if service.suppression_rules.count() >= MOST_RULES:
        most = {"most": MOST_RULES}
        raise NotAllowed(_("A service has at most %(most)d rules.") % most)
    rule = service.suppression_rules.create(
        account=service.account, name=name, conditions=conditions
    )
    audit.record(actor, "created suppression rule", rule, at=at)
    return rule


@transaction.atomic
def update(
    rule: SuppressionRule,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    conditions: list[Condition],
) -> SuppressionRule:
    """Change a rule; alerts that it has suppressed stay so until they come again."""
    actor.require("configure", of=rule.service)
    rule.name, rule.conditions = name, conditions
    rule.save(update_fields=["name", "conditions"])
    audit.record(actor, "updated suppression rule", rule, at=at)
    return rule


@transaction.atomic
def disable(rule: SuppressionRule, *, actor: Actor, at: datetime) -> None:
    """Let the rule suppress nothing until it is enabled again."""
    _switch(rule, "disabled suppression rule", at, actor=actor, at=at)


@transaction.atomic
def enable(rule: SuppressionRule, *, actor: Actor, at: datetime) -> None:
    """Let the rule suppress alerts again."""
    _switch(rule, "enabled suppression rule", None, actor=actor, at=at)


@transaction.atomic
def delete(rule: SuppressionRule, *, actor: Actor, at: datetime) -> None:
    """Delete the rule; the alerts that it suppressed stay, without its name."""
    actor.require("configure", of=rule.service)
    audit.record(actor, "deleted suppression rule", rule, at=at)
    rule.delete()


def preview(service: Service, conditions: list[Condition]) -> Preview:
    """Say which of the service's newest alerts such a rule would have suppressed."""
    newest = list(service.alerts.order_by("-id")[:LOOKED_AT])
    rule = SuppressionRule(service=service, conditions=conditions)
    return Preview(len(newest), suppression.matching(rule, newest))


def _switch(
    rule: SuppressionRule,
    action: str,
    disabled_at: datetime | None,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    actor.require("configure", of=rule.service)
    rule.disabled_at = disabled_at
    rule.save(update_fields=["disabled_at"])
    audit.record(actor, action, rule, at=at)
