"""Priorities: read only, the most important first."""

from typing import Any

from rest_framework.response import Response

from accounts.models import Priority
from integrations.api import references
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView


def represent(request: ApiRequest, priority: Priority) -> dict[str, Any]:
    """Show a priority."""
    return {
        **references.identity(request, priority),
        "name": priority.name,
        "description": priority.description,
        "order": priority.position,
        "color": priority.color,
    }


class Priorities(ResourceView):
    """`/priorities`."""

    def get(self, request: ApiRequest) -> Response:
        """List the priorities."""
        return self.page("priorities", self.account.priorities.all(), represent)
