"""Teams: people who own services together."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import people
from accounts.models import Team
from integrations.api import errors, lists, references
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

ORDERS = {"name": "name"}


class TeamBody(serializers.Serializer[Any]):
    """What a caller says of a team; everybody of the account sees every team."""

    name = serializers.CharField(max_length=100)
    description = serializers.CharField(
        max_length=1024, required=False, allow_blank=True, allow_null=True
    )
    default_role = serializers.CharField(
        required=False, allow_blank=True, allow_null=True
    )

    def validate_default_role(self, given: str | None) -> str | None:
        """Refuse to hide a team, which we cannot."""
        if given not in (None, "", "manager"):
            raise serializers.ValidationError("Teams are public; it may be manager.")
        return given

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a team within a team."""
        # A field of this name would hide what serializers keep under it.
        if self.initial_data.get("parent") is not None:
            raise serializers.ValidationError("Teams have no parent here.")
        return attrs


def represent(request: ApiRequest, team: Team) -> dict[str, Any]:
    """Show a team."""
    return {
        **references.identity(request, team),
        "name": team.name,
        "description": team.description or None,
        "default_role": "manager",
        "parent": None,
    }


class TeamView(ResourceView):
    """What the views of teams have in common."""

    def saved(self, team: Team, sent: dict[str, Any]) -> dict[str, Any]:
        """Save what was sent of a team, and show it; its members stay."""
        team.name = sent.get("name", team.name)
        if "description" in sent:
            team.description = sent["description"] or ""
        members = list(team.members.select_related("user")) if team.pk else []
        people.save_team(team, members, actor=self.actor, at=self.at)
        return represent(self.request, team)


class Teams(TeamView):
    """`/teams`."""

    def get(self, request: ApiRequest) -> Response:
        """List teams, those whose name has the words of `query`."""
        rows = self.account.teams.all()
        if words := lists.query(request):
            rows = rows.filter(name__icontains=words)
        return self.page("teams", lists.ordered(request, rows, ORDERS), represent)

    def post(self, request: ApiRequest) -> Response:
        """Make a team without members."""
        sent = self.read(TeamBody, "team")
        team = Team(account=self.account)
        return Response({"team": self.saved(team, sent)}, status=201)


class OneTeam(TeamView):
    """`/teams/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a team."""
        lists.includes(request, {"privileges"})
        team = self.find(self.account.teams, public_id)
        return Response({"team": represent(request, team)})

    def put(self, request: ApiRequest, public_id: str) -> Response:
        """Change the members that are present."""
        team = self.find(self.account.teams, public_id)
        sent = self.read(TeamBody, "team", partial=True)
        return Response({"team": self.saved(team, sent)})

    def delete(self, request: ApiRequest, public_id: str) -> Response:
        """Delete a team that owns nothing, or nothing but open incidents."""
        team = self.find(self.account.teams, public_id)
        self.actor.require("configure")
        if owned := _owned(team):
            sentence = f"{team.name} still owns {owned}."
            raise errors.ApiError(400, 6006, "Team Has Associations", sentence)
        people.delete_team(team, actor=self.actor, at=self.at)
        return Response(status=204)


def _owned(team: Team) -> str:
    """Say what keeps a team from being deleted: whoever calls takes it off first."""
    rows: dict[str, Any] = {
        "escalation policies": team.escalation_policies,
        "schedules": team.schedules,
        "services": team.services,
    }
    return ", ".join(name for name, owned in rows.items() if owned.exists())
