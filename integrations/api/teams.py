"""Teams, to read."""

from typing import Any

from rest_framework.response import Response

from accounts.models import Team
from integrations.api import lists, references
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView


def represent(request: ApiRequest, team: Team) -> dict[str, Any]:
    """Show a team."""
    return {
        **references.identity(request, team),
        "name": team.name,
        "description": team.description or None,
        "default_role": "manager",
        "parent": None,
    }


class Teams(ResourceView):
    """`/teams`."""

    def get(self, request: ApiRequest) -> Response:
        """List teams, those whose name has the words of `query`."""
        rows = self.account.teams.all()
        if words := lists.query(request):
            rows = rows.filter(name__icontains=words)
        return self.page("teams", rows, represent)


class OneTeam(ResourceView):
    """`/teams/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a team."""
        team = self.find(self.account.teams, public_id)
        return Response({"team": represent(request, team)})
