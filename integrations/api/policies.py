"""Escalation policies: whom an incident pages, level by level."""

from dataclasses import replace
from typing import Any, get_args

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Account
from incidents.models import Service
from integrations.api import (
    bodies,
    errors,
    lists,
    references,
    schedules,
    service_shape,
    users,
)
from integrations.api import teams as team_resource
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from oncall import policies
from oncall.escalation import Strategy
from oncall.models import EscalationPolicy, EscalationRule, Schedule
from oncall.policies import Draft, Level

INCLUDES = {
    "services",
    "teams",
    "targets",
    "escalation_rule_assignment_strategies",
}
STRATEGIES = get_args(Strategy)
TARGETS = {"user": "memberships", "schedule": "schedules"}


class StrategyField(serializers.Field[Any, Any, Any, Any]):
    """How a level shares its targets out; an object, or its type alone."""

    default_error_messages = {
        "strange": "The strategy may be assign_to_everyone or round_robin, not {given}."
    }

    def to_internal_value(self, data: Any) -> str:
        """Take a strategy that there is."""
        first = data[0] if isinstance(data, list) and data else data
        given = first.get("type") if isinstance(first, dict) else first
        if given not in STRATEGIES:
            self.fail("strange", given=given)
        return str(given)


class RuleBody(serializers.Serializer[Any]):
    """What a caller says of a level."""

    id = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    escalation_delay_in_minutes = serializers.IntegerField(min_value=1, max_value=1440)
    targets = serializers.ListField(child=bodies.ReferenceField(TARGETS))
    escalation_rule_assignment_strategy = StrategyField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half a level: a partial policy has whole levels."""
        for name in ("escalation_delay_in_minutes", "targets"):
            if name not in attrs:
                raise serializers.ValidationError({name: "This field is required."})
        return attrs


class PolicyBody(serializers.Serializer[Any]):
    """What a caller says of a policy."""

    name = serializers.CharField(max_length=255)
    description = serializers.CharField(
        required=False, allow_blank=True, allow_null=True
    )
    num_loops = serializers.IntegerField(min_value=0, max_value=9, required=False)
    escalation_rules = RuleBody(many=True)
    teams = serializers.ListField(
        child=bodies.ReferenceField({"team": "teams"}), required=False, max_length=1
    )


def full(rows: QuerySet[EscalationPolicy]) -> QuerySet[EscalationPolicy]:
    """Load what `represent` shows in a constant number of queries."""
    return rows.select_related("team").prefetch_related(
        _named_services(),
        "rules__targets__schedule",
        "rules__targets__membership__user",
    )


def _named_services() -> Prefetch[str, Any, str]:
    """Load of services what a reference says: a policy may have hundreds."""
    named = Service.across_accounts.only("public_id", "name", "escalation_policy")
    return Prefetch("services", queryset=named)


def with_targets(
    account: Account, rows: QuerySet[EscalationPolicy]
) -> QuerySet[EscalationPolicy]:
    """Load, besides, what `represent` shows of targets in full."""
    people = users.full(account.memberships.all())
    found = schedules.full(account.schedules.all())
    return rows.select_related("team").prefetch_related(
        _named_services(),
        Prefetch("rules__targets__schedule", queryset=found),
        Prefetch("rules__targets__membership", queryset=people),
    )


def represent(request: ApiRequest, policy: EscalationPolicy) -> dict[str, Any]:
    """Show a policy with its levels."""
    wanted = set(lists.values(request, "include"))
    teams = [policy.team] if policy.team else []
    return {
        **references.identity(request, policy),
        "name": policy.name,
        "description": policy.description or None,
        "num_loops": policy.repeats,
        "on_call_handoff_notifications": "if_has_services",
        "escalation_rules": [
            _rule(request, rule, wanted) for rule in policy.rules.all()
        ],
        "services": references.references(request, policy.services.all()),
        "teams": references.either(
            request, teams, wanted, "teams", team_resource.represent
        ),
    }


class PolicyView(ResourceView):
    """What the views of policies have in common."""

    def policies(self) -> QuerySet[EscalationPolicy]:
        """Return the account's policies with what is shown of them."""
        rows = self.account.escalation_policies.all()
        if "targets" in lists.values(self.request, "include"):
            return with_targets(self.account, rows)
        return full(rows)

    def shown(self, policies: list[EscalationPolicy]) -> list[dict[str, Any]]:
        """Show policies, their services in full if `include[]` names them."""
        shapes = [represent(self.request, policy) for policy in policies]
        if "services" in lists.values(self.request, "include"):
            services = [each for policy in policies for each in policy.services.all()]
            full = service_shape.by_id(self.request, services, self.at)
            for shape, policy in zip(shapes, policies, strict=True):
                shape["services"] = [full[each.pk] for each in policy.services.all()]
        return shapes

    def one(self, policy: EscalationPolicy, status: int = 200) -> Response:
        """Answer with one policy, as the database has it now."""
        [found] = self.shown([self.policies().get(pk=policy.pk)])
        return Response({"escalation_policy": found}, status=status)


class Policies(PolicyView):
    """`/escalation_policies`."""

    def get(self, request: ApiRequest) -> Response:
        """List policies, also those that page given users or belong to given teams."""
        lists.includes(request, INCLUDES)
        rows = self.policies()
        if words := lists.query(request):
            rows = rows.filter(name__icontains=words)
        if people := lists.values(request, "user_ids"):
            rows = rows.filter(pk__in=_paging(self.account, people))
        if teams := lists.values(request, "team_ids"):
            rows = rows.filter(team__public_id__in=teams)
        rows = lists.ordered(request, rows, {"name": "name"})
        return self.pages("escalation_policies", rows, self.shown)

    def post(self, request: ApiRequest) -> Response:
        """Make a policy."""
        sent = self.read(PolicyBody, "escalation_policy")
        draft = _draft(Draft(name="", levels=()), sent)
        policy = policies.create(
            self.account, actor=self.actor, at=self.at, draft=draft
        )
        return self.one(policy, status=201)


class OnePolicy(PolicyView):
    """`/escalation_policies/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a policy."""
        lists.includes(request, INCLUDES)
        return self.one(self.find(self.policies(), public_id))

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present; the levels are all or none."""
        policy = self.find(self.account.escalation_policies.all(), public_id)
        sent = self.read(PolicyBody, "escalation_policy", partial=True)
        draft = _draft(policies.draft_of(policy), sent)
        policy = policies.update(policy, actor=self.actor, at=self.at, draft=draft)
        return self.one(policy)

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a policy that no service uses."""
        policy = self.find(self.account.escalation_policies.all(), public_id)
        policies.delete(policy, actor=self.actor, at=self.at)
        return Response(status=204)


def _rule(
    request: ApiRequest, rule: EscalationRule, wanted: set[str]
) -> dict[str, Any]:
    show = _in_full if "targets" in wanted else references.reference
    targets = [target.membership or target.schedule for target in rule.targets.all()]
    return {
        "id": rule.public_id,
        "escalation_delay_in_minutes": rule.delay_minutes,
        "targets": [show(request, target) for target in targets],
        "escalation_rule_assignment_strategy": {"type": rule.strategy},
    }


def _in_full(request: ApiRequest, target: Any) -> dict[str, Any]:
    if isinstance(target, Schedule):
        return schedules.represent_row(request, target)
    return users.represent(request, target)


def _paging(account: Account, people: list[str]) -> QuerySet[Any]:
    targets = account.escalation_targets.filter(membership__public_id__in=people)
    return targets.values("rule__policy")


def _draft(before: Draft, sent: dict[str, Any]) -> Draft:
    """Put what was sent over what was; raises ApiError."""
    changes: dict[str, Any] = {}
    if "name" in sent:
        changes["name"] = sent["name"]
    if "description" in sent:
        changes["description"] = sent["description"] or ""
    if "num_loops" in sent:
        changes["repeats"] = sent["num_loops"]
    if "teams" in sent:
        changes["team"] = sent["teams"][0] if sent["teams"] else None
    if "escalation_rules" in sent:
        changes["levels"] = _levels(sent["escalation_rules"])
    return replace(before, **changes)


def _levels(rules: list[dict[str, Any]]) -> tuple[Level, ...]:
    ids = [rule["id"] for rule in rules if rule.get("id")]
    if len(set(ids)) < len(ids):
        raise errors.invalid("Escalation rules: An id may be in the list once.")
    return tuple(_level(rule) for rule in rules)


def _level(rule: dict[str, Any]) -> Level:
    targets = tuple(rule["targets"])
    if len(set(targets)) < len(targets):
        raise errors.invalid("Escalation rules: A target may be in a rule once.")
    strategy = rule.get("escalation_rule_assignment_strategy")
    return Level(
        delay_minutes=rule["escalation_delay_in_minutes"],
        targets=targets,
        public_id=rule.get("id") or "",
        strategy=strategy or "assign_to_everyone",
    )
