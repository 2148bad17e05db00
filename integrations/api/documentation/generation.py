"""Puts the whole document together."""

import re
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from integrations.api.documentation import record

URLS = "integrations.api.urls"
KEY = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "An API key of the account or of a user: `Token token=KEY`.",
}
ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "code": {"type": "integer"},
                "errors": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["message", "code", "errors"],
        }
    },
    "required": ["error"],
}


class Generator(SchemaGenerator):
    """Names the last gap of an address as callers know it."""

    def coerce_path(self, path: str, method: str, view: Any) -> str:
        """Call the id of the thing itself `id`."""
        return re.sub(r"\{public_id\}", "{id}", path)


@cache
def document() -> dict[str, Any]:
    """Make the document; this will work once, and remember."""
    maker = Generator(urlconf=URLS)  # type: ignore[no-untyped-call]
    made: dict[str, Any] = maker.get_schema(public=True)  # type: ignore[no-untyped-call]
    return made


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> Any:
    """Add what all operations share; drf-spectacular calls this in the end."""
    components = result.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(record.components())
    schemas["Error"] = ERROR
    components["securitySchemes"] = {"key": KEY, "oauth": _oauth(result)}
    return _bare(result)


def _bare(found: Any) -> Any:
    """Leave out what drf-spectacular notes for itself."""
    if isinstance(found, list):
        return [_bare(inner) for inner in found]
    if not isinstance(found, dict):
        return found
    return {k: _bare(v) for k, v in found.items() if k != "x-spec-enum-id"}


def _oauth(result: dict[str, Any]) -> dict[str, Any]:
    """Say where tokens come from, and which scopes there are."""
    needed = {
        scope
        for methods in result["paths"].values()
        for operation in methods.values()
        for demand in operation["security"]
        for scope in demand.get("oauth", ())
    }
    flow = {
        "tokenUrl": "/oauth/token",
        "scopes": {scope: _words(scope) for scope in sorted(needed)},
    }
    flows = {
        "authorizationCode": {**flow, "authorizationUrl": "/oauth/authorize"},
        "clientCredentials": flow,
    }
    return {"type": "oauth2", "flows": flows}


def _words(scope: str) -> str:
    resource, _dot, way = scope.rpartition(".")
    return f"{way.capitalize()} {re.sub('[_:]', ' ', resource)}"
