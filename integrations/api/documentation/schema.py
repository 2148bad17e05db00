"""Describes one operation: words from its docstrings, bodies from its serializer.

Views write their answers out, so answers and parameters are those that were recorded.
"""

import inspect
import re
from typing import Any

from django.utils.module_loading import import_string
from drf_spectacular.openapi import AutoSchema as Base
from rest_framework import serializers

from integrations.api import scopes
from integrations.api.documentation import fields, record

GAP = re.compile(r"\{(\w+)\}")
ERROR = {"$ref": "#/components/schemas/Error"}
WRITING = {"POST", "PUT", "DELETE"}
REFUSALS = {
    "400": "What was sent is wrong; the sentences say why.",
    "401": "No credential, or one that is not valid.",
    "403": "The credential is not good for this.",
    "404": "Nothing is there for this caller.",
    "429": "Too many requests in a minute.",
}
PARAMETERS = {
    "limit": "How many at most; 25 unless told, and never more than 100.",
    "offset": "How many to pass over. Together with the limit at most 10000.",
    "total": "Count them all too; else `total` is null.",
    "cursor": "Where the last page ended: its `next_cursor`.",
    "query": "Part of the name.",
    "include[]": "What to show in full instead of a reference.",
    "since": "The beginning of the period.",
    "until": "The end of the period, which is not in it.",
    "time_zone": "An IANA name, such as `Europe/Berlin`: the zone of times.",
    "sort_by": "What to order by, with `:asc` or `:desc`.",
}
FROM = {
    "name": "From",
    "in": "header",
    "schema": {"type": "string", "format": "email"},
    "description": "The user for whom an account's key acts. Keys and tokens of a"
    " user need none.",
}


class AutoSchema(Base):
    """What drf-spectacular asks of each view of the API."""

    def is_excluded(self) -> bool:
        """Leave out what has no example yet; a test says which."""
        return not record.is_known(self.method, self.path)

    def get_operation_id(self) -> str:
        """Name it by its method and its address."""
        words = re.findall(r"[a-z_]+", self.path.replace("{", "by_"))
        return "_".join([self.method.lower(), *words])

    def get_summary(self) -> str:
        """Take the first sentence of the method's docstring."""
        return _doc(self._verb()).partition("\n")[0].rstrip(".;")

    def get_description(self) -> str:  # type: ignore[override]
        """Take the method's whole docstring, and name the scope."""
        scope = self._scope()
        needs = f"\n\nScope of an OAuth token: `{scope}`." if scope else ""
        return f"{_doc(self._verb())}{needs}"

    def get_tags(self) -> list[str]:
        """Name the area: the first word of the address."""
        first = self.path.strip("/").split("/")[0]
        return [first.replace("_", " ").capitalize()]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Take a key, or a token with this scope."""
        scope = self._scope()
        return [{"key": []}, {"oauth": [scope] if scope else []}]

    def _scope(self) -> str | None:
        route = GAP.sub("<str:gap>", self.path.strip("/"))
        return scopes.of(route, self.method)

    def _verb(self) -> Any:
        return getattr(self.view, self.method.lower())

    def _seen(self) -> dict[str, Any]:
        return record.of(self.method, self.path)

    def _get_parameters(self) -> list[dict[str, Any]]:
        gaps = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in GAP.findall(self.path)
        ]
        known = self._seen()["parameters"]
        # One spelling of an array is enough.
        asked = [
            _query(name, known[name]) for name in known if f"{name}[]" not in known
        ]
        return [*gaps, *asked, *([FROM] if self.method in WRITING else [])]

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        seen = self._seen()
        if seen["body"] is None:
            return None
        content = {"schema": self._body(seen["body"])}
        sent = {"value": seen["example"]["body"]}
        content["examples"] = {"example": sent}
        return {"required": True, "content": {"application/json": content}}

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Name a part of a body after its module too: several have parts alike."""
        kind = type(serializer)
        module = kind.__module__.rpartition(".")[2]
        words = "".join(word.capitalize() for word in module.split("_"))
        return f"{words}{kind.__name__}"

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        """Say in words what a field of our own takes that has no schema."""
        if type(field).__base__ is serializers.Field and not fields.is_known(field):
            return {"description": _doc(type(field)).partition("\n")[0]}
        return super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]

    def _body(self, read: dict[str, Any]) -> dict[str, Any]:
        """Describe what a serializer reads, below the root key."""
        if "schema" in read:
            found: dict[str, Any] = read["schema"]
            return found
        serializer = import_string(read["serializer"])()
        schema = dict(self._map_serializer(serializer, "request"))  # type: ignore[no-untyped-call]
        if read["partial"]:
            schema.pop("required", None)
        if read["root"] is None:
            return schema
        root = read["root"]
        return {"type": "object", "properties": {root: schema}, "required": [root]}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        example = self._seen()["example"]
        answers = {str(example["status"]): self._answer(example)}
        for status, words in REFUSALS.items():
            if status != "404" or "{" in self.path:
                content = {"application/json": {"schema": ERROR}}
                answers[status] = {"description": words, "content": content}
        return answers

    def _answer(self, example: dict[str, Any]) -> dict[str, Any]:
        schema = self._seen()["answer"]
        if schema is None:
            return {"description": "Done; there is nothing to say."}
        shown = {"example": {"value": example["answer"]}}
        content = {"application/json": {"schema": schema, "examples": shown}}
        return {"description": self.get_summary(), "content": content}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a parameter; the shared ones in the same words everywhere."""
    words = PARAMETERS.get(name)
    found = {"name": name, "in": "query", "schema": schema}
    if name in {"limit", "offset"}:
        found["schema"] = {"type": "integer", "minimum": 0}
    return {**found, "description": words} if words else found


def _doc(verb: Any) -> str:
    return inspect.getdoc(verb) or ""
