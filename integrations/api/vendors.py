"""Vendors: the tools that send us events, to choose one for an integration."""

from typing import Any, Final

from django.http import Http404
from rest_framework.response import Response

from incidents import tools
from incidents.models import Integration
from incidents.tools import Tool
from integrations.api import lists
from integrations.api.requests import ApiRequest, address
from integrations.api.views import ResourceView

# Clients check that an id has 7 to 14 characters.
SHORTEST: Final = 7
LONGEST: Final = 14


def every() -> list[Tool]:
    """List the tools that have a name of their own; our own formats are no vendor's."""
    return [tool for tool in tools.every() if tool.kind != tools.EVENTS]


def find(public_id: str) -> Tool | None:
    """Find a vendor by its id."""
    return next((tool for tool in every() if id_of(tool) == public_id), None)


def of(integration: Integration) -> Tool | None:
    """Return the vendor of an integration, if it is one's."""
    return next((tool for tool in every() if tool.kind == integration.kind), None)


def id_of(tool: Tool) -> str:
    """Spell an id that stays as long as the kind does, for configurations hold it."""
    return f"PV{tool.kind.upper()}".ljust(SHORTEST, "0")[:LONGEST]


def reference(request: ApiRequest, tool: Tool) -> dict[str, Any]:
    """Return a reference to a vendor."""
    return {**_identity(request, tool), "type": "vendor_reference"}


def represent(request: ApiRequest, tool: Tool) -> dict[str, Any]:
    """Show a vendor, and how to set it up."""
    return {
        **_identity(request, tool),
        "name": str(tool.name),
        "description": str(tool.setup),
        "website_url": None,
        "logo_url": None,
        "thumbnail_url": None,
        "integration_guide_url": None,
    }


class Vendors(ResourceView):
    """`/vendors`."""

    def get(self, request: ApiRequest) -> Response:
        """List vendors by name."""
        words = lists.query(request).lower()
        found = [tool for tool in every() if words in str(tool.name).lower()]
        return self.page("vendors", found, represent)


class OneVendor(ResourceView):
    """`/vendors/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a vendor."""
        found = find(public_id)
        if found is None:
            raise Http404
        return Response({"vendor": represent(request, found)})


def _identity(request: ApiRequest, tool: Tool) -> dict[str, Any]:
    return {
        "id": id_of(tool),
        "type": "vendor",
        "summary": str(tool.name),
        "self": address(request, f"vendors/{id_of(tool)}"),
        "html_url": None,
    }
