"""Integrations of a service: the keys with which tools send it events."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from incidents import catalogue, tools
from incidents.models import Integration, Service
from incidents.queries import services as queries
from incidents.tools import Tool
from integrations.api import errors, lists, references, times, vendors
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView

# The types that a caller may name, and the kind of ours that each becomes.
KINDS = {
    references.INTEGRATION_TYPE: tools.EVENTS,
    **{name: kind for kind, name in references.INTEGRATION_TYPES.items()},
}
INCLUDES = {"services", "vendors"}


class VendorField(serializers.Field[Any, Any, Any, Any]):
    """A reference to a vendor."""

    default_error_messages = {
        "shape": "This must be a reference with an id and a type.",
        "gone": "There is no vendor {id}.",
    }

    def to_internal_value(self, data: Any) -> Tool:
        """Find the vendor."""
        if not isinstance(data, dict) or not isinstance(data.get("id"), str):
            self.fail("shape")
        found = vendors.find(data["id"])
        if found is None:
            self.fail("gone", id=data["id"])
        return found


class IntegrationBody(serializers.Serializer[Any]):
    """What a caller says of an integration."""

    type = serializers.CharField(required=False)
    name = serializers.CharField(
        max_length=100, required=False, allow_blank=True, allow_null=True
    )
    vendor = VendorField(required=False, allow_null=True)

    def validate_type(self, given: str) -> str:
        """Refuse a type that we do not take."""
        known = given.removesuffix("_reference")
        if known not in KINDS:
            raise serializers.ValidationError(
                f"The type cannot be {given}; it may be {', '.join(KINDS)}."
            )
        return known


def represent(request: ApiRequest, integration: Integration) -> dict[str, Any]:
    """Show an integration with its key."""
    wanted = set(lists.values(request, "include"))
    vendor = vendors.of(integration)
    show = vendors.represent if "vendors" in wanted else vendors.reference
    return {
        **references.identity(request, integration),
        "name": integration.name,
        "service": references.reference(request, integration.service),
        "created_at": times.spelled(request, integration.created_at),
        "vendor": show(request, vendor) if vendor else None,
        "integration_key": integration.key,
        "integration_email": None,
    }


class IntegrationView(ResourceView):
    """What the views of integrations have in common."""

    def integrations(self, service: Service) -> QuerySet[Integration]:
        """Return the service's tools: a heartbeat's row is no integration."""
        rows = self.account.integrations.filter(service=service)
        return queries.tools(rows).select_related("service")


class Integrations(IntegrationView):
    """`/services/{id}/integrations`."""

    def post(self, request: ApiRequest, service_id: str) -> Response:
        """Make an integration with a key of its own."""
        service = self.find(self.account.services.all(), service_id)
        sent = self.read(IntegrationBody, "integration")
        vendor: Tool | None = sent.get("vendor")
        if vendor is None and "type" not in sent:
            raise errors.invalid("Type or vendor is required.")
        integration = catalogue.add_integration(
            service,
            actor=self.actor,
            at=self.at,
            name=sent.get("name")
            or str(vendor.name if vendor else tools.of(tools.EVENTS).name),
            kind=vendor.kind if vendor else KINDS[sent["type"]],
        )
        return Response({"integration": represent(request, integration)}, status=201)


class OneIntegration(IntegrationView):
    """`/services/{id}/integrations/{id}`."""

    def get(self, request: ApiRequest, service_id: str, public_id: str) -> Response:
        """Show an integration."""
        lists.includes(request, INCLUDES)
        return self._one(self._found(service_id, public_id))

    def put(self, request: ApiRequest, service_id: str, public_id: str) -> Response:
        """Rename an integration; its key, its service and its tool stay."""
        integration = self._found(service_id, public_id)
        self.actor.require("configure", of=integration.service)
        sent = self.read(IntegrationBody, "integration", partial=True)
        name = sent.get("name")
        if name and name != integration.name:
            catalogue.rename_integration(
                integration, actor=self.actor, at=self.at, name=name
            )
        return self._one(integration)

    def delete(self, request: ApiRequest, service_id: str, public_id: str) -> Response:
        """Delete an integration through which nothing ever came."""
        integration = self._found(service_id, public_id)
        catalogue.delete_integration(integration, actor=self.actor, at=self.at)
        return Response(status=204)

    def _found(self, service_id: str, public_id: str) -> Integration:
        service = self.find(self.account.services.all(), service_id)
        return self.find(self.integrations(service), public_id)

    def _one(self, integration: Integration) -> Response:
        return Response({"integration": represent(self.request, integration)})
