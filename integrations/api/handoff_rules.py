"""Hand-off rules: how long before a shift of theirs a user is told of it.

One of theirs may be two of ours, which differ in whether the shift starts or ends;
the one of the start, or else the only one, gives it the id.
"""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import handoff_rules
from accounts.models import HandOffRule, Membership
from accounts.models.handoff import MOST_MINUTES_AHEAD
from integrations.api import bodies, references
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

When = HandOffRule.When
ROOT = "oncall_handoff_notification_rule"
TYPES: dict[str, tuple[str, ...]] = {
    "both": (When.START.value, When.END.value),
    "oncall": (When.START.value,),
    "offcall": (When.END.value,),
}
METHODS = dict.fromkeys(references.CONTACT_TYPES.values(), "contact_methods")

Group = list[HandOffRule]


class HandOffRuleBody(serializers.Serializer[Any]):
    """What a caller says of a rule."""

    notify_advance_in_minutes = serializers.IntegerField(
        min_value=0, max_value=MOST_MINUTES_AHEAD, required=False
    )
    handoff_type = serializers.ChoiceField(list(TYPES), required=False)
    contact_method = bodies.ReferenceField(METHODS)


def represent(request: ApiRequest, group: Group) -> dict[str, Any]:
    """Show the rules that callers see as one."""
    first = group[0]
    return {
        "id": first.public_id,
        "notify_advance_in_minutes": first.minutes_ahead,
        "handoff_type": _type(group),
        "contact_method": references.reference(request, first.contact_method),
    }


class HandOffRuleView(ResourceView):
    """What the views of hand-off rules have in common."""

    def member(self, user_id: str) -> Membership:
        """Find the user, who is still there."""
        rows = self.account.memberships.filter(deactivated_at=None)
        return self.find(rows.select_related("user"), user_id)

    def groups(self, member: Membership) -> list[Group]:
        """Return the user's rules, each with the other half of it."""
        rows = member.handoff_rules.select_related("contact_method__membership")
        found: dict[tuple[int, int], Group] = {}
        # The start comes before the end.
        for rule in rows:
            key = (rule.contact_method_id, rule.minutes_ahead)
            found.setdefault(key, []).append(rule)
        return list(found.values())

    def group(self, member: Membership, public_id: str) -> Group:
        """Find the rules of which one has the id; 404 without."""
        rule = self.find(member.handoff_rules.all(), public_id)
        return next(group for group in self.groups(member) if rule in group)

    def one(self, member: Membership, public_id: str, status: int = 200) -> Response:
        """Answer with one rule, as the database has it now."""
        found = represent(self.request, self.group(member, public_id))
        return Response({ROOT: found}, status=status)

    def add(
        self, member: Membership, sent: dict[str, Any], sides: Iterable[str]
    ) -> HandOffRule | None:
        """Add a rule for each side; this will answer the first one, or raise."""
        method = self._own(member, sent)
        made = [
            handoff_rules.add(
                method,
                when=when,
                minutes_ahead=sent["notify_advance_in_minutes"],
                actor=self.actor,
                at=self.at,
            )
            for when in sides
        ]
        return next(iter(made), None)

    def _own(self, member: Membership, sent: dict[str, Any]) -> Any:
        method = sent["contact_method"]
        if method.membership_id != member.pk:
            raise serializers.ValidationError(
                {"contact_method": "There is no such contact method of this user."}
            )
        return method


class HandOffRules(HandOffRuleView):
    """`/users/{id}/oncall_handoff_notification_rules`."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List a user's rules."""
        groups = self.groups(self.member(user_id))
        return Response({f"{ROOT}s": [represent(request, group) for group in groups]})

    def post(self, request: ApiRequest, user_id: str) -> Response:
        """Make a rule; for both ends of a shift, unless it says otherwise."""
        member = self.member(user_id)
        usual = {"notify_advance_in_minutes": 0, "handoff_type": "both"}
        sent = {**usual, **self.read(HandOffRuleBody, ROOT)}
        made = self.add(member, sent, TYPES[sent["handoff_type"]])
        return self.one(member, made.public_id if made else "", status=201)


class OneHandOffRule(HandOffRuleView):
    """`/users/{id}/oncall_handoff_notification_rules/{id}`."""

    def get(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Show a rule."""
        return self.one(self.member(user_id), public_id)

    def put(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Change the members that are present; the id stays."""
        member = self.member(user_id)
        group = self.group(member, public_id)
        before = {
            "notify_advance_in_minutes": group[0].minutes_ahead,
            "handoff_type": _type(group),
            "contact_method": group[0].contact_method,
        }
        sent = {**before, **self.read(HandOffRuleBody, ROOT, partial=True)}
        if sent != before:
            self._change(member, group, sent)
        return self.one(member, group[0].public_id)

    def delete(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Delete a rule."""
        for rule in self.group(self.member(user_id), public_id):
            handoff_rules.remove(rule, actor=self.actor, at=self.at)
        return Response(status=204)

    def _change(self, member: Membership, group: Group, sent: dict[str, Any]) -> None:
        first, *others = group
        for rule in others:
            handoff_rules.remove(rule, actor=self.actor, at=self.at)
        side, *more = TYPES[sent["handoff_type"]]
        handoff_rules.change(
            first,
            self._own(member, sent),
            when=side,
            minutes_ahead=sent["notify_advance_in_minutes"],
            actor=self.actor,
            at=self.at,
        )
        self.add(member, sent, more)


def _type(group: Group) -> str:
    sides = tuple(rule.when for rule in group)
    return next(name for name, whole in TYPES.items() if whole == sides)
