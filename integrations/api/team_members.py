"""Who and which policies belong to a team."""

from dataclasses import replace
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import people
from accounts.models import Team, TeamMembership
from integrations.api import errors, lists, references
from integrations.api import users as user_resource
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from oncall import policies
from oncall.models import EscalationPolicy

# Clients look for these very words, and take the user off the policy first.
PAGED = "User cannot be removed as they belong to an escalation policy on this team"


class PartBody(serializers.Serializer[Any]):
    """What a member is in a team, and so may do for what the team owns."""

    role = serializers.ChoiceField(
        TeamMembership.Part.choices, required=False, allow_null=True
    )


class Members(ResourceView):
    """`/teams/{id}/members`."""

    def get(self, request: ApiRequest, team_id: str) -> Response:
        """List a team's members, with what each is in it."""
        lists.includes(request, {"users"})
        team = self.find(self.account.teams.all(), team_id)
        active = self.account.memberships.filter(deactivated_at=None)
        rows = team.places.filter(membership__in=active)
        return self.pages(
            "members", rows.order_by("membership__user__name", "pk"), self._shown
        )

    def _shown(self, places: list[TeamMembership]) -> list[dict[str, Any]]:
        """Show members together."""
        pks = [place.membership_id for place in places]
        found = user_resource.full(self.account.memberships.all()).in_bulk(pks)
        is_full = "users" in lists.values(self.request, "include")
        show = user_resource.represent if is_full else references.reference
        return [
            {
                "user": show(self.request, found[place.membership_id]),
                "role": place.part,
            }
            for place in places
        ]


class OneMember(ResourceView):
    """`/teams/{id}/users/{id}`."""

    def put(self, request: ApiRequest, team_id: str, public_id: str) -> Response:
        """Take a user into the team, or change what they are in it."""
        team = self.find(self.account.teams.all(), team_id)
        rows = self.account.memberships.filter(deactivated_at=None)
        member = self.find(rows.select_related("user"), public_id)
        sent = PartBody(data=request.data or {})
        sent.is_valid(raise_exception=True)
        part = sent.validated_data.get("role")
        people.seat(team, member, part, actor=self.actor, at=self.at)
        return Response(status=204)

    def delete(self, request: ApiRequest, team_id: str, public_id: str) -> Response:
        """Let a user leave the team, unless a policy of the team pages them."""
        team = self.find(self.account.teams.all(), team_id)
        rows = self.account.memberships.select_related("user")
        member = self.find(rows, public_id)
        self.actor.require("configure", of=team)
        targets = self.account.escalation_targets.filter(membership=member)
        if targets.filter(rule__policy__team=team).exists():
            raise errors.invalid(PAGED)
        people.unseat(team, member, actor=self.actor, at=self.at)
        return Response(status=204)


class OnePolicy(ResourceView):
    """`/teams/{id}/escalation_policies/{id}`."""

    def put(self, request: ApiRequest, team_id: str, public_id: str) -> Response:
        """Give a policy to the team."""
        team = self.find(self.account.teams.all(), team_id)
        return self._given(self._policy(public_id), team)

    def delete(self, request: ApiRequest, team_id: str, public_id: str) -> Response:
        """Take a policy from the team; one of another team stays as it is."""
        team = self.find(self.account.teams.all(), team_id)
        policy = self._policy(public_id)
        return self._given(policy, None if policy.team_id == team.pk else policy.team)

    def _policy(self, public_id: str) -> EscalationPolicy:
        rows = self.account.escalation_policies.select_related("team")
        return self.find(rows, public_id)

    def _given(self, policy: EscalationPolicy, team: Team | None) -> Response:
        draft = replace(policies.draft_of(policy), team=team)
        policies.update(policy, actor=self.actor, at=self.at, draft=draft)
        return Response(status=204)
