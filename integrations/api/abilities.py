"""What the account is able to do: everything that this installation can."""

from django.http import Http404
from rest_framework.response import Response

from integrations.api.views import ResourceView

ABILITIES = (
    "coordinated_responding",
    "teams",
    "urgencies",
)


class Abilities(ResourceView):
    """`/abilities`; clients also ask here whether their key is good."""

    def get(self, request: object) -> Response:
        """List the abilities."""
        return Response({"abilities": list(ABILITIES)})


class OneAbility(ResourceView):
    """`/abilities/{name}`."""

    def get(self, request: object, name: str) -> Response:
        """Say yes by an empty answer."""
        if name not in ABILITIES:
            raise Http404
        return Response(status=204)
