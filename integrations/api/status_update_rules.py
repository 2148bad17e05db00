"""Status update rules: by which contact methods a user is told of status updates."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts import status_update_rules
from accounts.models import ContactMethod, Membership, StatusUpdateRule
from integrations.api import bodies, contact_methods, errors, lists, references, times
from integrations.api.notification_rules import METHODS
from integrations.api.requests import ApiRequest, address
from integrations.api.views import ResourceView

ROOT = "status_update_notification_rule"
INCLUDES = {"contact_methods"}


class RuleBody(serializers.Serializer[Any]):
    """What a caller says of a rule."""

    contact_method = bodies.ReferenceField(METHODS)


def represent(request: ApiRequest, rule: StatusUpdateRule) -> dict[str, Any]:
    """Show a rule."""
    wanted = set(lists.values(request, "include"))
    method = rule.contact_method
    [shown] = references.either(
        request, [method], wanted, "contact_methods", contact_methods.represent
    )
    path = f"users/{method.membership.public_id}/{ROOT}s/{rule.public_id}"
    return {
        "id": rule.public_id,
        "type": ROOT,
        "summary": f"contact method {method.public_id} used as {ROOT}",
        "self": address(request, path),
        "html_url": None,
        "contact_method": shown,
        "created_at": times.spelled(request, rule.created_at),
    }


class RuleView(ResourceView):
    """What the views of rules have in common."""

    def member(self, user_id: str) -> Membership:
        """Find the user, who is still there."""
        rows = self.account.memberships.filter(deactivated_at=None)
        return self.find(rows.select_related("user"), user_id)

    def rules(self, user_id: str) -> QuerySet[StatusUpdateRule]:
        """Return the user's rules; raises Http404."""
        lists.includes(self.request, INCLUDES)
        return self.member(user_id).status_update_rules.select_related(
            "membership__user", "contact_method__membership__user"
        )

    def method(self, member: Membership) -> ContactMethod:
        """Read the contact method; raises ApiError for somebody else's."""
        method: ContactMethod = self.read(RuleBody, ROOT)["contact_method"]
        if method.membership_id != member.pk:
            raise errors.invalid(
                f"Contact method: This user has none with the id {method.public_id}."
            )
        return method

    def one(self, rule: StatusUpdateRule, status: int = 200) -> Response:
        """Answer under both names, of which clients and the schema ask for one each."""
        shown = represent(self.request, rule)
        return Response({ROOT: shown, "notification_rule": shown}, status=status)


class Rules(RuleView):
    """`/users/{id}/status_update_notification_rules`."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List the user's rules."""
        found = self.rules(user_id)
        return Response({f"{ROOT}s": [represent(request, rule) for rule in found]})

    def post(self, request: ApiRequest, user_id: str) -> Response:
        """Add a rule."""
        method = self.method(self.member(user_id))
        rule = status_update_rules.add(method, actor=self.actor, at=self.at)
        return self.one(rule, status=201)


class OneRule(RuleView):
    """`/users/{id}/status_update_notification_rules/{id}`."""

    def get(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Show a rule."""
        return self.one(self.find(self.rules(user_id), public_id))

    def put(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Tell by another contact method."""
        rule = self.find(self.rules(user_id), public_id)
        method = self.method(rule.membership)
        rule = status_update_rules.change(rule, method, actor=self.actor, at=self.at)
        return self.one(rule)

    def delete(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Remove a rule."""
        rule = self.find(self.rules(user_id), public_id)
        status_update_rules.remove(rule, actor=self.actor, at=self.at)
        return Response(status=204)
