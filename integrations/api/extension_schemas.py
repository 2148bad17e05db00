"""Extension schemas: the kinds of receivers that services may have besides people."""

from typing import Any

from django.http import Http404
from rest_framework.response import Response

from integrations.api.requests import ApiRequest, address
from integrations.api.views import ResourceView
from integrations.extensions import schemas
from integrations.extensions.schemas import Schema


def reference(request: ApiRequest, schema: Schema) -> dict[str, Any]:
    """Return a reference to a schema."""
    return {**_identity(request, schema), "type": "extension_schema_reference"}


def represent(request: ApiRequest, schema: Schema) -> dict[str, Any]:
    """Show a schema."""
    return {
        **_identity(request, schema),
        "key": schema.key,
        "label": str(schema.label),
        "description": str(schema.description),
        "icon_url": None,
        "logo_url": None,
        "guide_url": None,
        "url": None,
        "send_types": list(schemas.SEND_TYPES),
    }


class ExtensionSchemas(ResourceView):
    """`/extension_schemas`."""

    def get(self, request: ApiRequest) -> Response:
        """List schemas by name."""
        return self.page("extension_schemas", schemas.every(), represent)


class OneExtensionSchema(ResourceView):
    """`/extension_schemas/{id}`."""

    def get(self, request: ApiRequest, public_id: str) -> Response:
        """Show a schema."""
        found = schemas.find(public_id)
        if found is None:
            raise Http404
        return Response({"extension_schema": represent(request, found)})


def _identity(request: ApiRequest, schema: Schema) -> dict[str, Any]:
    return {
        "id": schema.public_id,
        "type": "extension_schema",
        "summary": str(schema.label),
        "self": address(request, f"extension_schemas/{schema.public_id}"),
        "html_url": None,
    }
