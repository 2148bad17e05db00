"""Notification rules of a user: by which contact method, and how soon."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts import notification_rules
from accounts.models import Membership, NotificationRule
from accounts.models.contact import Urgency
from integrations.api import bodies, contact_methods, errors, lists, references
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

METHODS = dict.fromkeys(
    ("contact_method", *references.CONTACT_TYPES.values()), "contact_methods"
)
DOUBLE = "Channel Start delay must be unique for a given contact method"


class NotificationRuleBody(serializers.Serializer[Any]):
    """What a caller says of a rule."""

    start_delay_in_minutes = serializers.IntegerField(min_value=0, max_value=1440)
    contact_method = bodies.ReferenceField(METHODS)
    urgency = serializers.ChoiceField(Urgency.choices)


def represent(request: ApiRequest, rule: NotificationRule) -> dict[str, Any]:
    """Show a rule."""
    wanted = set(lists.values(request, "include"))
    [method] = references.either(
        request,
        [rule.contact_method],
        wanted,
        "contact_methods",
        contact_methods.represent,
    )
    return {
        **references.identity(request, rule),
        "start_delay_in_minutes": rule.delay_minutes,
        "urgency": rule.urgency,
        "contact_method": method,
    }


class RuleView(ResourceView):
    """What the views of rules have in common."""

    def member(self, user_id: str) -> Membership:
        """Find the user of the address; raises Http404."""
        members = self.account.memberships.filter(deactivated_at=None)
        return self.find(members.select_related("user"), user_id)

    def rules(self, user_id: str) -> QuerySet[NotificationRule]:
        """Return the rules of the user; raises Http404."""
        return self.member(user_id).notification_rules.select_related(
            "membership__user", "contact_method__membership__user"
        )

    def sent(self, member: Membership, *, partial: bool = False) -> dict[str, Any]:
        """Read what was sent; raises ApiError for somebody else's contact method."""
        sent = self.read(NotificationRuleBody, "notification_rule", partial=partial)
        method = sent.get("contact_method")
        if method is not None and method.membership_id != member.pk:
            raise errors.invalid(
                f"Contact method: This user has none with the id {method.public_id}."
            )
        return sent

    def one(self, rule: NotificationRule, status: int = 200) -> Response:
        """Answer with one rule."""
        found = represent(self.request, rule)
        return Response({"notification_rule": found}, status=status)


class NotificationRules(RuleView):
    """`/users/{id}/notification_rules`."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List the rules of a user, those of high urgency unless asked for others."""
        lists.includes(request, {"contact_methods"})
        urgency = lists.choice(request, "urgency", {"high", "low", "all"}, "high")
        rules = self.rules(user_id)
        if urgency != "all":
            rules = rules.filter(urgency=urgency)
        return self.page("notification_rules", rules, represent)

    def post(self, request: ApiRequest, user_id: str) -> Response:
        """Add a rule."""
        member = self.member(user_id)
        sent = self.sent(member)
        _refuse_double(member.notification_rules.all(), sent)
        rule = notification_rules.add(
            sent["contact_method"],
            urgency=sent["urgency"],
            delay_minutes=sent["start_delay_in_minutes"],
            actor=self.actor,
            at=self.at,
        )
        return self.one(rule, status=201)


class OneNotificationRule(RuleView):
    """`/users/{id}/notification_rules/{id}`."""

    def get(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Show a rule."""
        lists.includes(request, {"contact_methods"})
        return self.one(self.find(self.rules(user_id), public_id))

    def put(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Change the members that are present."""
        rule = self.find(self.rules(user_id), public_id)
        sent = {
            "contact_method": rule.contact_method,
            "urgency": rule.urgency,
            "start_delay_in_minutes": rule.delay_minutes,
            **self.sent(rule.membership, partial=True),
        }
        _refuse_double(self.rules(user_id).exclude(pk=rule.pk), sent)
        rule = notification_rules.change(
            rule,
            method=sent["contact_method"],
            urgency=sent["urgency"],
            delay_minutes=sent["start_delay_in_minutes"],
            actor=self.actor,
            at=self.at,
        )
        return self.one(rule)

    def delete(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Remove a rule."""
        rule = self.find(self.rules(user_id), public_id)
        notification_rules.remove(rule, actor=self.actor, at=self.at)
        return Response(status=204)


def _refuse_double(rules: QuerySet[NotificationRule], sent: dict[str, Any]) -> None:
    """Raise ApiError in the words by which a client knows to look for its double."""
    same = rules.filter(
        contact_method=sent["contact_method"],
        urgency=sent["urgency"],
        delay_minutes=sent["start_delay_in_minutes"],
    )
    if same.exists():
        raise errors.invalid(DOUBLE)
